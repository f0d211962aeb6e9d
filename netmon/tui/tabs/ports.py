"""The ports tab: who holds which port, who can reach it, and what came and went."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.events import Resize

from netmon.engine.explain import Explanation
from netmon.engine.filter import Filter
from netmon.engine.state import State
from netmon.engine.view import Sorting
from netmon.model.connection import Connection
from netmon.model.process import Process
from netmon.ports.stopping.survey import StopTarget
from netmon.ports.view import sorted_by
from netmon.tui.columns import Moment
from netmon.tui.port_panes.base import PortsPane
from netmon.tui.port_panes.listeners import ListenersPane
from netmon.tui.port_panes.pressure import PressurePortsPane
from netmon.tui.port_panes.processes import ProcessesPane
from netmon.tui.tabs.base import Tab
from netmon.tui.tabs.table_tab import NARROW, TableTab
from netmon.tui.widgets.detail_panel import DetailPanel
from netmon.tui.widgets.filter_box import FilterBox
from netmon.tui.widgets.line import Line
from netmon.tui.widgets.live_table import LiveTable


class Gathered(NamedTuple):
    """What a view made of a state, and what it showed of that for the settings of then."""

    pane: PortsPane
    state: State
    found: Any
    settings: Any
    view: Any


class PortsTab(TableTab):
    """Listening sockets by port or by process, with their owners, their reach and their queues."""

    name_in_bar = "Ports"
    slug = "ports"

    PANES: ClassVar[tuple[Callable[[Moment], PortsPane], ...]] = (
        ListenersPane,
        ProcessesPane,
        PressurePortsPane,
    )
    """The views, in the order in which `v` comes to them."""

    DEFAULT_CSS = """
    PortsTab {
        & .ports-head { background: $boost; text-style: bold; }
        /* Textual updates what is beneath only of a widget that has such a rule of its own. */
        &:focus-within { background: $surface; }
        &:focus-within .ports-head { background: $primary-muted; color: $foreground; }
        & > #ports-status { background: $panel; }
        & > #ports-body { layout: horizontal; height: 1fr; }
        PortsPane { width: 2fr; }
        PortsPane.-away { display: none; }
        DetailPanel { width: 1fr; min-width: 44; display: none; }
        &.-details DetailPanel { display: block; }
        &.-details.-narrow PortsPane { display: none; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "next_view", "View", id="view"),
        Binding("c", "jump", "Connections", id="jump"),
        Binding("e", "fold", "Sockets", id="fold"),
        Binding("t", "try", "Try reach", id="try"),
    ]

    def __init__(self, ancestors: Callable[[int], tuple[Process, ...]]) -> None:
        """Make the tab.

        Args:
            ancestors: gives the parents of a process; called on a worker thread.
        """
        super().__init__(ancestors)
        self._moment = Moment()
        self._panes = [make(self._moment) for make in self.PANES]
        self._pane = self._panes[0]
        """The view that is shown; the poller's thread reads it."""
        self._latest: Gathered | None = None
        self._frozen: Gathered | None = None
        """What is shown while frozen."""

    def compose(self) -> ComposeResult:
        """The views and the details, the filter and the status line."""
        with Container(id="ports-body"):
            yield from self._panes
            yield DetailPanel()
        yield FilterBox()
        yield Line(id="ports-status")

    def on_mount(self) -> None:
        """Show the first view."""
        self._show_pane(self._pane)

    def focus_first(self) -> None:
        """Put the focus on the rows."""
        self._table.focus()

    def on_resize(self, event: Resize) -> None:
        """Show the details beside the table where there is room for both."""
        self.set_class(event.size.width < NARROW, "-narrow")

    # States

    def project(self, state: State) -> Gathered:
        """What the view in view makes of a state, filtered and sorted; called on the poller's thread."""
        pane = self._pane
        found, settings = pane.gather(state), pane.settings
        return Gathered(pane, state, found, settings, pane.pick(found, settings))

    def show_projection(self, state: State, projection: object) -> None:
        """Draw a state with the view that was computed for it."""
        if not isinstance(projection, Gathered):
            return
        if self._latest is None:
            self._moment.started = state.monotonic if state.started_at is None else state.started_at
        self._latest = projection
        self._draw()

    def _draw(self) -> None:
        """Show the rows in the order and with the filter of now."""
        shown = self._shown
        if shown is None or self._latest is None:
            return
        pane, state = self._pane, shown.state
        self._moment.now, self._moment.wall = state.monotonic, state.taken_at.timestamp()
        pane.draw(state, shown.view)
        frozen = None if self._frozen is None else self._frozen.state
        status = self._status(self._latest.state, frozen, *pane.counts(shown.view))
        self.query_one("#ports-status", Line).show(status)
        self._refresh_detail()
        self._seek()

    @property
    def _shown(self) -> Gathered | None:
        """What is in view: brought up to date where a key was pressed since it was computed."""
        shown = self._frozen or self._latest
        if shown is None:
            return None
        pane = self._pane
        if shown.pane is not pane:
            found = pane.gather(shown.state)
        elif shown.settings is pane.settings:
            return shown
        else:
            found = shown.found
        shown = Gathered(pane, shown.state, found, pane.settings, pane.pick(found, pane.settings))
        if self._frozen is None:
            self._latest = shown
        else:
            self._frozen = shown
        return shown

    # Views

    def action_next_view(self) -> None:
        """Show the ports themselves, the processes that hold them, or what presses on them."""
        self._show_pane(self._panes[(self._panes.index(self._pane) + 1) % len(self._panes)])
        self._draw()
        self.focus_first()

    def _show_pane(self, pane: PortsPane) -> None:
        chosen = self._filter
        self._close_detail()
        self._pane = pane
        pane.settings = pane.settings._replace(filter=chosen)
        for each in self._panes:
            each.set_class(each is not pane, "-away")

    @property
    def _view(self) -> str:
        return self._pane.view

    def _show_named(self, view: str) -> None:
        self._show_pane(next((pane for pane in self._panes if pane.view == view), self._pane))

    def _draw_again(self) -> None:
        self._draw()

    def action_fold(self) -> None:
        """Hide the sockets beneath the ports, or show them again."""
        if isinstance(self._pane, ListenersPane):
            self._pane.fold()
            self._draw()

    def _opens(self, row: Any) -> bool:
        if not self._pane.opens(row):
            return False
        self._draw()
        return True

    # Order, filter, freeze

    @property
    def _table(self) -> LiveTable[Any]:
        return self._pane.table

    def _set(self, **changes: Any) -> None:
        self._pane.settings = self._pane.settings._replace(**changes)
        self._draw()

    def _sort_by(self, column: str) -> None:
        self._set(sorting=sorted_by(self._order, column, self._pane.low_first))

    @property
    def _sortable(self) -> Collection[str]:
        return self._pane.sortable

    @property
    def _order(self) -> Sorting:
        order: Sorting = self._pane.settings.sorting
        return order

    @property
    def _filter(self) -> Filter:
        chosen: Filter = self._pane.settings.filter
        return chosen

    def _filter_by(self, chosen: Filter) -> None:
        self._set(filter=chosen)

    @property
    def _is_frozen(self) -> bool:
        return self._frozen is not None

    def action_freeze(self) -> None:
        """Hold the view still, or let it go on; collecting never stops."""
        self._frozen = self._latest if self._frozen is None else None
        self._draw()

    # Rows

    def _jump_from(self, row: Any) -> Tab.Jump | str:
        place = self._pane.connections_of(row)
        return place if isinstance(place, str) else self.Jump("connections", place)

    def _process_of(self, row: Any) -> Process | None:
        return self._pane.process_of(row)

    def _as_now(self, row: Any) -> Any:
        shown = self._shown
        return None if shown is None else self._pane.as_now(row.key, shown.found)

    def _explanation(self, row: Any) -> Explanation:
        return self._pane.explain(row, self._state, self._ancestors)

    @property
    def _gone(self) -> str:
        return self._pane.gone or super()._gone

    def _line_of(self, row: Any) -> str:
        return self._pane.line_of(row, self._state)

    def _open_detail(self, row: Any) -> None:
        if self._detail is None or self._detail.key != row.key:
            self._pane.look_further(row, self._state)
        super()._open_detail(row)

    def action_try(self) -> None:
        """Connect to the port of the open row, or of the one under the cursor, by each own address."""
        row = self._detail or self._table.cursor_row
        if row is None:
            return
        if reason := self._pane.try_row(row, self._state):
            self.notify(reason, title="Not tried", markup=False, timeout=5)
        else:
            self._open_detail(row)

    @on(PortsPane.Found)
    def _on_found(self) -> None:
        self._refresh_detail()

    def _socket_of(self, row: Any) -> Connection | None:
        return self._pane.socket_of(row)

    def _about(self, row: Any, state: State) -> tuple[str, ...]:
        return self._pane.about(row, state) or super()._about(row, state)

    def _stop_target(self, row: Any) -> StopTarget | None:
        return self._pane.stop_target(row)

    @property
    def _newest(self) -> State | None:
        return None if self._latest is None else self._latest.state

    @property
    def _state_in_view(self) -> State | None:
        shown = self._frozen or self._latest
        return None if shown is None else shown.state

    @property
    def _state(self) -> State:
        state = self._state_in_view
        assert state is not None, "rows come with states"
        return state
