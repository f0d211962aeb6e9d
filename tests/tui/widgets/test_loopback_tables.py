"""The tables of checks and listeners: which is seen, which has the focus, what comes first."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import Any

from textual.app import App, ComposeResult

from netmon.loopback.listeners import judge_listeners
from netmon.model.finding import Finding, FindingState
from netmon.tui.widgets.loopback_tables import LoopbackTables
from tests.loopback.staged import BOTH, listener

PORTS = judge_listeners(BOTH, [listener("0.0.0.0", 80), listener("::1", 5173, v6only=True)])


class TablesApp(App[None]):
    """The tables alone."""

    def compose(self) -> ComposeResult:
        """The tables alone."""
        yield LoopbackTables()


@asynccontextmanager
async def opened() -> Any:
    async with TablesApp().run_test(size=(100, 30)) as pilot:
        tables = pilot.app.query_one(LoopbackTables)
        tables.findings.set_rows([Finding("lo-v4", FindingState.OK, "fine")])
        tables.show_listeners(PORTS, known=True)
        tables.findings.focus()
        await pilot.pause()
        yield pilot, tables


async def test_a_missed_listener_comes_first_and_counts_only_where_the_user_is() -> None:
    async with opened() as (pilot, tables):
        before = tables.listener
        assert before is None
        tables.go_on()
        await pilot.pause()
        assert tables.listener.port == 5173


async def test_where_there_is_room_for_one_the_other_takes_its_place() -> None:
    async with opened() as (pilot, tables):
        tables.add_class("-one")
        await pilot.pause()
        assert (tables.findings.display, tables.listeners.display) == (True, False)
        tables.go_on()
        await pilot.pause()
        assert (tables.findings.display, tables.listeners.display) == (False, True)
        assert tables.listeners.region.height == 30
        tables.go_on()
        await pilot.pause()
        assert tables.findings.has_focus


async def test_the_last_table_is_gone_back_to() -> None:
    async with opened() as (pilot, tables):
        tables.listeners.focus()
        await pilot.pause()
        pilot.app.set_focus(None)
        tables.go_back()
        await pilot.pause()
        assert tables.listeners.has_focus


async def test_no_listeners_are_none_only_when_they_were_looked_at() -> None:
    async with opened() as (_, tables):
        before = tables.listeners.empty_text
        tables.show_listeners((), known=False)
        assert tables.listeners.empty_text == before == "nothing listens on TCP here"
    async with TablesApp().run_test() as pilot:
        tables = pilot.app.query_one(LoopbackTables)
        tables.show_listeners((), known=False)
        assert tables.listeners.empty_text == "waiting for the first look at the listeners …"
