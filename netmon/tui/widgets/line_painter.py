"""The lines of a table as segments: marks, cells and labels, in the styles of their kinds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from rich.segment import Segment
from rich.style import Style

from netmon.tui.widgets.column import Column
from netmon.tui.widgets.fit import fit

R = TypeVar("R")

MARKS = {"new": "+", "changed": "~", "closing": "✕"}
"""What the gutter shows for a kind of row, so that its colour is not all there is to see."""
CURSOR_MARK = "▌"


class LinePainter(Generic[R]):
    """Paints the lines of a table whose columns are laid out in one way, each in exactly its width."""

    def __init__(
        self,
        layout: Sequence[tuple[Column[R], int]],
        width: int,
        row_kind: Callable[[R], str] | None,
        style: Callable[[str], Style],
    ) -> None:
        """Paint nothing yet.

        Args:
            layout: The columns that fit behind a gutter of one cell, with the cells each has.
            width: Cells of a whole line.
            row_kind: The kind of a row: one of `MARKS`, `dim`, or empty.
            style: Gives the style of a kind, always the same object while it looks the same.
        """
        self._layout = layout
        self._width = width
        self._row_kind = row_kind
        self._style = style
        used = 1 + sum(cells + 1 for _, cells in layout) - bool(layout)
        self._rest = " " * (width - used)
        """The spaces behind the last column."""

    def row(self, row: R, on_cursor: bool) -> list[Segment]:
        """A row; neighbouring cells of one style are one segment."""
        row_kind = self._row_kind(row) if self._row_kind else ""
        line_kind = "cursor" if on_cursor else row_kind
        text = MARKS.get(row_kind, CURSOR_MARK if on_cursor else " ")
        style = self._style("cursor-mark" if on_cursor and row_kind in MARKS else line_kind)
        segments: list[Segment] = []
        gap = ""
        for column, width in self._layout:
            kind = line_kind or (column.kind if isinstance(column.kind, str) else column.kind(row))
            cell_style = self._style(kind)
            if cell_style is not style:
                segments.append(Segment(text, style))
                text, style = "", cell_style
            text += gap + fit(column.text(row), width, column.right)
            gap = " "
        segments.append(Segment(text + self._rest, style))
        return segments

    def header(self, sort_key: str | None, reverse: bool) -> list[Segment]:
        """The names of the columns, with an arrow at what rows are sorted by."""
        labels = [
            _label(column, width, reverse if sort_key and sort_key in (column.key, column.part_of) else None)
            for column, width in self._layout
        ]
        return [Segment(" " + " ".join(labels) + self._rest, self._style("header"))]

    def blank(self) -> list[Segment]:
        """A line without a row."""
        return [Segment(" " * self._width, self._style(""))]

    def centred(self, text: str) -> list[Segment]:
        """A line that says why there are no rows."""
        indent = " " * max(0, (self._width - len(text)) // 2)
        return [Segment(fit(indent + text, self._width), self._style("empty"))]

    def column_at(self, x: int) -> Column[R] | None:
        """The column that a cell belongs to; the gutter is part of the first."""
        end = 1
        for column, width in self._layout:
            end += width + 1
            if x < end:
                return column
        return None


def _label(column: Column[R], width: int, reverse: bool | None) -> str:
    """The name of a column; None of `reverse` if rows are not sorted by it."""
    if reverse is None or width < 1:
        return fit(column.label, width, column.right)
    arrow = "↓" if reverse else "↑"
    label = column.label if len(column.label) < width else fit(column.label, width - 1)
    return fit(label + arrow, width, column.right)
