"""The connections tab: who is talking to whom, who started it, and how fast."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.events import Resize
from textual.message import Message

from netmon.engine.aggregate import ProcessRow
from netmon.engine.explain import Explanation, copy_text, explain, explain_process
from netmon.engine.filter import Filter
from netmon.engine.state import State
from netmon.engine.view import (
    CLOSED_SORT,
    CONNECTION_SORT,
    PROCESS_SORT,
    TEXT_COLUMNS,
    ConnectionView,
    Sorting,
    ViewSettings,
    connection_view,
)
from netmon.model.connection import Connection
from netmon.model.process import Process
from netmon.model.text import clean
from netmon.tui.columns import (
    Moment,
    all_columns,
    closed_columns,
    inbound_columns,
    outbound_columns,
    owner_text,
    process_columns,
)
from netmon.tui.port_places import holder_place, listener_place
from netmon.tui.status import history_text
from netmon.tui.tabs.base import Tab
from netmon.tui.tabs.table_tab import NARROW, TableTab
from netmon.tui.widgets.connection_pane import ConnectionPane
from netmon.tui.widgets.detail_panel import DetailPanel
from netmon.tui.widgets.filter_box import FilterBox
from netmon.tui.widgets.line import Line
from netmon.tui.widgets.live_table import LiveTable

WIDE = 140
"""From this width on the two directions stand side by side."""
VIEWS = ("split", "all", "processes", "closed")

Row = Connection | ProcessRow


class ConnectionsTab(TableTab):
    """Inbound and outbound apart, both in one table, or summed by process."""

    name_in_bar = "Connections"
    slug = "connections"
    needs = ("ancestors", "names")

    DEFAULT_CSS = """
    ConnectionsTab {
        #body { layout: horizontal; height: 1fr; }
        #panes { layout: vertical; width: 2fr; height: 1fr; }
        &.-wide #panes { layout: horizontal; }
        &.-wide.-details #panes { layout: vertical; }
        &.-wide #inbound { margin-right: 1; }
        DetailPanel { width: 1fr; min-width: 44; display: none; }
        &.-details DetailPanel { display: block; }
        &.-details.-narrow #panes { display: none; }
        &.-narrow DetailPanel { min-width: 0; }
        #status { background: $panel; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "next_view", "View", id="view"),
        Binding("n", "names", "Names", id="names"),
        Binding("c", "jump", "Listener", id="jump"),
    ]

    @dataclass
    class Viewed(Message):
        """A view for changed settings has been computed on a worker thread."""

        state: State
        view: ConnectionView

        def can_replace(self, message: Message) -> bool:
            """Only the latest counts."""
            return isinstance(message, ConnectionsTab.Viewed)

    def __init__(
        self,
        ancestors: Callable[[int], tuple[Process, ...]],
        names: Callable[[str], str | None],
    ) -> None:
        """Make the tab.

        Args:
            ancestors: gives the parents of a process; called on a worker thread.
            names: gives the name of an address at once, or None while it is being looked up.
        """
        super().__init__(ancestors)
        self._settings = ViewSettings()
        """Replaced whole; the poller's thread reads it."""
        self._names = names
        self._moment = Moment()
        self._view_name = VIEWS[0]
        self._state: State | None = None
        """The newest."""
        self._frozen: State | None = None
        """The one that is shown while frozen."""
        self._shown: ConnectionView | None = None

    def compose(self) -> ComposeResult:
        """Both panes, the two other views, the details and the status line."""
        moment = self._moment
        with Container(id="body"):
            with Container(id="panes"):
                yield ConnectionPane("INBOUND", inbound_columns(moment), _key, moment.kind, id="inbound")
                yield ConnectionPane("OUTBOUND", outbound_columns(moment), _key, moment.kind, id="outbound")
                yield ConnectionPane("ALL", all_columns(moment), _key, moment.kind, id="all")
                yield ConnectionPane("CLOSED", closed_columns(moment), _key, None, id="closed")
                yield ConnectionPane("PROCESSES", process_columns(moment), _key, None, id="processes")
            yield DetailPanel()
        yield FilterBox()
        yield Line(id="status")

    def on_mount(self) -> None:
        """Show the split view."""
        self._show_panes()

    def focus_first(self) -> None:
        """Put the focus on the first table in view."""
        self._visible_panes()[0].table.focus()

    def on_resize(self, event: Resize) -> None:
        """Stack the panes where there is no room for both side by side."""
        self.set_class(event.size.width >= WIDE, "-wide")
        self.set_class(event.size.width < NARROW, "-narrow")

    # -- states

    def project(self, state: State) -> ConnectionView | None:
        """What to show of a state; called on the poller's thread. None while frozen."""
        return None if self._frozen is not None else connection_view(state, self._settings)

    def show_projection(self, state: State, projection: object) -> None:
        """Draw a state with the view that was computed for it."""
        first = self._state is None
        self._state = state
        if first:
            self._moment.started = state.monotonic
        # A view for other settings was computed before the last key press; the right one is on its way.
        if isinstance(projection, ConnectionView) and self._frozen is None:
            self._push_traffic(projection)
            if projection.settings is self._settings:
                self._show_view(state, projection)
        self._show_status()

    @on(Viewed)
    def _on_viewed(self, message: Viewed) -> None:
        if message.view.settings is self._settings and message.state is (self._frozen or message.state):
            self._show_view(message.state, message.view)
            self._show_status()

    def _recompute(self) -> None:
        """Compute the view anew for changed settings, without waiting for the next poll."""
        if (state := self._state_in_view) is not None:
            self._compute(state, self._settings)

    # Without a description Textual makes one of the arguments' repr: 300 ms on the UI thread for 10,000 rows.
    @work(thread=True, exclusive=True, group="view", exit_on_error=False, description="view")
    def _compute(self, state: State, settings: ViewSettings) -> None:
        self.post_message(self.Viewed(state, connection_view(state, settings)))

    def _push_traffic(self, view: ConnectionView) -> None:
        self._pane("inbound").push_traffic(view.inbound_totals)
        self._pane("outbound").push_traffic(view.outbound_totals)
        self._pane("all").push_traffic(view.totals)
        self._pane("processes").push_traffic(view.totals)

    def _show_view(self, state: State, view: ConnectionView) -> None:
        self._shown = view
        self._moment.now = state.monotonic
        sorting = view.sorting
        none = "nothing has closed yet" if self._view_name == "closed" else "no connections"
        empty = "nothing matches the filter" if view.settings.filter else none
        if self._view_name == "split":
            self._pane("inbound").show(view.inbound, sorting, view.inbound_totals, "connections", empty)
            self._pane("outbound").show(view.outbound, sorting, view.outbound_totals, "connections", empty)
        elif self._view_name == "all":
            self._pane("all").show(view.rows, sorting, view.totals, "connections", empty)
        elif self._view_name == "processes":
            totals = view.totals._replace(connections=len(view.processes), time_wait=0)
            self._pane("processes").show(view.processes, view.process_sorting, totals, "processes", empty)
        else:
            self._pane("closed").show_summary(view.closed, view.closed_sorting, history_text(state), empty)
        self._refresh_detail()
        self._seek()

    def _show_status(self) -> None:
        if (state := self._state) is None:
            return
        matching, total = (len(self._shown.rows), self._shown.total) if self._shown else (0, 0)
        if self._shown and self._view_name == "closed":
            matching, total = len(self._shown.closed), len((self._frozen or state).history)
        self.query_one("#status", Line).show(self._status(state, self._frozen, matching, total))

    # -- panes

    def _pane(self, name: str) -> ConnectionPane:
        return self.query_one(f"#{name}", ConnectionPane)

    def _visible_panes(self) -> list[ConnectionPane]:
        names = ("inbound", "outbound") if self._view_name == "split" else (self._view_name,)
        return [self._pane(name) for name in names]

    def _show_panes(self) -> None:
        visible = self._visible_panes()
        for pane in self.query(ConnectionPane):
            pane.display = pane in visible

    @property
    def _table(self) -> LiveTable[Any]:
        """The table that has the focus, or the first in view."""
        panes = self._visible_panes()
        return next((pane.table for pane in panes if pane.table.has_focus), panes[0].table)

    def action_next_view(self) -> None:
        """Show both directions apart, then in one table, then the sums by process, then the history."""
        self._show_named(VIEWS[(VIEWS.index(self._view_name) + 1) % len(VIEWS)])

    @property
    def _view(self) -> str:
        return self._view_name

    def _show_named(self, view: str) -> None:
        self._view_name = view
        self._close_detail()
        self._show_panes()
        self.focus_first()
        self._set(with_processes=view == "processes", with_closed=view == "closed")

    @property
    def _tables(self) -> Sequence[LiveTable[Any]]:
        return [pane.table for pane in self._visible_panes()]

    def _draw_again(self) -> None:
        self._recompute()

    def _jump_from(self, row: Row) -> Tab.Jump | str:
        state = self._frozen or self._state
        assert state is not None, "rows come with states"
        place = holder_place(row) if isinstance(row, ProcessRow) else listener_place(row, state)
        return place if isinstance(place, str) else self.Jump("ports", place)

    # -- order, filter, freeze, names

    def _set(self, **changes: Any) -> None:
        self._settings = self._settings._replace(**changes)
        self._recompute()

    @property
    def _sortable(self) -> Collection[str]:
        return {"processes": PROCESS_SORT, "closed": CLOSED_SORT}.get(self._view_name, CONNECTION_SORT)

    @property
    def _order(self) -> Sorting:
        """The order in force: as set, or the one in view where the rows in view cannot be sorted so."""
        if self._settings.sorting.column in self._sortable or self._shown is None:
            return self._settings.sorting
        in_force = {"processes": self._shown.process_sorting, "closed": self._shown.closed_sorting}
        return in_force.get(self._view_name, self._shown.sorting)

    def _sort_by(self, column: str) -> None:
        current = self._order
        reverse = not current.reverse if column == current.column else column not in TEXT_COLUMNS
        self._set(sorting=Sorting(column, reverse))

    @property
    def _filter(self) -> Filter:
        return self._settings.filter

    def _filter_by(self, chosen: Filter) -> None:
        self._set(filter=chosen)

    @property
    def _is_frozen(self) -> bool:
        return self._frozen is not None

    def action_freeze(self) -> None:
        """Hold the view still, or let it go on; collecting never stops."""
        self._frozen = self._state if self._frozen is None else None
        self._recompute()
        self._show_status()

    def action_names(self) -> None:
        """Show names instead of numbers, or numbers again."""
        self._moment.names = self._names if self._moment.names is None else None
        self.names_changed()

    def names_changed(self) -> None:
        """Draw again what may now show other names."""
        for pane in self._visible_panes():
            pane.table.redraw()

    # -- details

    def _process_of(self, row: Row) -> Process | None:
        return row.owner.process

    def _as_now(self, row: Row) -> Row | None:
        state = self._state_in_view
        if state is None or self._shown is None:
            return None
        rows: Iterable[Row]
        if isinstance(row, ProcessRow):
            rows = self._shown.processes
        else:  # also what the filter hides; what has just closed before what the kernel keeps of it
            rows = chain(state.lingering, state.connections, self._shown.closed)
        return next((now for now in rows if now.key == row.key), None)

    def _explanation(self, row: Row) -> Explanation:
        state = self._state_in_view
        assert state is not None, "rows come with states"
        if isinstance(row, ProcessRow):
            return explain_process(row, state, self._ancestors)
        return explain(row, state, self._ancestors)

    def _socket_of(self, row: Row) -> Connection | None:
        return row if isinstance(row, Connection) else None

    def _name_of(self, row: Row) -> str:
        address = super()._name_of(row)
        shown = self._moment.names(address) if address and self._moment.names is not None else None
        return shown or address

    @property
    def _state_in_view(self) -> State | None:
        return self._frozen or self._state

    def _stop_target(self, row: Row) -> Connection | None:
        return row if isinstance(row, Connection) and row.closed_at is None else None

    @property
    def _newest(self) -> State | None:
        return self._state

    def _line_of(self, row: Row) -> str:
        state = self._state_in_view
        assert state is not None, "rows come with states"
        return clean(owner_text(row.owner)) if isinstance(row, ProcessRow) else copy_text(row, state)


def _key(row: Row) -> Any:
    """A connection by its socket; a closed one apart from its TIME_WAIT, which has the same key."""
    return (row.key, row.closed_at) if isinstance(row, Connection) else row.key
