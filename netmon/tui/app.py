"""The app: one line of tabs, the tab in view, and the keys."""

from __future__ import annotations

import gc
import importlib
import os
import signal
import socket
from dataclasses import dataclass
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.message import Message

from netmon.engine.poller import Poller
from netmon.engine.state import State
from netmon.model.text import clean
from netmon.resolver.reverse import ReverseNames
from netmon.tui.status import figures
from netmon.tui.tabs.base import Place, Tab
from netmon.tui.tabs.registry import TABS
from netmon.tui.ways_back import WaysBack
from netmon.tui.widgets.key_line import KeyLine
from netmon.tui.widgets.top_bar import TopBar


class NetmonApp(App[None]):
    """netmon in a terminal. It draws; the poller collects on a thread of its own."""

    TITLE = "netmon"
    ENABLE_COMMAND_PALETTE = True
    CSS = """
    #tabs { height: 1fr; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "quit", "Quit", id="quit"),
        Binding("question_mark", "help", "Help", id="help", key_display="?"),
        *(
            # With Alt the number works while something is typed, too.
            Binding(
                f"{number},alt+{number}",
                f"tab({number - 1})",
                entry.title,
                show=False,
                id=f"tab.{entry.slug}",
            )
            for number, entry in enumerate(TABS, 1)
        ),
        Binding("ctrl+c", "quit", "Quit", show=False, priority=True, id="quit.always"),
    ]

    @dataclass
    class StateChanged(Message):
        """A new state has come, with what the tab in view makes of it."""

        state: State
        projection: object
        tab: Tab | None

        def can_replace(self, message: Message) -> bool:
            """Stale states are dropped: the newest is whole."""
            return isinstance(message, NetmonApp.StateChanged)

    class NamesChanged(Message):
        """Names of addresses have arrived."""

        def can_replace(self, message: Message) -> bool:
            """One redraw for all of them."""
            return isinstance(message, NetmonApp.NamesChanged)

    def __init__(self, poller: Poller, *, first_tab: str = TABS[0].slug) -> None:
        """Make the app.

        Args:
            poller: gives the states; started and stopped by the caller.
            first_tab: the slug of the tab to begin with.
        """
        super().__init__()
        self._poller = poller
        self._slugs = [entry.slug for entry in TABS]
        self._first = self._slugs.index(first_tab)
        self._visited: dict[str, Tab] = {}
        self._current: Tab | None = None
        """The tab in view; the poller's thread reads it."""
        self._ways_back = WaysBack()
        self._arriving: Place | None = None
        """What to show in the tab in view as soon as it can."""
        self._names = ReverseNames(on_change=self._names_arrived)
        self._host = clean(socket.gethostname(), 64)

    def compose(self) -> ComposeResult:
        """The bar, a place for the tabs, and the keys."""
        yield TopBar([entry.title for entry in TABS])
        yield Container(id="tabs")
        yield KeyLine(show_command_palette=False, compact=True)

    def on_mount(self) -> None:
        """Open the first tab and begin to receive states."""
        self.action_tab(self._first)
        self.call_after_refresh(self._after_first_paint)
        for name in ("SIGTERM", "SIGHUP"):
            if hasattr(signal, name):
                self._on_signal(getattr(signal, name))

    def _on_signal(self, number: int) -> None:
        import asyncio

        def end() -> None:
            if not self.is_headless and not os.isatty(0):
                # The window was closed. There is nothing to restore, and Textual would wait for ever for
                # its writing thread, which has ended with the terminal.
                os._exit(128 + number)
            self.exit(return_code=128 + number)

        # Leaves the terminal as it was found; without this it stays in raw mode.
        asyncio.get_running_loop().add_signal_handler(number, end)

    def _after_first_paint(self) -> None:
        gc.freeze()
        gc.enable()
        self._poller.subscribe(self._receive)

    def on_unmount(self) -> None:
        """Stop the lookups of names."""
        self._names.close()

    def _names_arrived(self) -> None:
        self.post_message(self.NamesChanged())

    # -- states

    def _receive(self, state: State) -> None:
        """Called on the poller's thread: filtering and sorting happen here."""
        tab = self._current
        projection = tab.project(state) if tab is not None else None
        self.post_message(self.StateChanged(state, projection, tab))

    def on_netmon_app_state_changed(self, message: StateChanged) -> None:
        """Hand the state to the tab in view."""
        bar = self.query_one_optional(TopBar) if self.is_running else None
        if bar is None:
            return  # the app is being taken down: its widgets go one by one
        bar.show_figures(*figures(message.state, self._host))
        # A tab that is only just being composed has nothing to draw on; it gets the latest when it opens.
        if message.tab is not None and message.tab is self._current and message.tab.is_mounted:
            message.tab.show_projection(message.state, message.projection)

    def on_netmon_app_names_changed(self) -> None:
        """Let the tab in view draw the names."""
        if self.is_running and self._current is not None and self._current.is_mounted:
            self._current.names_changed()

    # -- tabs

    def action_tab(self, index: int) -> None:
        """Show a tab; what jumps came from is left behind."""
        self._ways_back.forget()
        self._open(index)

    def on_tab_jump(self, message: Tab.Jump) -> None:
        """Show a place in another tab, and remember the way back."""
        if self._current is not None:
            there = self._visited.get(message.slug)
            as_it_was = there.place() if there is not None and there.is_mounted else Place()
            self._ways_back.leave(self._current, message.slug, as_it_was)
            self._open(self._slugs.index(message.slug), message.place)

    def on_tab_return(self) -> None:
        """Go back to where the last jump came from; the tab it led to is again as it was."""
        if (way := self._ways_back.take()) is not None:
            there = self._visited[way.jumped_to]
            if there.is_mounted:
                there.arrive(way.as_it_was)
            self._open(self._slugs.index(way.slug), way.place)

    def _open(self, index: int, place: Place | None = None) -> None:
        """Show a tab, composing it on its first visit, and a place in it."""
        self._arriving = place
        entry = TABS[index]
        tab = self._visited.get(entry.slug)
        tabs = self.query_one("#tabs", Container)
        for other in self._visited.values():
            other.display = other is tab
        if tab is None:
            tab = self._visited[entry.slug] = self._make_tab(index)
            tabs.mount(tab)
        tab.came_by_jump = self._ways_back.leads_from(entry.slug)
        self._current = tab
        self.query_one(TopBar).show_current(index)
        tab.call_after_refresh(self._opened, tab)  # in its own time: it may still have to be composed

    def _make_tab(self, index: int) -> Tab:
        entry = TABS[index]
        tab_class = getattr(importlib.import_module(entry.module), entry.class_name)
        tab: Tab = tab_class(**self._services(tab_class))
        return tab

    def _services(self, tab_class: type[Tab]) -> dict[str, object]:
        """What a tab asks for by the names in `needs`."""
        offered: dict[str, object] = {
            "ancestors": self._poller.collector.ancestors,
            "names": self._names.lookup,
            "known_names": self._names.known,
        }
        return {name: offered[name] for name in tab_class.needs}

    def _opened(self, tab: Tab) -> None:
        if tab is self._current:
            tab.focus_first()
            if (state := self._poller.latest) is not None:
                tab.show_projection(state, tab.project(state))
            if (place := self._arriving) is not None:
                self._arriving = None
                tab.arrive(place)

    def on_top_bar_tab_clicked(self, message: TopBar.TabClicked) -> None:
        """Show the tab that was clicked."""
        self.action_tab(message.index)

    def action_help(self) -> None:
        """Show what the keys do."""
        from netmon.tui.screens.help import HelpScreen

        self.push_screen(HelpScreen(self._current.about_row() if self._current is not None else ()))
