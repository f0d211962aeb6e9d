"""Lines fill exactly their width, in as few segments as there are styles."""

from __future__ import annotations

import pytest
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from netmon.tui.widgets.column import Column, lay_out
from netmon.tui.widgets.line_painter import LinePainter
from tests.tui.widgets.test_fit import HOSTILE

COLUMNS = (
    Column[str]("name", "NAME", 6, 0, str, flexible=True),
    Column[str]("size", "SIZE", 5, 1, lambda row: str(len(row)), right=True, kind="number"),
    Column[str]("odd", "ODD", 4, 2, lambda row: "", kind=lambda row: "warn" if len(row) % 2 else ""),
)
STYLES = {
    kind: Style(meta={"kind": kind})
    for kind in ("", "header", "empty", "cursor", "cursor-mark", "new", "number", "warn")
}


def painter(width: int = 20, row_kind: str = "") -> LinePainter[str]:
    return LinePainter(lay_out(COLUMNS, width - 1), width, lambda row: row_kind, STYLES.__getitem__)


def kinds(line: list[Segment]) -> list[tuple[str, str]]:
    return [(text, style.meta["kind"] if style else "-") for text, style, _ in line]


def text(line: list[Segment]) -> str:
    return "".join(segment.text for segment in line)


@pytest.mark.parametrize(
    ("row", "segments"),
    [
        ("curl", [(" curl    ", ""), ("     4", "number"), ("     ", "")]),
        ("cur", [(" cur     ", ""), ("     3", "number"), ("     ", "warn")]),
    ],
)
def test_each_cell_has_the_style_of_its_kind(row: str, segments: list[tuple[str, str]]) -> None:
    assert kinds(painter().row(row, False)) == segments


def test_the_kind_of_a_row_colours_all_of_it_and_marks_it() -> None:
    assert kinds(painter(row_kind="new").row("cur", False)) == [("+cur          3     ", "new")]


def test_the_cursor_colours_all_of_its_line_and_leaves_the_mark() -> None:
    assert kinds(painter().row("cur", True)) == [("▌cur          3     ", "cursor")]
    marked = [("+", "cursor-mark"), ("cur          3     ", "cursor")]
    assert kinds(painter(row_kind="new").row("cur", True)) == marked


@pytest.mark.parametrize(
    ("width", "sort_key", "reverse", "header"),
    [
        (20, None, False, " NAME      SIZE ODD "),
        (20, "size", False, " NAME     SIZE↑ ODD "),
        (13, "size", True, " NAME   SIZE↓"),
        (4, "name", True, " N…↓"),
        (3, "name", True, " …↓"),
        (2, "name", True, " ↓"),
    ],
)
def test_the_header_marks_the_sorted_column(
    width: int, sort_key: str | None, reverse: bool, header: str
) -> None:
    assert text(painter(width).header(sort_key, reverse)) == header


def test_an_order_by_several_columns_marks_each_of_them() -> None:
    columns = [Column(key, key.upper(), 5, 0, str, part_of="rate") for key in ("in", "out")]
    line = LinePainter(lay_out(columns, 11), 12, lambda row: "", STYLES.__getitem__).header("rate", True)
    assert text(line) == " IN↓   OUT↓ "


def test_lines_without_rows() -> None:
    assert kinds(painter().blank()) == [(" " * 20, "")]
    assert kinds(painter().centred("[/x]")) == [("        [/x]        ", "empty")]


def test_every_cell_belongs_to_a_column_the_gutter_to_the_first() -> None:
    columns = [painter(13).column_at(x) for x in range(15)]
    assert [column.key if column else None for column in columns] == ["name"] * 8 + ["size"] * 6 + [None]


@pytest.mark.parametrize("width", [1, 2, 3, 10, 80])
@pytest.mark.parametrize("row", HOSTILE)
def test_any_text_fills_exactly_the_width(row: str, width: int) -> None:
    ours = painter(width)
    for line in (ours.row(row, False), ours.row(row, True), ours.header("name", True), ours.centred(row)):
        assert cell_len(text(line)) == width
        assert text(line).isprintable()
