"""The ports tab: who holds which port, and who can reach it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.events import Resize
from textual.message import Message

from netmon.engine.explain import copy_text, explain
from netmon.engine.state import State
from netmon.model.process import Owner, Process
from netmon.model.units import UNKNOWN, format_bytes
from netmon.ports.listeners import (
    PORT_SORT,
    Listening,
    PortSettings,
    PortView,
    arrange,
    listening,
    sorted_by,
    user_of,
)
from netmon.tui.columns import Moment, owner_text
from netmon.tui.status import filter_chip, frozen_text, status_text
from netmon.tui.tabs.base import Tab
from netmon.tui.widgets.detail_panel import DetailPanel
from netmon.tui.widgets.filter_box import FilterBox
from netmon.tui.widgets.fit import Column
from netmon.tui.widgets.line import Line
from netmon.tui.widgets.live_table import LiveTable

NARROW = 100
"""Below this width the details take the place of the table."""

GONE = "This socket has closed since; what follows is how it last was."


class Shown(NamedTuple):
    """A state and the listeners of it in view."""

    state: State
    view: PortView


class PortsTab(Tab):
    """Listening sockets with their owners, their reach and their queues."""

    name_in_bar = "Ports"
    slug = "ports"
    needs = ("ancestors",)

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

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Filter", id="ports.filter", key_display="/"),
        Binding("s", "sort", "Sort", id="ports.sort"),
        Binding("S", "reverse", "Reverse the order", show=False, id="ports.reverse"),
        Binding("space,p", "freeze", "Freeze", id="ports.freeze", key_display="Space"),
        Binding("y", "copy", "Copy", id="ports.copy"),
        Binding("escape", "back", "Back", show=False, id="ports.back"),
    ]

    @dataclass
    class Explained(Message):
        """The parents of a holder have been read on a worker thread."""

        row: Listening
        ancestors: tuple[Process, ...]

    def __init__(self, ancestors: Callable[[int], tuple[Process, ...]]) -> None:
        """Make the tab.

        Args:
            ancestors: gives the parents of a process; called on a worker thread.
        """
        super().__init__()
        self._ancestors_of = ancestors
        self._settings = PortSettings()
        """Replaced whole; the poller's thread reads it."""
        self._moment = Moment()
        self._latest: Shown | None = None
        self._frozen: Shown | None = None
        """What is shown while frozen."""
        self._detail: Listening | None = None
        """The listener whose details are open."""
        self._ancestors: tuple[Process, ...] = ()

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
        self._show_status(self._latest.state, view)
        self._refresh_detail()

    def _show_status(self, state: State, view: PortView) -> None:
        text = status_text(state)
        if self._frozen is not None:
            text = frozen_text(self._frozen.state, state) + text
        if self._settings.filter:
            text = filter_chip(self._settings.filter.text, len(view.rows), len(view.all)) + text
        self.query_one("#ports-status", Line).show(text)

    @property
    def _table(self) -> LiveTable[Listening]:
        return self.query_one("#ports-table", LiveTable)

    # Order, filter, freeze

    def _set(self, settings: PortSettings) -> None:
        self._settings = settings
        self._draw()

    def _sort_by(self, column: str) -> None:
        self._set(self._settings._replace(sorting=sorted_by(self._settings.sorting, column)))

    def action_sort(self) -> None:
        """Sort by the next column in view."""
        keys = [column.key for column in self._table.shown_columns if column.key in PORT_SORT]
        current = self._settings.sorting.column
        if keys:
            self._sort_by(keys[(keys.index(current) + 1) % len(keys)] if current in keys else keys[0])

    def action_reverse(self) -> None:
        """Turn the order around."""
        self._sort_by(self._settings.sorting.column)

    @on(LiveTable.HeaderSelected)
    def _on_header(self, message: LiveTable.HeaderSelected) -> None:
        self._sort_by(message.column_key)

    def action_filter(self) -> None:
        """Open the filter box."""
        self.query_one(FilterBox).open()

    @on(FilterBox.Changed)
    def _on_filter(self, message: FilterBox.Changed) -> None:
        self._set(self._settings._replace(filter=message.filter))

    @on(FilterBox.Kept)
    @on(FilterBox.Cleared)
    def _on_filter_done(self) -> None:
        self.focus_first()

    def action_freeze(self) -> None:
        """Hold the view still, or let it go on; collecting never stops."""
        self._frozen = self._latest if self._frozen is None else None
        self._draw()

    def action_back(self) -> None:
        """Close the details; then let go of the filter; then of the freeze."""
        if self._detail is not None:
            self._detail = None
            self.remove_class("-details")
            self.focus_first()
        elif self._settings.filter:
            self.query_one(FilterBox).clear()
        elif self._frozen is not None:
            self.action_freeze()

    # Details

    @on(LiveTable.RowSelected)
    def _on_selected(self, message: LiveTable.RowSelected) -> None:
        self._open_detail(message.row)

    @on(LiveTable.RowHighlighted)
    def _on_highlighted(self, message: LiveTable.RowHighlighted) -> None:
        if self._detail is not None and message.row is not None and message.table.has_focus:
            self._open_detail(message.row)

    def _open_detail(self, row: Listening) -> None:
        if self._detail is None or self._detail.key != row.key:
            self._ancestors = ()
            if (process := row.listener.owner.process) is not None:
                self._read_ancestors(row, process.pid)
        self._detail = row
        self.add_class("-details")
        self._refresh_detail()
        if self.has_class("-narrow"):
            self.query_one(DetailPanel).focus()

    @work(thread=True, exclusive=True, group="ancestors", exit_on_error=False)
    def _read_ancestors(self, row: Listening, pid: int) -> None:
        self.post_message(self.Explained(row, self._ancestors_of(pid)))

    @on(Explained)
    def _on_explained(self, message: Explained) -> None:
        if self._detail is not None and self._detail.key == message.row.key:
            self._ancestors = message.ancestors
            self._refresh_detail()

    def _refresh_detail(self) -> None:
        """Explain the open listener as it is now, or as it last was and that it is gone."""
        shown, detail = self._frozen or self._latest, self._detail
        if detail is None or shown is None:
            return
        found = next((row for row in shown.view.all if row.key == detail.key), None)
        self._detail = detail = found or detail
        explanation = explain(detail.listener, shown.state, self._ancestors)
        if found is None:
            explanation = explanation._replace(sentences=(GONE, *explanation.sentences))
        self.query_one(DetailPanel).show(explanation)

    def action_copy(self) -> None:
        """Copy the listener under the cursor as one line."""
        row, shown = self._detail or self._table.cursor_row, self._frozen or self._latest
        if row is not None and shown is not None:
            text = copy_text(row.listener, shown.state)
            self.app.copy_to_clipboard(text)
            self.notify(text, title="Copied", markup=False, timeout=3)


# What the columns say


def port_columns() -> list[Column[Listening]]:
    """Port and owner stay longest as the table becomes narrow, then who gets there from other machines."""
    return [
        Column("port", "PORT", 10, 0, _port, right=True, kind="number"),
        Column("service", "SERVICE", 10, 7, _service, kind="dim"),
        Column("owner", "OWNER", 14, 1, lambda row: _owner(row.listener.owner), flexible=True),
        Column("user", "USER", 8, 9, lambda row: user_of(row.listener.owner) or UNKNOWN, kind="dim"),
        Column("address", "ADDRESS", 15, 8, _address, flexible=True),
        _reach_column("loopback4", "127.0.0.1", 4),
        _reach_column("loopback6", "::1", 5),
        _reach_column("lan4", "LAN4", 2),
        _reach_column("lan6", "LAN6", 3),
        Column("queue", "QUEUE", 11, 6, _queue, right=True, kind=_queue_kind),
        Column("inbound", "IN", 5, 6, lambda row: str(row.inbound), right=True, kind=_inbound_kind),
        Column("state", "STATE", 25, 10, _state, kind=_state_kind),
    ]


def _port(row: Listening) -> str:
    return f"{row.listener.socket.local.port}/{row.listener.socket.protocol}"


def _service(row: Listening) -> str:
    return row.listener.service or UNKNOWN


def _owner(owner: Owner) -> str:
    """Who holds it, or who may be named instead and why the process is not."""
    text = owner_text(owner)
    reason = owner.reason.replace("_", " ") if owner.reason else ""
    return text if reason in text else f"{text}: {reason}"


def _address(row: Listening) -> str:
    socket = row.listener.socket
    return f"{socket.local.address}%{socket.interface}" if socket.interface else socket.local.address


_REACHED = {True: "●", False: "○", None: UNKNOWN}


def _reach_column(source: str, label: str, priority: int) -> Column[Listening]:
    def text(row: Listening) -> str:
        return _REACHED[getattr(row.reach, source)].center(len(label))

    def kind(row: Listening) -> str:
        return "" if getattr(row.reach, source) else "dim"

    return Column(source, label, len(label), priority, text, kind=kind)


def _queue(row: Listening) -> str:
    queue = row.accept_queue
    if queue is None:
        return UNKNOWN + "  "
    return f"{queue[0]}/{queue[1]}{' ▲' if row.is_filling else '  '}"


def _queue_kind(row: Listening) -> str:
    return "warn" if row.is_filling else "dim"


def _inbound_kind(row: Listening) -> str:
    return "number" if row.inbound else "dim"


def _state(row: Listening) -> str:
    """Of UDP what waits and what was lost, since it has no accept queue and no bytes are counted."""
    socket = row.listener.socket
    if socket.protocol == "tcp":
        return socket.state.value
    drops = UNKNOWN if socket.drops is None else f"{socket.drops:,}"
    return f"queue {format_bytes(socket.receive_queue)}, drops {drops}"


def _state_kind(row: Listening) -> str:
    return "warn" if row.listener.socket.drops else "dim"


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
