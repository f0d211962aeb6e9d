"""What a tab is to the app: a pane that is composed on its first visit and shows states while visible."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from textual.containers import Vertical
from textual.message import Message

from netmon.engine.state import State


class Place(NamedTuple):
    """Where one is in a tab, or is to come to."""

    rows: tuple[Hashable, ...] = ()
    """Keys of rows: the cursor belongs on the first of them that is there; at the top where there is none."""
    text: str = ""
    """What is typed in: a filter, a name to look up."""
    view: str = ""
    """Which of the tab's views; empty for the one in view."""


class Tab(Vertical):
    """One tab. It keeps view state only (sort, filter, cursor, frozen), never data of its own.

    Register a subclass in `netmon.tui.tabs.registry`.
    """

    name_in_bar: ClassVar[str]
    """What the tab bar calls it."""
    slug: ClassVar[str]
    """What `netmon --tab` calls it."""

    came_by_jump = False
    """Whether there is a way back to another tab; the app keeps it."""

    @dataclass
    class Jump(Message):
        """Show a place in another tab; `Return` leads back to where this tab is now."""

        slug: str
        place: Place

    class Return(Message):
        """Go back to where the last jump came from."""

    needs: ClassVar[tuple[str, ...]] = ()
    """Names of what the app is to hand to the constructor: `ancestors`, `names`, `known_names`."""

    DEFAULT_CSS = """
    Tab { height: 1fr; }
    """

    def project(self, state: State) -> object:
        """What the tab shows of a state, filtered and sorted. Called on the poller's thread."""
        return None

    def show_projection(self, state: State, projection: object) -> None:
        """Draw a state with what `project` made of it. Called on the UI thread, and only while visible."""
        self.show_state(state)

    def show_state(self, state: State) -> None:
        """Draw a new state. Called on the UI thread, and only while the tab is visible."""

    def focus_first(self) -> None:
        """Put the focus where typing is useful when the tab is opened."""

    def about_row(self) -> tuple[str, ...]:
        """What the port of the row under the cursor is, in sentences for the help; nothing without a row."""
        return ()

    def place(self) -> Place:
        """Where the tab is now, so that `arrive` leads back there."""
        return Place()

    def arrive(self, place: Place) -> None:
        """Show a place: after a jump to this tab, or back to where one came from."""

    def names_changed(self) -> None:
        """Draw again: names of addresses have become known."""
