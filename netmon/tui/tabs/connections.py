"""The connections tab: who is talking to whom, who started it, and how fast."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.events import Resize
from textual.message import Message

from netmon.engine.aggregate import ProcessRow
from netmon.engine.explain import Explanation, copy_text, explain, explain_process
from netmon.engine.state import State
from netmon.engine.view import (
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
from netmon.tui.columns import (
    Moment,
    all_columns,
    inbound_columns,
    outbound_columns,
    owner_text,
    process_columns,
)
from netmon.tui.status import filter_chip, frozen_text, status_text
from netmon.tui.tabs.base import Tab
from netmon.tui.widgets.connection_pane import ConnectionPane
from netmon.tui.widgets.detail_panel import DetailPanel
from netmon.tui.widgets.filter_box import FilterBox
from netmon.tui.widgets.line import Line
from netmon.tui.widgets.live_table import LiveTable

WIDE = 140
"""From this width on the two directions stand side by side."""
VIEWS = ("split", "all", "processes")

Row = Connection | ProcessRow


class ConnectionsTab(Tab):
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
        Binding("slash", "filter", "Filter", id="filter", key_display="/"),
        Binding("s", "sort", "Sort", id="sort"),
        Binding("S", "reverse", "Reverse the order", show=False, id="reverse"),
        Binding("space,p", "freeze", "Freeze", id="freeze", key_display="Space"),
        Binding("v", "next_view", "View", id="view"),
        Binding("n", "names", "Names", id="names"),
        Binding("y", "copy", "Copy", id="copy"),
        Binding("escape", "back", "Back", show=False, id="back"),
    ]

    @dataclass
    class Viewed(Message):
        """A view for changed settings has been computed on a worker thread."""

        state: State
        view: ConnectionView

        def can_replace(self, message: Message) -> bool:
            """Only the latest counts."""
            return isinstance(message, ConnectionsTab.Viewed)

    @dataclass
    class Explained(Message):
        """The parents of a row's process have been read on a worker thread."""

        row: Row
        ancestors: tuple[Process, ...]

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
        super().__init__()
        self._settings = ViewSettings()
        """Replaced whole; the poller's thread reads it."""
        self._ancestors_of = ancestors
        self._names = names
        self._moment = Moment()
        self._view_name = VIEWS[0]
        self._state: State | None = None
        """The newest."""
        self._frozen: State | None = None
        """The one that is shown while frozen."""
        self._shown: ConnectionView | None = None
        self._detail: Row | None = None
        self._ancestors: tuple[Process, ...] = ()

    def compose(self) -> ComposeResult:
        """Both panes, the two other views, the details and the status line."""
        moment = self._moment
        with Container(id="body"):
            with Container(id="panes"):
                yield ConnectionPane("INBOUND", inbound_columns(moment), _key, moment.kind, id="inbound")
                yield ConnectionPane("OUTBOUND", outbound_columns(moment), _key, moment.kind, id="outbound")
                yield ConnectionPane("ALL", all_columns(moment), _key, moment.kind, id="all")
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
        self.set_class(event.size.width < 100, "-narrow")

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
        if (state := self._frozen or self._state) is not None:
            self._compute(state, self._settings)

    @work(thread=True, exclusive=True, group="view", exit_on_error=False)
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
        empty = "nothing matches the filter" if view.settings.filter else "no connections"
        if self._view_name == "split":
            self._pane("inbound").show(view.inbound, sorting, view.inbound_totals, "connections", empty)
            self._pane("outbound").show(view.outbound, sorting, view.outbound_totals, "connections", empty)
        elif self._view_name == "all":
            self._pane("all").show(view.rows, sorting, view.totals, "connections", empty)
        else:
            totals = view.totals._replace(connections=len(view.processes), time_wait=0)
            self._pane("processes").show(view.processes, view.process_sorting, totals, "processes", empty)
        self._refresh_detail()

    def _show_status(self) -> None:
        if (state := self._state) is None:
            return
        text = status_text(state)
        if self._frozen is not None:
            text = frozen_text(self._frozen, state) + text
        if self._settings.filter and self._shown is not None:
            text = filter_chip(self._settings.filter.text, len(self._shown.rows), self._shown.total) + text
        self.query_one("#status", Line).show(text)

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

    def _current_table(self) -> LiveTable[Any]:
        """The table that has the focus, or the first in view."""
        panes = self._visible_panes()
        return next((pane.table for pane in panes if pane.table.has_focus), panes[0].table)

    def action_next_view(self) -> None:
        """Show both directions apart, then in one table, then the sums by process."""
        self._view_name = VIEWS[(VIEWS.index(self._view_name) + 1) % len(VIEWS)]
        self._close_detail()
        self._show_panes()
        self.focus_first()
        self._set(with_processes=self._view_name == "processes")

    # -- order, filter, freeze, names

    def _set(self, **changes: Any) -> None:
        self._settings = self._settings._replace(**changes)
        self._recompute()

    @property
    def _sorting(self) -> Sorting:
        """The order in force: as set, or the one in view where the rows in view cannot be sorted so."""
        sorts = PROCESS_SORT if self._view_name == "processes" else CONNECTION_SORT
        if self._settings.sorting.column in sorts or self._shown is None:
            return self._settings.sorting
        return self._shown.process_sorting if self._view_name == "processes" else self._shown.sorting

    def _sort_by(self, column: str) -> None:
        sorts = PROCESS_SORT if self._view_name == "processes" else CONNECTION_SORT
        if column not in sorts:
            return
        current = self._sorting
        reverse = not current.reverse if column == current.column else column not in TEXT_COLUMNS
        self._set(sorting=Sorting(column, reverse))

    def action_sort(self) -> None:
        """Sort by the next column in view."""
        shown = self._current_table().shown_columns
        sorts = PROCESS_SORT if self._view_name == "processes" else CONNECTION_SORT
        keys = [column.key for column in shown if column.key in sorts]
        current = self._sorting.column
        if keys:
            self._sort_by(keys[(keys.index(current) + 1) % len(keys)] if current in keys else keys[0])

    def action_reverse(self) -> None:
        """Turn the order around."""
        self._sort_by(self._sorting.column)

    @on(LiveTable.HeaderSelected)
    def _on_header(self, message: LiveTable.HeaderSelected) -> None:
        self._sort_by(message.column_key)

    def action_filter(self) -> None:
        """Open the filter box."""
        self.query_one(FilterBox).open()

    @on(FilterBox.Changed)
    def _on_filter(self, message: FilterBox.Changed) -> None:
        self._set(filter=message.filter)

    @on(FilterBox.Kept)
    @on(FilterBox.Cleared)
    def _on_filter_done(self) -> None:
        self.focus_first()

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

    @on(LiveTable.RowSelected)
    def _on_selected(self, message: LiveTable.RowSelected) -> None:
        self._open_detail(message.row)

    @on(LiveTable.RowHighlighted)
    def _on_highlighted(self, message: LiveTable.RowHighlighted) -> None:
        if self.has_class("-details") and message.row is not None and message.table.has_focus:
            self._open_detail(message.row)

    def _open_detail(self, row: Row) -> None:
        if self._detail is None or self._detail.key != row.key:
            self._ancestors = ()
            process = row.owner.process
            if process is not None:
                self._read_ancestors(row, process.pid)
        self._detail = row
        self.add_class("-details")
        self._refresh_detail()
        if self.has_class("-narrow"):
            self.query_one(DetailPanel).focus()

    @work(thread=True, exclusive=True, group="ancestors", exit_on_error=False)
    def _read_ancestors(self, row: Row, pid: int) -> None:
        self.post_message(self.Explained(row, self._ancestors_of(pid)))

    @on(Explained)
    def _on_explained(self, message: Explained) -> None:
        if self._detail is not None and message.row.key == self._detail.key:
            self._ancestors = message.ancestors
            self._refresh_detail()

    def _refresh_detail(self) -> None:
        """Show the row that is open as it is now; as it last was if it is gone."""
        state = self._frozen or self._state
        if self._detail is None or state is None or self._shown is None:
            return
        rows: Sequence[Row] = (
            self._shown.processes if isinstance(self._detail, ProcessRow) else self._shown.rows
        )
        self._detail = next((row for row in rows if row.key == self._detail.key), self._detail)
        self.query_one(DetailPanel).show(self._explanation(self._detail, state))

    def _explanation(self, row: Row, state: State) -> Explanation:
        if isinstance(row, ProcessRow):
            return explain_process(row, state, self._ancestors)
        return explain(row, state, self._ancestors)

    def _close_detail(self) -> None:
        self._detail = None
        self.remove_class("-details")

    def action_back(self) -> None:
        """Close the details; then let go of the filter; then of the freeze."""
        if self._detail is not None:
            self._close_detail()
            self.focus_first()
        elif self._settings.filter:
            self.query_one(FilterBox).clear()
        elif self._frozen is not None:
            self.action_freeze()

    def action_copy(self) -> None:
        """Copy the row under the cursor as one line."""
        row = self._detail or self._current_table().cursor_row
        state = self._frozen or self._state
        if row is None or state is None:
            return
        text = owner_text(row.owner) if isinstance(row, ProcessRow) else copy_text(row, state)
        self.app.copy_to_clipboard(text)
        self.notify(text, title="Copied", markup=False, timeout=3)


def _key(row: Row) -> Any:
    """A connection by its socket; a closed one apart from its TIME_WAIT, which has the same key."""
    return (row.key, row.closed_at) if isinstance(row, Connection) else row.key
