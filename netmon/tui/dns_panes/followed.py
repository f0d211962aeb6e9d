"""A view of the DNS tab with a table one of whose rows is explained, and stays so while answers change."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Hashable
from typing import Any

from textual import on

from netmon.engine.explain import Explanation
from netmon.tui.dns_panes.base import DnsPane
from netmon.tui.widgets.detail_panel import DetailPanel
from netmon.tui.widgets.live_table import LiveTable


class FollowedPane(DnsPane):
    """Enter opens the details of a row, the cursor moves them on, `draw_details` brings them up to date."""

    _open: Hashable | None = None
    """The key of the row whose details are shown."""

    @abstractmethod
    def explain_row(self, row: Any) -> Explanation | None:
        """A row in words; None where nothing is known of it yet."""

    @property
    def table(self) -> LiveTable[Any]:
        """The rows."""
        return self.query_one(LiveTable)

    def focus_first(self) -> None:
        """Go to the rows."""
        self.table.focus()

    def back(self) -> bool:
        """Close the details."""
        if not self.close_details():
            return False
        self.table.focus()
        return True

    def close_details(self) -> bool:
        """Close the details; whether they were open."""
        was_open, self._open = self._open is not None, None
        self.remove_class("-details")
        return was_open

    def draw_details(self) -> None:
        """Explain the open row as it is now; where it is gone the cursor, and so this, goes on to another."""
        if self._open is None:
            return
        row = next((row for row in self.table.rows if row.key == self._open), None)
        explained = None if row is None else self.explain_row(row)
        if explained is not None:
            self.query_one(DetailPanel).show(explained)

    @on(LiveTable.RowSelected)
    @on(LiveTable.RowHighlighted)
    def _chosen(self, message: LiveTable.RowSelected | LiveTable.RowHighlighted) -> None:
        message.stop()
        opens = isinstance(message, LiveTable.RowSelected) or self._open is not None
        if opens and message.row is not None:
            self._open = message.row.key
            self.add_class("-details")
            self.draw_details()
