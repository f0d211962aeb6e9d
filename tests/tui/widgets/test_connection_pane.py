"""A titled table: counts, rates and a graph in one line above the rows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from netmon.engine.state import Totals
from netmon.engine.view import Sorting
from netmon.tui.widgets.column import Column
from netmon.tui.widgets.connection_pane import ConnectionPane
from netmon.tui.widgets.line import Line
from netmon.tui.widgets.live_table import LiveTable

ORDER = Sorting("name", False)


class Fruit(NamedTuple):
    """A row."""

    name: str


COLUMNS = [Column[Fruit]("name", "NAME", 8, 0, lambda row: row.name)]


class PaneApp(App[None]):
    """Two panes."""

    def compose(self) -> ComposeResult:
        """One pane above the other."""
        yield ConnectionPane("FRUIT", COLUMNS, lambda row: row.name, None, id="fruit")
        yield ConnectionPane("MORE", COLUMNS, lambda row: row.name, lambda row: "new", id="more")


@asynccontextmanager
async def opened(width: int = 80) -> AsyncIterator[tuple[ConnectionPane, Pilot[None]]]:
    app = PaneApp()
    async with app.run_test(size=(width, 20)) as pilot:
        yield app.query_one("#fruit", ConnectionPane), pilot


def title(pane: ConnectionPane) -> str:
    return pane.query_one(Line).text


def show(pane: ConnectionPane, totals: Totals, noun: str = "fruits", empty: str = "none") -> None:
    pane.show([Fruit("apple")] if totals.connections else [], ORDER, totals, noun, empty)


@pytest.mark.parametrize(
    ("totals", "said"),
    [
        (Totals(0), "0 fruits · ▼ 0 B/s ▲ 0 B/s"),
        (Totals(1, 5.0, 2.9e6), "1 fruit · ▼ 2.9 MB/s ▲ 5 B/s"),
        (Totals(12_345), "12,345 fruits · ▼ 0 B/s ▲ 0 B/s"),
        (Totals(2, time_wait=1500), "2 fruits + 1,500 in TIME_WAIT · ▼ 0 B/s ▲ 0 B/s"),
    ],
)
async def test_the_title_counts_and_adds_up(totals: Totals, said: str) -> None:
    async with opened() as (pane, _):
        show(pane, totals)
        assert title(pane).rstrip() == f" FRUIT  {said}"


async def test_processes_are_many_and_one() -> None:
    async with opened() as (pane, _):
        show(pane, Totals(1), "processes")
        assert "1 process ·" in title(pane)
        show(pane, Totals(2), "processes")
        assert "2 processes ·" in title(pane)


async def test_rows_stand_under_the_title_in_their_order() -> None:
    async with opened() as (pane, pilot):
        show(pane, Totals(1))
        await pilot.pause()
        table = pane.query_one(LiveTable)
        assert table.region.y == pane.region.y + 1
        assert "NAME↑" in table.render_line(0).text
        assert "apple" in table.render_line(1).text


async def test_says_why_there_are_no_rows() -> None:
    async with opened() as (pane, pilot):
        await pilot.pause()

        def lines() -> str:
            return " ".join(pane.table.render_line(y).text for y in range(pane.table.size.height))

        assert "waiting for the first poll" in lines()
        show(pane, Totals(), empty="nothing matches the filter")
        assert "nothing matches the filter" in lines()
        assert "waiting" not in lines()


async def test_the_graph_shows_the_last_polls_the_newest_on_the_right() -> None:
    async with opened() as (pane, pilot):
        await pilot.pause()
        for rate in (0.0, 10.0, 100.0):
            pane.push_traffic(Totals(1, rate, 0.0))
            show(pane, Totals(1, rate, 0.0))
        line = title(pane)
        assert len(line) == pane.size.width - 1
        assert line[-1] == "█"
        assert line[-2] != "█"
        pane.push_traffic(Totals(1))
        show(pane, Totals(1))
        assert title(pane)[-2] == "█"
        assert title(pane)[-1] != "█"


@pytest.mark.parametrize("width", [10, 30, 44, 80, 300])
async def test_the_graph_never_needs_more_room_than_there_is(width: int) -> None:
    async with opened(width) as (pane, pilot):
        await pilot.pause()
        for _ in range(400):
            pane.push_traffic(Totals(1, 7.0, 7.0))
        show(pane, Totals(1, 7.0, 7.0))
        assert pane.query_one(Line).render_line(0).cell_length == width
        assert ("█" in title(pane)) == (width >= 44)


async def test_the_pane_with_the_focus_stands_out() -> None:
    async with opened() as (pane, pilot):
        show(pane, Totals(1))
        pane.table.focus()
        await pilot.pause()
        lines = [line.styles.background for line in pilot.app.query("ConnectionPane > Line")]
        assert lines[0] != lines[1]
