"""What a tab is to the app: a pane that is composed on its first visit and shows states while visible."""

from __future__ import annotations

from typing import ClassVar

from textual.containers import Vertical

from netmon.engine.state import State


class Tab(Vertical):
    """One tab. It keeps view state only (sort, filter, cursor, frozen), never data of its own.

    Register a subclass in `netmon.tui.tabs.registry`.
    """

    name_in_bar: ClassVar[str]
    """What the tab bar calls it."""
    slug: ClassVar[str]
    """What `netmon --tab` calls it."""

    needs: ClassVar[tuple[str, ...]] = ()
    """Names of what the app is to hand to the constructor: `ancestors`, `names`."""

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

    def names_changed(self) -> None:
        """Draw again: names of addresses have become known."""
