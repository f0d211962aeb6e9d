"""The servers side by side: rows are servers, columns are types; Enter tells all that one of them said."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Container

from netmon.engine.explain import Explanation
from netmon.tui.dns_panes.base import Subject
from netmon.tui.dns_panes.followed import FollowedPane
from netmon.tui.dns_panes.server_rows import ServerRow, explain_server, server_rows, types_of
from netmon.tui.widgets.column import Column
from netmon.tui.widgets.detail_panel import DetailPanel
from netmon.tui.widgets.graph import graph_text
from netmon.tui.widgets.live_table import LiveTable

_GRAPH = 14
"""Cells of the history of latencies."""


class ServersPane(FollowedPane):
    """What each server says of every type, and how fast."""

    view = "servers"
    title = "Servers"

    DEFAULT_CSS = """
    ServersPane {
        & > #dns-grid-body { layout: vertical; height: 1fr; }
        & LiveTable { height: 1fr; min-height: 4; }
        & DetailPanel { height: 2fr; display: none; }
        &.-details DetailPanel { display: block; }
        &.-wide > #dns-grid-body { layout: horizontal; }
        &.-wide LiveTable { width: 2fr; height: 1fr; }
        &.-wide DetailPanel { width: 1fr; height: 1fr; }
    }
    """

    _types: tuple[str, ...] = ()
    _telling: frozenset[str] = frozenset()
    """Those of which any server has something to say."""

    def compose(self) -> ComposeResult:
        """The grid and the details."""
        with Container(id="dns-grid-body"):
            yield LiveTable[ServerRow](_columns((), frozenset()), lambda row: row.key, id="dns-grid")
            yield DetailPanel()

    def show_subject(self, subject: Subject) -> None:
        """Draw the grid as far as servers have answered."""
        outcome = subject.whole
        self.table.empty_text = subject.error or "asking …"
        if outcome is None:
            self.table.set_rows(())
            return
        rows, types = server_rows(outcome, subject.watched), types_of(outcome)
        telling = frozenset(kind for kind in types if any(row.is_telling(kind) for row in rows))
        if (types, telling) != (self._types, self._telling):
            self._types, self._telling = types, telling
            self.table.set_columns(_columns(types, telling))
        self.table.set_rows(rows)
        self.draw_details()

    def line_to_copy(self) -> str:
        """What the server under the cursor says of each type, in a word."""
        row = self.table.cursor_row
        if row is None:
            return ""
        words = (f"{kind} {row.cell(kind)}" for kind in self._types)
        return f"{row.server} {_ms(row)} ms: {', '.join(words)}"

    def explain_row(self, row: ServerRow) -> Explanation:
        """All that a server said."""
        return explain_server(row)


def _columns(types: tuple[str, ...], telling: frozenset[str]) -> list[Column[ServerRow]]:
    """Where it is narrow, types of which there is nothing to say give way to those of which there is."""
    least = len(types) + 2
    return [
        Column("server", "SERVER", 18, 0, lambda row: str(row.server), flexible=True),
        Column("ms", "MS", 7, 1, _ms, right=True, kind="number"),
        *(_type_column(kind, at if kind in telling else at + least) for at, kind in enumerate(types, 2)),
        Column("via", "VIA", 7, 2 * least + 1, lambda row: row.transport),
        Column("flags", "FLAGS", 11, 2 * least + 2, lambda row: row.flags),
        Column("history", "HISTORY", _GRAPH, 2 * least, lambda row: graph_text(row.latencies, _GRAPH)),
    ]


def _type_column(kind: str, priority: int) -> Column[ServerRow]:
    return Column(kind, kind, 9, priority, lambda row: row.cell(kind), kind=lambda row: row.kind(kind))


def _ms(row: ServerRow) -> str:
    return "–" if row.ms is None else f"{row.ms:.1f}"
