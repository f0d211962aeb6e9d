"""What presses on ports: the judgements, and the ephemeral ports of each destination."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any, NamedTuple

from rich.text import Text
from textual.app import ComposeResult

from netmon.engine.explain import Explanation
from netmon.engine.filter import Filter
from netmon.engine.state import State
from netmon.engine.view import NO_FILTER, Sorting
from netmon.model.process import Process
from netmon.ports.pressure.ephemeral_use import DestinationUse
from netmon.ports.pressure.view import PressureView, pressure_view
from netmon.ports.pressure.words import about_destination, copied_destination, explain_destination
from netmon.tui.columns import Moment
from netmon.tui.port_panes.base import PortsPane
from netmon.tui.tabs.base import Place
from netmon.tui.widgets.column import Column
from netmon.tui.widgets.live_table import LiveTable
from netmon.tui.widgets.pressure_view import PressurePane

DESTINATION_SORT: Mapping[str, Callable[[DestinationUse], Any]] = {
    "destination": lambda row: row.destination,
    "from": lambda row: row.destination.local,
    "used": lambda row: row.used,
    "time-wait": lambda row: row.time_wait,
    "again": lambda row: row.reusable,
    "free": lambda row: row.free,
    "share": lambda row: row.share,
}
"""Every column that destinations can be sorted by."""


class PressureSettings(NamedTuple):
    """What the user asked for."""

    filter: Filter = NO_FILTER
    """Does not apply: what presses is judged over all sockets."""
    sorting: Sorting = Sorting("share", True)


class Pressed(NamedTuple):
    """The judgements with the destinations in order."""

    view: PressureView
    rows: tuple[DestinationUse, ...]


class PressurePortsPane(PortsPane):
    """The judgements over a table of destinations."""

    view = "pressure"
    sortable = DESTINATION_SORT
    low_first = frozenset({"destination", "from", "free"})
    empty = "no outgoing TCP connection has an ephemeral port"
    gone = "No connection to it has a port any more; what follows is how it last was."

    def __init__(self, moment: Moment) -> None:
        """Make the view.

        Args:
            moment: The time that cells are drawn with.
        """
        super().__init__(PressureSettings(), moment)
        self._state: State | None = None
        self._shown: PressureView | None = None

    def compose(self) -> ComposeResult:
        """The judgements and the table."""
        yield PressurePane()

    @property
    def table(self) -> LiveTable[Any]:
        """The destinations."""
        return self.query_one(PressurePane).table

    def draw(self, state: State, view: Pressed) -> None:
        """Show the judgements and the destinations."""
        self._state, self._shown = state, view.view
        column, reverse = self.settings.sorting
        self.query_one(PressurePane).show(view.view)
        self.table.set_rows(view.rows, sort_key=column, reverse=reverse)

    def gather(self, state: State) -> PressureView:
        """Judge the state."""
        return pressure_view(state)

    def pick(self, gathered: PressureView, settings: PressureSettings) -> Pressed:
        """The destinations in order."""
        column, reverse = settings.sorting
        rows = sorted(gathered.use.destinations, key=DESTINATION_SORT[column], reverse=reverse)
        return Pressed(gathered, tuple(rows))

    def columns(self, moment: Moment) -> list[Column[Any]]:
        """Those of the table, which has its own."""
        return []

    def headline(self, view: Pressed, state: State) -> Text:
        """The pane writes its own."""
        return Text()

    def counts(self, view: Pressed) -> tuple[int, int]:
        """All of them: the filter does not apply."""
        return len(view.rows), len(view.rows)

    # Rows

    def as_now(self, key: Hashable, gathered: PressureView) -> DestinationUse | None:
        """The destination as it is now."""
        return next((row for row in gathered.use.destinations if row.key == key), None)

    def process_of(self, row: DestinationUse) -> Process | None:
        """Many may use a destination."""
        return None

    def explain(self, row: DestinationUse, state: State, ancestors: tuple[Process, ...]) -> Explanation:
        """The destination and its ports."""
        assert self._shown is not None, "rows come with what was drawn"
        return explain_destination(row, self._shown.use, state)

    def about(self, row: DestinationUse, state: State) -> tuple[str, ...]:
        """What the ports are that it takes."""
        return about_destination(row, state)

    def line_of(self, row: DestinationUse, state: State) -> str:
        """The destination with its figures."""
        return copied_destination(row)

    def connections_of(self, row: DestinationUse) -> Place | str:
        """All connections to the destination."""
        address, port = row.destination.remote
        return Place(text=f"raddr:{address} rport:{port} dir:out", view="split")
