"""The DNS tab as a user sees it and drives it by keys."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widgets import Static

from netmon.resolver.server import parse_server
from netmon.tui.tabs.dns import DnsTab
from netmon.tui.widgets.line import Line
from netmon.tui.widgets.live_table import LiveTable
from netmon.tui.widgets.name_box import NameBox
from tests.resolver.server import Server


class Clock:
    """Monotonic seconds that can be put forward."""

    ahead = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.ahead


class TabApp(App[None]):
    """Holds the tab alone."""

    def __init__(self, tab: DnsTab) -> None:
        super().__init__()
        self.tab = tab

    def compose(self) -> ComposeResult:
        """The tab alone."""
        yield self.tab

    def on_mount(self) -> None:
        """As the app does when a tab is opened."""
        self.tab.focus_first()


class Screen:
    """What a user sees and does."""

    def __init__(self, pilot: Pilot[None], tab: DnsTab) -> None:
        self.pilot = pilot
        self.tab = tab

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait for a condition, for five seconds at most."""
        deadline = time.monotonic() + 5
        while not condition():
            assert time.monotonic() < deadline, (self.status, self.error, self.notes, self.table)
            await self.pilot.pause(0.01)

    async def type(self, line: str) -> None:
        """Type a line and press Enter."""
        await self.pilot.press("slash")
        self.tab.query_one(NameBox).input.value = line
        await self.pilot.press("enter")

    async def look_up(self, line: str) -> None:
        """Type a line and wait until all servers have answered."""
        before = 0 if self.tab.subject is None else self.tab.subject.number
        await self.type(line)
        await self.until(lambda: self.whole and self.tab.subject and self.tab.subject.number > before)
        await self.pilot.pause()

    @property
    def whole(self) -> bool:
        """Whether everybody has answered."""
        subject = self.tab.subject
        return subject is not None and subject.outcome is not None and not subject.outcome.waiting

    def line(self, name: str) -> str:
        """What one of the lines says."""
        return self.tab.query_one(f"#dns-{name}", Line).text

    @property
    def status(self) -> str:
        return self.line("status")

    @property
    def error(self) -> str:
        return self.tab.query_one(NameBox).error

    @property
    def notes(self) -> str:
        return str(self.tab.query_one("#dns-notes", Static).render())

    @property
    def table(self) -> list[str]:
        """The lines of the table in view that hold text, without the header."""
        table = next(each for each in self.tab.query(LiveTable) if each.size)
        lines = (table.render_line(y).text for y in range(1, table.size.height))
        return [" ".join(line.split()) for line in lines if line.strip()]


@asynccontextmanager
async def opened(
    *servers: Server | str, size: tuple[int, int] = (100, 24), **options: Any
) -> AsyncIterator[Screen]:
    """The tab with these servers ticked."""
    ticked = [parse_server(each if isinstance(each, str) else str(each.endpoint)) for each in servers]
    tab = DnsTab(servers=ticked, **options)
    async with TabApp(tab).run_test(size=size) as pilot:
        await pilot.pause()
        yield Screen(pilot, tab)
