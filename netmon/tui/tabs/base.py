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

    DEFAULT_CSS = """
    Tab { height: 1fr; }
    """

    def show_state(self, state: State) -> None:
        """Draw a new state. Called on the UI thread, and only while the tab is visible."""

    def focus_first(self) -> None:
        """Put the focus where typing is useful when the tab is opened."""
