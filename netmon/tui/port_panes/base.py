"""What a view of the ports tab is to the tab: it gathers from a state, arranges, draws and explains."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Collection, Hashable
from typing import Any, ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message

from netmon.engine.explain import Explanation
from netmon.engine.state import State
from netmon.model.connection import Connection
from netmon.model.process import Process
from netmon.ports.stopping.survey import StopTarget
from netmon.tui.columns import Moment
from netmon.tui.tabs.base import Place
from netmon.tui.widgets.column import Column
from netmon.tui.widgets.line import Line
from netmon.tui.widgets.live_table import LiveTable


class PortsPane(Vertical):
    """One view: a headline over a table. Add a subclass to `PortsTab.PANES`."""

    view: ClassVar[str]
    """Its name, which `v` comes to in the order of the registry."""
    sortable: ClassVar[Collection[str]]
    """The columns that its rows can be sorted by."""
    low_first: ClassVar[frozenset[str]]
    """Those of them that are sorted from low to high at first."""
    empty: ClassVar[str]
    """What it says when there is nothing."""
    gone: ClassVar[str] = ""
    """What it says of an open row that is there no more; empty where that is a socket that has closed."""

    class Found(Message):
        """More is known of the row whose details are open."""

    DEFAULT_CSS = """
    PortsPane { height: 1fr; }
    """

    def __init__(self, settings: Any, moment: Moment) -> None:
        """Make a view that has nothing to show yet.

        Args:
            settings: What it begins with: a NamedTuple with `filter` and `sorting` at least.
            moment: The time that cells are drawn with; the tab keeps it.
        """
        super().__init__(id=f"ports-{self.view}")
        self.settings = settings
        """What the user asked for; replaced whole, since the poller's thread reads it."""
        self._moment = moment

    def compose(self) -> ComposeResult:
        """The headline and the table."""
        yield Line(" PORTS", classes="ports-head")
        yield LiveTable(
            self.columns(self._moment),
            lambda row: row.key,
            row_kind=self.kind_of,
            empty_text="waiting for the first poll …",
        )

    @property
    def table(self) -> LiveTable[Any]:
        """The rows."""
        return self.query_one(LiveTable)

    def draw(self, state: State, view: Any) -> None:
        """Show what was arranged."""
        column, reverse = self.settings.sorting
        self.table.empty_text = "nothing matches the filter" if self.settings.filter else self.empty
        self.table.set_rows(view.rows, sort_key=column, reverse=reverse)
        self.query_one(Line).show(self.headline(view, state))

    # What it shows

    @abstractmethod
    def gather(self, state: State) -> Any:
        """What there is to arrange: all that does not depend on settings. Called on the poller's thread."""

    @abstractmethod
    def pick(self, gathered: Any, settings: Any) -> Any:
        """What the settings show of it: `rows` in order. Called on any thread."""

    @abstractmethod
    def columns(self, moment: Moment) -> list[Column[Any]]:
        """The columns of its table."""

    @abstractmethod
    def headline(self, view: Any, state: State) -> Text:
        """What it comes to, in one line."""

    @abstractmethod
    def counts(self, view: Any) -> tuple[int, int]:
        """How many match the filter, and of how many."""

    def kind_of(self, row: Any) -> str:
        """The kind of a row, for its mark and its colour."""
        return ""

    # What it says of its rows

    @abstractmethod
    def as_now(self, key: Hashable, gathered: Any) -> Any:
        """The row with this key as it is now, also if it is filtered out or folded; None if it is gone."""

    @abstractmethod
    def process_of(self, row: Any) -> Process | None:
        """The process whose parents belong to the details of a row."""

    @abstractmethod
    def explain(self, row: Any, state: State, ancestors: tuple[Process, ...]) -> Explanation:
        """A row in words."""

    @abstractmethod
    def line_of(self, row: Any, state: State) -> str:
        """A row as one line to copy."""

    @abstractmethod
    def connections_of(self, row: Any) -> Place | str:
        """Where the connections of a row are in the connections tab, or why there are none."""

    def socket_of(self, row: Any) -> Connection | None:
        """The socket that tells what the port of a row is; None for a row that is about no port."""
        return None

    def about(self, row: Any, state: State) -> tuple[str, ...]:
        """What the ports of a row are that is about several; nothing where its socket tells it."""
        return ()

    def stop_target(self, row: Any) -> StopTarget | None:
        """What `K` would stop the holder of; None where there is nothing to stop."""
        return None

    def look_further(self, row: Any, state: State) -> None:
        """Find out what takes time for the details that are being opened; `Found` tells when it is there."""

    def try_row(self, row: Any, state: State) -> str | None:
        """Begin to try out what a row says, or tell why that cannot be done; `Found` tells when it is."""
        return "there is nothing to try here: choose a port"

    def opens(self, row: Any) -> bool:
        """Whether Enter does something else on a row than to explain it, and has done so."""
        return False
