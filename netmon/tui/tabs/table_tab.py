"""What the tabs with live tables have in common: order, filter, freeze, details, copy."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from rich.text import Text
from textual import on, work
from textual.binding import Binding, BindingType
from textual.message import Message

from netmon.engine.explain import Explanation, about_port
from netmon.engine.filter import Filter
from netmon.engine.state import State
from netmon.engine.view import Sorting
from netmon.model.connection import Connection
from netmon.model.process import Process
from netmon.ports.stopping.survey import StopTarget
from netmon.tui.status import filter_chip, frozen_text, status_text
from netmon.tui.tabs.base import Place, Tab
from netmon.tui.widgets.detail_panel import DetailPanel
from netmon.tui.widgets.filter_box import FilterBox
from netmon.tui.widgets.live_table import LiveTable

NARROW = 100
"""Below this width the details take the place of the table."""

GONE = "This socket has closed since; what follows is how it last was."


class Row(Protocol):
    """A row of a live table."""

    @property
    def key(self) -> object:
        """What makes it the same row in the next state."""


class TableTab(Tab):
    """A tab whose rows can be sorted, filtered, held still, explained and copied.

    Composes a `FilterBox` and a `DetailPanel` somewhere; a `-details` class opens the latter.
    """

    needs: ClassVar[tuple[str, ...]] = ("ancestors",)

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Filter", id="filter", key_display="/"),
        Binding("s", "sort", "Sort", id="sort"),
        Binding("S", "reverse", "Reverse the order", show=False, id="reverse"),
        Binding("space,p", "freeze", "Freeze", id="freeze", key_display="Space"),
        Binding("K", "stop", "Stop", id="stop"),
        Binding("y", "copy", "Copy", id="copy"),
        Binding("d", "ask_dns", "DNS", id="dns"),
        Binding("escape", "back", "Back", show=False, id="back"),
    ]

    @dataclass
    class Explained(Message):
        """The parents of a row's process have been read on a worker thread."""

        row: Any
        ancestors: tuple[Process, ...]

    def __init__(self, ancestors: Callable[[int], tuple[Process, ...]]) -> None:
        """Make the tab.

        Args:
            ancestors: gives the parents of a process; called on a worker thread.
        """
        super().__init__()
        self._ancestors_of = ancestors
        self._ancestors: tuple[Process, ...] = ()
        self._detail: Any = None
        """The row whose details are open."""
        self._sought: Place | None = None
        """Where a jump led, until its rows have come."""

    # What a tab says of its rows

    @property
    @abstractmethod
    def _table(self) -> LiveTable[Any]:
        """The table that keys act on."""

    @property
    @abstractmethod
    def _sortable(self) -> Collection[str]:
        """The columns that its rows can be sorted by."""

    @property
    @abstractmethod
    def _order(self) -> Sorting:
        """The order in force."""

    @property
    @abstractmethod
    def _filter(self) -> Filter:
        """The filter in force."""

    @property
    @abstractmethod
    def _is_frozen(self) -> bool:
        """Whether the view is held still."""

    @abstractmethod
    def _sort_by(self, column: str) -> None:
        """Sort by a column, or turn the order around if it is so sorted already."""

    @abstractmethod
    def _filter_by(self, chosen: Filter) -> None:
        """Show only what matches."""

    @abstractmethod
    def action_freeze(self) -> None:
        """Hold the view still, or let it go on; collecting never stops."""

    @abstractmethod
    def _process_of(self, row: Any) -> Process | None:
        """The process whose parents belong to the details of a row."""

    @abstractmethod
    def _as_now(self, row: Any) -> Any:
        """The row as the state in view has it; None if it is gone."""

    @abstractmethod
    def _explanation(self, row: Any) -> Explanation:
        """A row in words."""

    @abstractmethod
    def _line_of(self, row: Any) -> str:
        """A row as one line to copy."""

    @abstractmethod
    def _socket_of(self, row: Any) -> Connection | None:
        """The one socket that a row stands for; None for a row that sums up several."""

    @property
    @abstractmethod
    def _state_in_view(self) -> State | None:
        """The state whose rows are shown."""

    def _stop_target(self, row: Any) -> StopTarget | None:
        """The socket or the port whose holder `K` would stop; None where there is none."""

    @property
    @abstractmethod
    def _newest(self) -> State | None:
        """The newest state, also while frozen."""

    # Order and filter

    def action_sort(self) -> None:
        """Sort by the next column in view, or by several together before the first of them."""
        shown = self._table.shown_columns
        orders = dict.fromkeys(key for column in shown for key in (column.part_of, column.key))
        keys = [key for key in orders if key in self._sortable]
        current = self._order.column
        if keys:
            self._sort_by(keys[(keys.index(current) + 1) % len(keys)] if current in keys else keys[0])

    def action_reverse(self) -> None:
        """Turn the order around."""
        self._sort_by(self._order.column)

    @on(LiveTable.HeaderSelected)
    def _on_header(self, message: LiveTable.HeaderSelected) -> None:
        if message.column_key in self._sortable:
            self._sort_by(message.column_key)

    def action_filter(self) -> None:
        """Open the filter box."""
        self.query_one(FilterBox).open()

    @on(FilterBox.Changed)
    def _on_filter(self, message: FilterBox.Changed) -> None:
        self._filter_by(message.filter)

    @on(FilterBox.Kept)
    @on(FilterBox.Cleared)
    def _on_filter_done(self) -> None:
        self.focus_first()

    def action_back(self) -> None:
        """Close the details; then go back where one jumped from; then let go of filter and freeze."""
        if self._detail is not None:
            self._close_detail()
            self.focus_first()
        elif self.came_by_jump:
            self.post_message(self.Return())
        elif self._filter:
            self.query_one(FilterBox).clear()
        elif self._is_frozen:
            self.action_freeze()

    # Jumps

    def action_jump(self) -> None:
        """Show what belongs to the row under the cursor in another tab; or go back after a jump."""
        if self.came_by_jump:
            self.post_message(self.Return())
        elif (row := self._detail or self._table.cursor_row) is not None:
            jump = self._jump_from(row)
            if isinstance(jump, str):
                self.notify(jump, markup=False, timeout=5)
            else:
                self.post_message(jump)

    def _jump_from(self, row: Any) -> Tab.Jump | str:
        """Where a row leads to, or why it leads nowhere, in one sentence."""
        return "Nothing in another tab belongs to this row."

    def action_ask_dns(self) -> None:
        """Ask in the DNS tab for the remote address of the row under the cursor, or for its name."""
        row = self._detail or self._table.cursor_row
        text = "" if row is None else self._name_of(row)
        if text:
            self.post_message(self.Jump("dns", Place(text=text)))
        else:
            self.notify("This row has no remote address to ask for.", markup=False, timeout=5)

    def _name_of(self, row: Any) -> str:
        """What of a row can be asked for: its remote address, or its name where names are shown."""
        socket = self._socket_of(row)
        remote = None if socket is None else socket.socket.remote
        return "" if remote is None else remote.address

    def place(self) -> Place:
        """The view, the filter, and the row under the cursor."""
        table = self._table
        rows = () if table.stays_at_top or not table.rows else (table.cursor_key,)
        return Place(rows, self._filter.text, self._view)

    def arrive(self, place: Place) -> None:
        """Show a view with a filter, and put the cursor on a row as soon as it is there."""
        self._close_detail()
        if place.view and place.view != self._view:
            self._show_named(place.view)
        self._sought = place
        box = self.query_one(FilterBox)
        if place.text != box.filter.text:
            box.set(place.text)
        else:
            self._draw_again()
        self.focus_first()

    @property
    def _view(self) -> str:
        """The name of the view; empty in a tab with only one."""
        return ""

    def _show_named(self, view: str) -> None:
        """Change to another view."""

    @property
    def _tables(self) -> Sequence[LiveTable[Any]]:
        """The tables in view."""
        return (self._table,)

    def _draw_again(self) -> None:
        """Draw what is in view anew, at once or as soon as it is computed; it ends with `_seek`."""
        self._seek()

    def _seek(self) -> None:
        """Put the cursor on the row that a jump asked for; to be called when rows have been drawn."""
        if self._sought is None or self._sought.text != self._filter.text:
            return
        rows, self._sought = self._sought.rows, None
        for key in rows:
            for table in self._tables:
                if table.seek(key):
                    table.focus()
                    return
        for table in self._tables:
            table.action_top()

    # Details

    @on(LiveTable.RowSelected)
    def _on_selected(self, message: LiveTable.RowSelected) -> None:
        if not self._opens(message.row):
            self._open_detail(message.row)

    def _opens(self, row: Any) -> bool:
        """Whether Enter does something else on a row than to explain it, and has done so."""
        return False

    @on(LiveTable.RowHighlighted)
    def _on_highlighted(self, message: LiveTable.RowHighlighted) -> None:
        if self._detail is not None and message.row is not None and message.table.has_focus:
            self._open_detail(message.row)

    def _open_detail(self, row: Row) -> None:
        if self._detail is None or self._detail.key != row.key:
            self._ancestors = ()
            if (process := self._process_of(row)) is not None:
                self._read_ancestors(row, process.pid)
        self._detail = row
        self.add_class("-details")
        self._refresh_detail()
        if self.has_class("-narrow"):
            self.query_one(DetailPanel).focus()

    @work(thread=True, exclusive=True, group="ancestors", exit_on_error=False, description="parents")
    def _read_ancestors(self, row: Row, pid: int) -> None:
        self.post_message(self.Explained(row, self._ancestors_of(pid)))

    @on(Explained)
    def _on_explained(self, message: Explained) -> None:
        if self._detail is not None and message.row.key == self._detail.key:
            self._ancestors = message.ancestors
            self._refresh_detail()

    @property
    def _gone(self) -> str:
        """What is said first of a row that is in the newest state no more."""
        return GONE

    def _refresh_detail(self) -> None:
        """Explain the open row as it is now, or as it last was and that it is gone."""
        if self._detail is None:
            return
        found = self._as_now(self._detail)
        self._detail = found or self._detail
        explanation = self._explanation(self._detail)
        if found is None:
            explanation = explanation._replace(sentences=(self._gone, *explanation.sentences))
        self.query_one(DetailPanel).show(explanation)

    def _close_detail(self) -> None:
        self._detail = None
        self.remove_class("-details")

    def action_copy(self) -> None:
        """Copy the open row, or else the one under the cursor, as one line."""
        row = self._detail or self._table.cursor_row
        if row is not None:
            text = self._line_of(row)
            self.app.copy_to_clipboard(text)
            self.notify(text, title="Copied", markup=False, timeout=3)

    def about_row(self) -> tuple[str, ...]:
        """What the port of the row under the cursor is."""
        row, state = self._detail or self._table.cursor_row, self._state_in_view
        return () if row is None or state is None else self._about(row, state)

    def _about(self, row: Any, state: State) -> tuple[str, ...]:
        """What the port of a row is; nothing for a row that is about none."""
        socket = self._socket_of(row)
        return () if socket is None else about_port(socket, state)

    # Stop

    def action_stop(self) -> None:
        """Ask whether to stop the process behind the open row, or else the one under the cursor."""
        from netmon.tui.screens.stop import StopScreen

        row, state = self._detail or self._table.cursor_row, self._newest
        target = None if row is None else self._stop_target(row)
        if target is None or state is None:
            self.notify("no open socket is chosen", title="Stop", markup=False, timeout=3)
        else:
            self.app.push_screen(StopScreen(target, state, self._ancestors_of))

    # The status line

    def _status(self, newest: State, frozen: State | None, matching: int, total: int) -> Text:
        """What the last line says: filter, freeze, and where the figures come from."""
        text = status_text(newest)
        if frozen is not None:
            text = frozen_text(frozen, newest) + text
        if self._filter:
            text = filter_chip(self._filter.text, matching, total) + text
        return text
