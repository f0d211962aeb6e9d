"""The ports tab: who holds which port, and who can reach it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Container
from textual.events import Resize

from netmon.engine.explain import Explanation, copy_text, explain
from netmon.engine.filter import Filter
from netmon.engine.state import State
from netmon.engine.view import Sorting
from netmon.model.connection import Connection
from netmon.model.process import Process
from netmon.ports.listeners import Listening, listening
from netmon.ports.view import PORT_SORT, PortSettings, PortView, arrange, sorted_by
from netmon.tui.columns import Moment
from netmon.tui.port_columns import port_columns
from netmon.tui.tabs.table_tab import NARROW, TableTab
from netmon.tui.widgets.detail_panel import DetailPanel
from netmon.tui.widgets.filter_box import FilterBox
from netmon.tui.widgets.line import Line
from netmon.tui.widgets.live_table import LiveTable


class Shown(NamedTuple):
    """A state and the listeners of it in view."""

    state: State
    view: PortView


class PortsTab(TableTab):
    """Listening sockets with their owners, their reach and their queues."""

    name_in_bar = "Ports"
    slug = "ports"

    DEFAULT_CSS = """
    PortsTab {
        & > #ports-head { background: $boost; text-style: bold; }
        /* Textual updates what is beneath only of a widget that has such a rule of its own. */
        &:focus-within { background: $surface; }
        &:focus-within > #ports-head { background: $primary-muted; color: $foreground; }
        & > #ports-status { background: $panel; }
        & > #ports-body { layout: horizontal; height: 1fr; }
        #ports-table { width: 2fr; }
        DetailPanel { width: 1fr; min-width: 44; display: none; }
        &.-details DetailPanel { display: block; }
        &.-details.-narrow #ports-table { display: none; }
    }
    """

    def __init__(self, ancestors: Callable[[int], tuple[Process, ...]]) -> None:
        """Make the tab.

        Args:
            ancestors: gives the parents of a process; called on a worker thread.
        """
        super().__init__(ancestors)
        self._settings = PortSettings()
        """Replaced whole; the poller's thread reads it."""
        self._moment = Moment()
        self._latest: Shown | None = None
        self._frozen: Shown | None = None
        """What is shown while frozen."""

    def compose(self) -> ComposeResult:
        """The sums, the listeners and the details, the filter and the status line."""
        yield Line(" PORTS", id="ports-head")
        with Container(id="ports-body"):
            yield LiveTable(
                port_columns(),
                lambda row: row.key,
                row_kind=lambda row: self._moment.kind(row.listener),
                empty_text="waiting for the first poll …",
                id="ports-table",
            )
            yield DetailPanel()
        yield FilterBox()
        yield Line(id="ports-status")

    def focus_first(self) -> None:
        """Put the focus on the listeners."""
        self._table.focus()

    def on_resize(self, event: Resize) -> None:
        """Show the details beside the table where there is room for both."""
        self.set_class(event.size.width < NARROW, "-narrow")

    # States

    def project(self, state: State) -> PortView:
        """The listeners of a state, filtered and sorted; called on the poller's thread."""
        return arrange(listening(state), self._settings)

    def show_projection(self, state: State, projection: object) -> None:
        """Draw a state with the view that was computed for it."""
        if not isinstance(projection, PortView):
            return
        if self._latest is None:
            self._moment.started = state.monotonic
        self._latest = Shown(state, projection)
        self._draw()

    def _draw(self) -> None:
        """Show the listeners in the order and with the filter of now."""
        shown = self._frozen or self._latest
        if shown is None or self._latest is None:
            return
        state, view = shown
        if view.settings is not self._settings:  # a key was pressed since it was computed
            view = arrange(view.all, self._settings)
        self._moment.now = state.monotonic
        column, reverse = self._settings.sorting
        self._table.empty_text = "nothing matches the filter" if self._settings.filter else "no listeners"
        self._table.set_rows(view.rows, sort_key=column, reverse=reverse)
        self.query_one("#ports-head", Line).show(headline(view.rows))
        frozen = None if self._frozen is None else self._frozen.state
        status = self._status(self._latest.state, frozen, len(view.rows), len(view.all))
        self.query_one("#ports-status", Line).show(status)
        self._refresh_detail()

    @property
    def _table(self) -> LiveTable[Listening]:
        return self.query_one("#ports-table", LiveTable)

    # Order, filter, freeze

    def _set(self, settings: PortSettings) -> None:
        self._settings = settings
        self._draw()

    def _sort_by(self, column: str) -> None:
        self._set(self._settings._replace(sorting=sorted_by(self._settings.sorting, column)))

    @property
    def _sortable(self) -> Collection[str]:
        return PORT_SORT

    @property
    def _order(self) -> Sorting:
        return self._settings.sorting

    @property
    def _filter(self) -> Filter:
        return self._settings.filter

    def _filter_by(self, chosen: Filter) -> None:
        self._set(self._settings._replace(filter=chosen))

    @property
    def _is_frozen(self) -> bool:
        return self._frozen is not None

    def action_freeze(self) -> None:
        """Hold the view still, or let it go on; collecting never stops."""
        self._frozen = self._latest if self._frozen is None else None
        self._draw()

    # Details

    def _process_of(self, row: Listening) -> Process | None:
        return row.listener.owner.process

    def _as_now(self, row: Listening) -> Listening | None:
        shown = self._frozen or self._latest
        rows = () if shown is None else shown.view.all
        return next((now for now in rows if now.key == row.key), None)

    def _explanation(self, row: Listening) -> Explanation:
        return explain(row.listener, self._state, self._ancestors)

    def _socket_of(self, row: Listening) -> Connection | None:
        return row.listener

    @property
    def _state_in_view(self) -> State | None:
        shown = self._frozen or self._latest
        return None if shown is None else shown.state

    def _line_of(self, row: Listening) -> str:
        return copy_text(row.listener, self._state)

    def _stop_target(self, row: Listening) -> Connection | None:
        return row.listener

    @property
    def _newest(self) -> State | None:
        return None if self._latest is None else self._latest.state

    @property
    def _state(self) -> State:
        state = self._state_in_view
        assert state is not None, "rows come with states"
        return state


def headline(rows: Sequence[Listening]) -> Text:
    """The listeners in view in a line: how many, how many are reached from elsewhere, what fills up."""
    exposed = sum(row.is_exposed for row in rows)
    filling = [row for row in rows if row.is_filling]
    text = Text(f" PORTS  {len(rows):,} {'listener' if len(rows) == 1 else 'listeners'}")
    text.append(f" · {exposed:,} open to other machines")
    if filling:
        ports = ", ".join(str(row.listener.socket.local.port) for row in filling[:3])
        more = f" and {len(filling) - 3} more" if len(filling) > 3 else ""
        text.append(f" · ⚠ accept queue filling: {ports}{more}", style="bold")
    return text
