"""One view of the DNS tab, alone in an app, and what a user sees of it."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import ClassVar, Generic, TypeVar

from textual import on
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.pilot import Pilot

from netmon.resolver.enquiry import TYPES, Enquiry, Outcome
from netmon.tui.dns_panes.base import Subject
from netmon.tui.dns_panes.detailed import DetailedPane
from netmon.tui.widgets.detail_panel import DetailLines, DetailPanel
from netmon.tui.widgets.finding_list import FindingList

P = TypeVar("P", bound=DetailedPane)


class PaneApp(App[None]):
    """Holds the view alone, and has the keys of the tab."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave"), Binding("r", "again")]

    def __init__(self, pane: DetailedPane) -> None:
        super().__init__()
        self.pane = pane
        self.asked: list[str] = []

    def compose(self) -> ComposeResult:
        """The view alone."""
        yield self.pane

    def on_mount(self) -> None:
        """As the tab does when a view comes into view."""
        self.pane.focus_first()

    def action_leave(self) -> None:
        """As the tab does."""
        self.pane.back()

    def action_again(self) -> None:
        """As the tab does."""
        self.pane.again()

    @on(DetailedPane.Ask)
    def remember(self, message: DetailedPane.Ask) -> None:
        """Remember what a row asked for."""
        self.asked.append(message.text)


class Screen(Generic[P]):
    """What a user sees and does."""

    def __init__(self, pilot: Pilot[None], pane: P) -> None:
        self.pilot, self.pane = pilot, pane
        self.number = 0

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait for a condition, for ten seconds at most."""
        deadline = time.monotonic() + 10
        while not condition():
            assert time.monotonic() < deadline, self.text
            await self.pilot.pause(0.005)

    async def show(self, text: str, *types: str, outcome: Outcome | None = None, same: bool = False) -> None:
        """Something was typed, or, if it is the same subject, answered."""
        self.number += not same
        self.pane.show_subject(Subject(self.number, Enquiry(text, types or TYPES), outcome))
        await self.pilot.pause()

    async def press(self, *keys: str) -> None:
        """Press keys, and let them have their effect."""
        await self.pilot.press(*keys)
        await self.pilot.pause()

    @property
    def head(self) -> str:
        """The first line."""
        return self.pane.headline

    @property
    def rows(self) -> list[str]:
        """The rows of the table that are in view, their white space squeezed."""
        table = self.pane.table
        lines = (table.render_line(y).text for y in range(1, table.size.height))
        return [" ".join(line.strip("▌ ").split()) for line in lines if line.strip()]

    @property
    def details(self) -> list[str]:
        """What the details say; nothing while they are closed."""
        panel = self.pane.query_one(DetailPanel)
        return panel.query_one(DetailLines).lines if panel.display else []

    @property
    def findings(self) -> str:
        """What the findings beneath say."""
        shown = [view for view in self.pane.query_one(FindingList).children if view.display]
        return "\n".join(str(part.render()) for view in shown for part in view.children if part.display)

    @property
    def text(self) -> list[str]:
        """Everything on the screen, line by line."""
        width, height = self.pilot.app.size
        strips = self.pilot.app.screen._compositor.render_strips()
        assert len(strips) == height
        assert {strip.cell_length for strip in strips} <= {width}
        return [strip.text for strip in strips]


@asynccontextmanager
async def opened(pane: P, size: tuple[int, int] = (160, 50)) -> AsyncIterator[Screen[P]]:
    """The view in an app of its own, with nothing typed yet."""
    async with PaneApp(pane).run_test(size=size) as pilot:
        await pilot.pause()
        yield Screen(pilot, pane)
