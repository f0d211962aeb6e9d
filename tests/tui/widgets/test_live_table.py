"""The live table holds its place, paints only what changed and survives any row and size."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import pytest
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.events import MouseEvent, MouseScrollDown, MouseScrollUp
from textual.geometry import Region
from textual.message import Message
from textual.pilot import Pilot

from netmon.tui.widgets.column import Column
from netmon.tui.widgets.live_table import LiveTable
from tests.tui.widgets.test_fit import HOSTILE


@dataclass(frozen=True)
class Row:
    """One row of the tests."""

    key: int
    name: str = "curl"
    rate: int = 0
    kind: str = ""


COLUMNS: Sequence[Column[Row]] = (
    Column("name", "NAME", 8, 0, lambda row: row.name, flexible=True),
    Column("rate", "RATE", 9, 1, lambda row: str(row.rate), right=True, kind="number"),
    Column("key", "KEY", 6, 2, lambda row: str(row.key), kind=lambda row: "warn" if row.key % 2 else ""),
    Column("wide", "WIDE", 40, 3, lambda row: "w"),
)


class Table(LiveTable[Row]):
    """A live table that remembers what it asked to be repainted."""

    def __init__(self, rows: Sequence[Row] = (), empty_text: str = "") -> None:
        super().__init__(COLUMNS, lambda row: row.key, row_kind=lambda row: row.kind, empty_text=empty_text)
        self.repainted: list[Region | None] = []
        self.layouts = 0
        if rows:
            self.set_rows(rows)

    def refresh(
        self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False
    ) -> Table:
        """Record, then refresh."""
        if repaint:
            self.repainted.extend(regions or [None])
        self.layouts += layout
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    @property
    def repainted_lines(self) -> set[int]:
        """The lines repainted since `repainted` was emptied; -1 stands for the whole widget."""
        return {y for region in self.repainted for y in (region.line_range if region else (-1,))}

    @property
    def line(self) -> int:
        """The line of the view that the cursor is on."""
        return self.cursor_index - self.scroll_offset.y

    def has_scrollbar(self) -> bool:
        """Whether a scrollbar is to be seen."""
        return self.show_vertical_scrollbar

    def seen(self) -> list[str]:
        """The lines as they are on the screen, through Textual's own cache."""
        width, height = self.scrollable_size
        return [strip.text for strip in self.render_lines(Region(0, 0, width, height))]


class TableApp(App[None]):
    """Holds one table and what it posted."""

    def __init__(self, table: Table) -> None:
        super().__init__()
        self.table = table
        self.posted: list[Message] = []

    def compose(self) -> ComposeResult:
        """The table alone."""
        yield self.table

    def on_live_table_row_highlighted(self, message: LiveTable.RowHighlighted) -> None:
        """Remember it."""
        self.posted.append(message)

    def on_live_table_row_selected(self, message: LiveTable.RowSelected) -> None:
        """Remember it."""
        self.posted.append(message)

    def on_live_table_header_selected(self, message: LiveTable.HeaderSelected) -> None:
        """Remember it."""
        self.posted.append(message)

    def taken(self) -> list[Message]:
        """What was posted since the last call."""
        posted, self.posted = self.posted, []
        return posted


Running = tuple[Table, TableApp, Pilot[None]]


@asynccontextmanager
async def running(
    rows: Sequence[Row] = (), size: tuple[int, int] = (80, 21), empty_text: str = ""
) -> AsyncIterator[Running]:
    """A focused table of this size: one line of header, the rest rows."""
    table = Table(rows, empty_text)
    app = TableApp(table)
    async with app.run_test(size=size) as pilot:
        table.focus()
        await pilot.pause()
        table.repainted.clear()
        table.layouts = 0
        yield table, app, pilot


def rows_of(count: int, start: int = 0) -> list[Row]:
    return [Row(key) for key in range(start, start + count)]


def churned(rows: list[Row], chance: random.Random, kept: set[int], next_key: int) -> list[Row]:
    """Some rows close, some open, a fifth change their rate; sorted by it, so that nearly all move."""
    stay = [row for row in rows if row.key in kept or chance.random() > 0.02]
    moved = [replace(row, rate=chance.randrange(10**6)) if chance.random() < 0.2 else row for row in stay]
    opened = [Row(next_key + i, rate=chance.randrange(10**6)) for i in range(chance.randrange(20))]
    return sorted(moved + opened, key=lambda row: -row.rate)


async def wheel(table: Table, pilot: Pilot[None], event: type[MouseEvent], times: int) -> None:
    for _ in range(times):
        table.post_message(
            event(widget=table, x=1, y=1, delta_x=0, delta_y=1, button=0, shift=False, meta=False, ctrl=False)
        )
    await pilot.pause()


# Holding the place


async def test_the_cursor_stays_on_the_top_line_until_the_user_moves_it() -> None:
    async with running(rows_of(100)) as (table, _, pilot):
        table.set_rows(rows_of(100, start=50))
        await pilot.pause()
        assert (table.cursor_index, table.scroll_offset.y, table.stays_at_top) == (0, 0, True)
        assert table.cursor_row == Row(50)


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_the_row_keeps_its_key_and_its_line_through_thirty_refreshes(seed: int) -> None:
    chance = random.Random(seed)
    rows = churned(rows_of(3000), chance, set(), 10_000)
    async with running(rows) as (table, _, pilot):
        await pilot.press("pagedown", "pagedown", *["down"] * 7)
        row = table.cursor_row
        assert row is not None
        indexes = set()
        for turn in range(30):
            line = table.line
            rows = churned(rows, chance, {row.key}, 20_000 + turn * 100)
            table.set_rows(rows)
            await pilot.pause()
            assert table.cursor_row is not None
            assert table.cursor_row.key == row.key
            at_an_end = table.scroll_offset.y in (0, table.max_scroll_y)
            assert table.line == line or at_an_end
            assert 0 <= table.line < 20
            seen = table.seen()[1 + table.line]
            assert seen[0] == "▌"
            assert f" {row.key} " in seen
            indexes.add(table.cursor_index)
        assert len(indexes) > 10, "the row did not move, so nothing was proved"


async def test_every_line_on_the_screen_is_up_to_date_after_partial_repaints() -> None:
    chance = random.Random(4)
    rows = churned(rows_of(200), chance, set(), 1000)
    async with running(rows) as (table, _, pilot):
        for turn in range(30):
            rows = churned(rows, chance, set(), 2000 + turn * 100)
            table.set_rows(rows)
            if turn % 3 == 0:
                await pilot.press(
                    chance.choice(["down", "up", "pagedown", "pageup", "ctrl+d", "end", "home"])
                )
            await pilot.pause()
            assert -1 not in table.repainted_lines
            top = table.scroll_offset.y
            for line, row in zip(table.seen()[1:], rows[top : top + 20], strict=False):
                assert f" {row.rate} {row.key} " in line


async def test_the_row_holds_its_line_when_the_sort_is_reversed_and_when_a_filter_removes_others() -> None:
    rows = [Row(key, rate=key) for key in range(1000)]
    async with running(rows) as (table, _, pilot):
        table.move_cursor(500)
        line = table.line
        table.set_rows(rows[::-1], sort_key="rate", reverse=True)
        await pilot.pause()
        assert (table.cursor_row, table.line) == (Row(500, rate=500), line)
        table.set_rows([row for row in rows if row.key % 5 == 0])
        await pilot.pause()
        assert (table.cursor_row, table.line) == (Row(500, rate=500), line)


async def test_a_row_that_is_gone_leaves_its_line_to_the_next_tenant() -> None:
    rows = rows_of(100)
    async with running(rows) as (table, app, pilot):
        table.move_cursor(30)
        await pilot.pause()
        app.taken()
        line = table.line
        table.set_rows(rows[:30] + rows[31:])
        await pilot.pause()
        assert (table.cursor_row, table.line) == (Row(31), line)
        assert [getattr(message, "row", None) for message in app.taken()] == [Row(31)]
        table.set_rows([Row(-1), *rows[:30], *rows[31:]])
        await pilot.pause()
        assert (table.cursor_row, table.line) == (Row(31), line), "the new tenant is followed from then on"


@pytest.mark.parametrize("moved", [False, True])
async def test_after_the_wheel_the_row_at_the_top_of_the_view_holds_its_place(moved: bool) -> None:
    async with running(rows_of(500)) as (table, _, pilot):
        if moved:
            table.move_cursor(1)
        await wheel(table, pilot, MouseScrollDown, 10)
        top = table.scroll_offset.y
        assert top > 5
        assert table.cursor_index == moved
        table.set_rows([Row(key) for key in range(-7, 500)])
        await pilot.pause()
        assert table.scroll_offset.y == top + 7
        assert f" {top} " in table.seen()[1]
        assert table.cursor_row == (Row(1) if moved else Row(-7))


async def test_scrolled_back_to_the_very_top_new_rows_come_into_view() -> None:
    async with running(rows_of(500)) as (table, _, pilot):
        table.move_cursor(100)
        assert table.scroll_offset.y > 0
        await wheel(table, pilot, MouseScrollUp, 100)
        table.set_rows([Row(-1), *rows_of(500)])
        await pilot.pause()
        assert table.scroll_offset.y == 0
        assert table.cursor_row == Row(100)


@pytest.mark.parametrize("key", ["home", "g"])
async def test_home_returns_to_staying_at_the_top(key: str) -> None:
    async with running(rows_of(100)) as (table, _, pilot):
        await pilot.press("G")
        assert table.cursor_row == Row(99)
        await pilot.press(key)
        table.set_rows([Row(-1), *rows_of(100)])
        await pilot.pause()
        assert (table.stays_at_top, table.cursor_row, table.scroll_offset.y) == (True, Row(-1), 0)


async def test_a_hidden_table_keeps_the_line_of_its_row() -> None:
    async with running(rows_of(500)) as (table, _, pilot):
        table.move_cursor(250)
        line = table.line
        table.display = False
        await pilot.pause()
        for opened in (20, 40, 60):
            table.set_rows([Row(key) for key in range(-opened, 500)])
            await pilot.pause()
        table.display = True
        await pilot.pause()
        assert (table.cursor_row, table.line) == (Row(250), line)
        assert " 250 " in table.seen()[1 + line]


async def test_the_cursor_stays_in_view_as_the_window_shrinks() -> None:
    async with running(rows_of(100), size=(80, 31)) as (table, _, pilot):
        table.move_cursor(29)
        await pilot.resize_terminal(80, 11)
        await pilot.pause()
        assert 0 <= table.line < 10
        assert " 29 " in table.seen()[1 + table.line]


# Moving


@pytest.mark.parametrize(
    ("keys", "index"),
    [
        ("j j k", 1),
        ("down down up", 1),
        ("up", 0),
        ("pagedown", 20),
        ("pagedown pageup", 0),
        ("ctrl+d", 10),
        ("ctrl+d ctrl+d ctrl+u", 10),
        ("end", 99),
        ("G down", 99),
        ("G g", 0),
    ],
)
async def test_keys_move_the_cursor(keys: str, index: int) -> None:
    async with running(rows_of(100)) as (table, _, pilot):
        await pilot.press(*keys.split())
        await pilot.pause()
        assert table.cursor_index == index
        assert f" {index} " in table.seen()[1 + table.line]


async def test_a_page_moves_the_view_and_not_the_line() -> None:
    async with running(rows_of(100)) as (table, _, pilot):
        await pilot.press("j", "j", "j", "pagedown")
        assert (table.cursor_index, table.scroll_offset.y) == (23, 20)


async def test_bindings_have_ids_so_that_a_keymap_can_change_them() -> None:
    async with running(rows_of(10)) as (table, app, pilot):
        app.set_keymap({"table.down": "n"})
        await pilot.press("n", "j")
        assert table.cursor_index == 1


async def test_keys_for_sideways_scrolling_are_left_to_others() -> None:
    async with running(rows_of(10)) as (table, _, _pilot):
        assert not {"left", "right"} & set(table._bindings.key_to_bindings)


# Messages


async def test_what_is_posted() -> None:
    async with running(rows_of(10)) as (table, app, pilot):
        assert app.taken() == [LiveTable.RowHighlighted(table, Row(0))], "rows set before it was mounted"
        await pilot.press("down", "enter")
        first, second = app.taken()
        assert first == LiveTable.RowHighlighted(table, Row(1))
        assert second == LiveTable.RowSelected(table, Row(1))
        assert second.control is table
        table.set_rows([replace(row, rate=5) for row in rows_of(10)])
        await pilot.pause()
        assert app.taken() == [], "the same row with another rate is not another row"
        table.set_rows([])
        await pilot.pause()
        assert app.taken() == [LiveTable.RowHighlighted(table, None)]
        await pilot.press("enter")
        assert app.taken() == []


async def test_only_the_last_highlight_of_one_table_counts() -> None:
    one, other = Table(), Table()
    message = LiveTable.RowHighlighted(one, Row(1))
    assert message.can_replace(LiveTable.RowHighlighted(one, Row(2)))
    assert not message.can_replace(LiveTable.RowHighlighted(other, Row(2)))
    assert not message.can_replace(LiveTable.RowSelected(one, Row(2)))
    assert not LiveTable.RowSelected(one, Row(1)).can_replace(LiveTable.RowSelected(one, Row(2)))


async def test_a_click_moves_the_cursor_and_a_second_one_selects() -> None:
    async with running(rows_of(100)) as (table, app, pilot):
        table.move_cursor(50)
        await pilot.pause()
        app.taken()
        top = table.scroll_offset.y
        await pilot.click(table, offset=(5, 4))
        assert app.taken() == [LiveTable.RowHighlighted(table, Row(top + 3))]
        await pilot.click(table, offset=(5, 4))
        assert app.taken() == [LiveTable.RowSelected(table, Row(top + 3))]
        await pilot.click(table, offset=(5, 9), times=2)
        assert app.taken() == [
            LiveTable.RowHighlighted(table, Row(top + 8)),
            LiveTable.RowSelected(table, Row(top + 8)),
        ]
        assert app.screen.get_selected_text() is None


async def test_the_first_click_on_the_top_row_pins_it() -> None:
    async with running(rows_of(3)) as (table, app, pilot):
        app.taken()
        await pilot.click(table, offset=(5, 1))
        assert (table.stays_at_top, app.taken()) == (False, [])
        await pilot.click(table, offset=(5, 9))
        assert (table.cursor_index, app.taken()) == (0, []), "a click below the rows"


async def test_a_click_on_a_header_names_its_column() -> None:
    async with running(rows_of(3), size=(40, 10)) as (table, app, pilot):
        header = table.seen()[0]
        app.taken()
        for label, key in (("NAME", "name"), ("RATE", "rate"), ("KEY", "key")):
            await pilot.click(table, offset=(header.index(label) + 1, 0))
            assert app.taken() == [LiveTable.HeaderSelected(table, key)]
        await pilot.click(table, offset=(0, 0))
        assert app.taken() == [LiveTable.HeaderSelected(table, "name")]


# Painting


async def test_only_lines_that_look_different_are_repainted_and_nothing_is_laid_out() -> None:
    rows = rows_of(10_000)
    async with running(rows) as (table, _, pilot):
        table.set_rows(list(rows))
        assert table.repainted_lines == set()
        changed = [*rows[:2], replace(rows[2], rate=7), *rows[3:5], replace(rows[5], kind="new"), *rows[6:]]
        table.set_rows([*changed, Row(10_001)])
        assert table.repainted_lines == {3, 6}
        await pilot.pause()
        assert table.seen()[6][0] == "+"
        table.repainted.clear()
        await pilot.press("down")
        assert table.repainted_lines == {1, 2}
        assert table.layouts == 0


async def test_an_age_that_runs_on_while_its_row_is_the_same_is_repainted() -> None:
    now = 0
    rows = rows_of(5)
    async with running(rows) as (table, _, pilot):
        table.set_columns([Column("age", "AGE", 5, 0, lambda row: f"{now // (row.key + 1)}s")])
        await pilot.pause()
        table.repainted.clear()
        now = 2
        table.set_rows(rows)
        assert table.repainted_lines == {1, 2}
        assert [line.strip(" ▌") for line in table.seen()[1:4]] == ["2s", "1s", "0s"]


async def test_rows_inserted_above_the_view_repaint_nothing() -> None:
    async with running(rows_of(1000)) as (table, _, _pilot):
        table.move_cursor(500)
        table.repainted.clear()
        table.set_rows([Row(key) for key in range(-5, 1000)])
        assert table.repainted_lines == set()


async def test_the_header_marks_the_sorted_column() -> None:
    async with running(rows_of(3), size=(40, 5)) as (table, _, pilot):
        assert "↑" not in table.seen()[0]
        table.set_rows(rows_of(3), sort_key="rate")
        await pilot.pause()
        assert " RATE↑ " in table.seen()[0]
        table.set_rows(rows_of(3), sort_key="name", reverse=True)
        await pilot.pause()
        assert "NAME↓" in table.seen()[0]
        table.set_columns([Column("name", "VERY LONG", 4, 0, lambda row: row.name)])
        await pilot.pause()
        assert table.seen()[0].rstrip() == " VE…↓"


async def test_marks_say_what_colours_say_and_the_cursor_keeps_them() -> None:
    kinds = ["", "new", "changed", "closing", "dim"]
    rows = [Row(i, kind=kind) for i, kind in enumerate(kinds)]
    async with running(rows) as (table, _, pilot):
        assert [line[0] for line in table.seen()[1:6]] == ["▌", "+", "~", "✕", " "]
        await pilot.press("down")
        await pilot.pause()
        assert [line[0] for line in table.seen()[1:6]] == [" ", "+", "~", "✕", " "]
        mark, *_ = table.render_line(2)
        assert mark.text == "+"
        assert mark.style is not None
        assert mark.style.reverse


def styles_of(table: Table, y: int) -> set[str]:
    return {str(segment.style.color) for segment in table.render_line(y) if segment.style}


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light", "ansi-dark", "ansi-light", "nord"])
async def test_kinds_differ_in_colour_in_every_theme(theme: str) -> None:
    kinds = ["", "", "new", "changed", "closing"]
    rows = [Row(2 * i, kind=kind) for i, kind in enumerate(kinds)]
    async with running(rows) as (table, app, pilot):
        before = [styles_of(table, y) for y in range(6)]
        app.theme = theme
        await pilot.pause()
        colours = [styles_of(table, y) for y in range(2, 6)]
        assert [len(colour) for colour in colours[1:]] == [1, 1, 1], "a row's kind colours all of it"
        assert len({frozenset(colour) for colour in colours}) == 4
        if theme != "textual-dark":
            assert before[2:] != colours, "the theme's colours are not remembered from the last one"


async def test_columns_have_kinds_fixed_or_by_row() -> None:
    async with running(rows_of(4)) as (table, _, _pilot):
        odd, even = styles_of(table, 2), styles_of(table, 3)
        assert len(odd) == len(even) + 1, "an odd key is in the colour of a warning"


async def test_without_colours_the_marks_remain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with running([Row(0), Row(1, kind="new"), Row(2, kind="closing")]) as (table, app, _pilot):
        assert app.no_color
        assert [line[0] for line in table.seen()[1:4]] == ["▌", "+", "✕"]
        cursor, *_ = table.render_lines(Region(0, 1, 40, 1))[0]
        assert cursor.style is not None
        assert cursor.style.reverse


async def test_the_empty_text_is_centred_and_goes_as_rows_come() -> None:
    async with running(size=(41, 11), empty_text="Waiting…") as (table, _, pilot):
        seen = table.seen()
        assert seen[5] == "Waiting…".center(40)
        assert "".join(seen[1:5] + seen[6:]).strip() == ""
        table.empty_text = "[/x]"
        await pilot.pause()
        assert table.seen()[5].strip() == "[/x]"
        table.set_rows(rows_of(1))
        await pilot.pause()
        assert "[/x]" not in "".join(table.seen())


async def test_other_columns_at_run_time() -> None:
    async with running(rows_of(3)) as (table, _, pilot):
        table.set_columns([Column("key", "ID", 4, 0, lambda row: f"#{row.key}")])
        await pilot.pause()
        assert [line.strip(" ▌") for line in table.seen()[:3]] == ["ID", "#0", "#1"]
        assert [column.key for column in table.columns] == ["key"]
        table.set_columns([])
        await pilot.pause()
        assert [line.strip() for line in table.seen()[:3]] == ["", "▌", ""]


# Hostile rows and odd sizes


@pytest.mark.parametrize("width", [1, 2, 3, 10, 40, 80, 160])
@pytest.mark.parametrize("height", [1, 2, 24])
async def test_any_text_at_any_size(width: int, height: int) -> None:
    rows = [Row(i, name=name, kind="new") for i, name in enumerate(HOSTILE)] + rows_of(100, start=1000)
    async with running(rows, size=(width, height)) as (table, _, pilot):
        for key in ("down", "pagedown", "end", "ctrl+u", "home", "j", "enter"):
            await pilot.press(key)
        table.set_rows(rows[::-1], sort_key="name")
        await pilot.pause()
        for line in table.seen():
            assert line.isprintable()
            assert cell_len(line) == table.scrollable_size.width
        assert not table.show_horizontal_scrollbar


async def test_columns_give_way_as_the_window_narrows_and_come_back() -> None:
    async with running(rows_of(3), size=(80, 10)) as (table, _, pilot):
        for width, shown in [
            (80, "NAME RATE KEY WIDE"),
            (40, "NAME RATE KEY"),
            (21, "NAME RATE"),
            (12, "NAME"),
        ]:
            await pilot.resize_terminal(width, 10)
            await pilot.pause()
            assert table.seen()[0].split() == shown.split()
        await pilot.resize_terminal(80, 10)
        await pilot.pause()
        assert table.seen()[0].split() == ["NAME", "RATE", "KEY", "WIDE"]


async def test_hostile_names_stand_as_they_are() -> None:
    names = ["[/x]", "[fe80::1%eth0]:443", "日本語の長いプロセス名", "a\x1b[31mb"]
    async with running([Row(i, name=name) for i, name in enumerate(names)], size=(60, 6)) as (
        table,
        _,
        _pilot,
    ):
        seen = table.seen()
        assert "[/x] " in seen[1]
        assert "[fe80::1%eth0]:443 " in seen[2]
        assert "日本語の長いプロセス名 " in seen[3]
        assert "a\N{REPLACEMENT CHARACTER}[31mb" in seen[4]


async def test_rows_shrink_below_the_scroll_position_vanish_and_return() -> None:
    async with running(rows_of(10_000)) as (table, _, pilot):
        await pilot.press("G")
        table.set_rows(rows_of(25))
        await pilot.pause()
        assert (table.cursor_row, table.scroll_offset.y) == (Row(24), 5)
        table.set_rows([])
        await pilot.pause()
        await pilot.press("down", "pagedown", "end", "ctrl+d", "home", "enter")
        assert (table.cursor_row, table.cursor_index, table.scroll_offset.y) == (None, 0, 0)
        assert not table.has_scrollbar()
        table.set_rows(rows_of(10_000))
        await pilot.pause()
        assert " 0 " in table.seen()[1]
        assert table.has_scrollbar()
        await pilot.press("G")
        await pilot.pause()
        assert " 9999 " in table.seen()[20]


async def test_shrinking_while_scrolled_by_the_wheel_shows_the_rows_that_are_left() -> None:
    async with running(rows_of(1000)) as (table, _, pilot):
        await wheel(table, pilot, MouseScrollDown, 30)
        assert table.scroll_offset.y > 20
        table.set_rows(rows_of(5))
        await pilot.pause()
        assert table.scroll_offset.y == 0
        assert " 0 " in table.seen()[1]


async def test_seeks_a_row_by_its_key_and_scrolls_to_it() -> None:
    async with running(rows_of(200)) as (table, _, _):
        assert table.seek(150)
        assert (table.cursor_key, table.stays_at_top) == (150, False)
        assert 0 <= table.line < table.size.height
        assert not table.seek(200)
        assert table.cursor_key == 150
