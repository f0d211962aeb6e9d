"""A titled table of connections: one line with count, rates and a graph above the rows."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Sequence
from typing import Any, TypeVar

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical

from netmon.engine.state import Totals
from netmon.engine.view import Sorting
from netmon.model.units import format_rate
from netmon.tui.widgets.column import Column
from netmon.tui.widgets.graph import graph_text
from netmon.tui.widgets.line import Line
from netmon.tui.widgets.live_table import LiveTable

R = TypeVar("R")

_HISTORY = 120


class ConnectionPane(Vertical):
    """One group of rows with its sums and a small graph of its traffic over the last polls."""

    DEFAULT_CSS = """
    ConnectionPane {
        width: 1fr;
        height: 1fr;
        & > Line { background: $boost; text-style: bold; }
        /* Textual updates what is beneath only of a widget that has such a rule of its own. */
        &:focus-within { background: $surface; }
        &:focus-within > Line { background: $primary-muted; color: $foreground; }
    }
    """

    def __init__(
        self,
        title: str,
        columns: Sequence[Column[Any]],
        key: Callable[[Any], Hashable],
        row_kind: Callable[[Any], str] | None,
        *,
        id: str,
    ) -> None:
        super().__init__(id=id)
        self._title = title
        self._line = Line()
        self.table: LiveTable[Any] = LiveTable(
            columns, key, row_kind=row_kind, empty_text="waiting for the first poll …", id=f"{id}-table"
        )
        self._traffic: deque[float | None] = deque(maxlen=_HISTORY)

    def compose(self) -> ComposeResult:
        """The title line over the table."""
        yield self._line
        yield self.table

    def push_traffic(self, totals: Totals) -> None:
        """Add one poll to the graph."""
        self._traffic.append(totals.rate_received + totals.rate_sent)

    def show(self, rows: Sequence[Any], sorting: Sorting, totals: Totals, noun: str, empty_text: str) -> None:
        """Show these rows, and their sums in the title line."""
        self._show_rows(rows, sorting, empty_text)
        self._show_totals(totals, noun)

    def show_summary(self, rows: Sequence[Any], sorting: Sorting, summary: str, empty_text: str) -> None:
        """Show these rows, and a summary of other than live rates in the title line."""
        self._show_rows(rows, sorting, empty_text)
        self._line.show(f" {self._title}  {summary}")

    def _show_rows(self, rows: Sequence[Any], sorting: Sorting, empty_text: str) -> None:
        self.table.empty_text = empty_text
        self.table.set_rows(rows, sort_key=sorting.column, reverse=sorting.reverse)

    def _show_totals(self, totals: Totals, noun: str) -> None:
        one = noun.removesuffix("es" if noun.endswith("sses") else "s")
        count = f"{totals.connections:,} {one if totals.connections == 1 else noun}"
        if totals.time_wait:
            count += f" + {totals.time_wait:,} in TIME_WAIT"
        rates = f"▼ {format_rate(totals.rate_received)} ▲ {format_rate(totals.rate_sent)}"
        head = f" {self._title}  {count} · {rates}  "
        room = max(0, min(_HISTORY, self.size.width - len(head) - 1))
        # So small a graph needs no axis: it is scaled to the highest value in view.
        self._line.show(Text(head + graph_text(list(self._traffic)[-room:], room) if room > 3 else head))
