"""Every record once over all servers, its TTL ticking down, and what is to be said of the answers."""

from __future__ import annotations

from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from netmon.resolver.enquiry import TYPES
from netmon.resolver.union import Row, union
from netmon.resolver.watch import Key
from netmon.tui.dns_panes.base import DnsPane, Subject
from netmon.tui.dns_panes.notes import changes_text, notes
from netmon.tui.dns_panes.record_details import explain_record
from netmon.tui.widgets.column import Column
from netmon.tui.widgets.detail_panel import DetailPanel
from netmon.tui.widgets.live_table import LiveTable

_HINT = (
    "Type a name such as example.com, or an address such as 192.0.2.1, and press Enter: "
    f"{', '.join(TYPES)} are asked at once; an address gives the names registered for it."
)


class RecordsPane(DnsPane):
    """What the name resolves to, who says so and for how long."""

    view = "records"
    title = "Records"

    DEFAULT_CSS = """
    RecordsPane {
        layout: vertical;
        & > LiveTable { height: 3fr; min-height: 4; }
        & > #dns-told { height: auto; max-height: 50%; padding: 0 1; scrollbar-size-vertical: 1; }
        & #dns-notes, & #dns-changes { height: auto; }
        & > DetailPanel { height: 1fr; display: none; }
        &.-details > DetailPanel { display: block; }
        &.-details > #dns-told { display: none; }
        &.-wide {
            layout: horizontal;
            & > LiveTable { width: 2fr; height: 1fr; }
            & > DetailPanel { width: 1fr; }
            & > #dns-told { width: 1fr; height: 1fr; max-height: 100%; border-left: vkey $panel; }
        }
    }
    """

    _subject: Subject | None = None
    _open: Key | None = None
    """The record whose details are shown."""

    def compose(self) -> ComposeResult:
        """The records, and what is to be said."""
        yield LiveTable[Row](_key_columns(self), lambda row: row.key, row_kind=self._kind, id="dns-records")
        with VerticalScroll(id="dns-told"):
            yield Static(Content(_HINT), id="dns-notes")
            yield Static(id="dns-changes")
        yield DetailPanel()

    def show_subject(self, subject: Subject) -> None:
        """Draw the records."""
        is_new = self._subject is None or self._subject.number != subject.number
        self._subject = subject
        outcome = subject.outcome
        if outcome is None:
            self._table.empty_text = subject.error or "asking …"
            self._table.set_rows(())
        else:
            self._table.empty_text = "asking …" if outcome.waiting else "no records"
            self._table.set_rows(union(outcome, subject.watched))
        if is_new:
            self._open = None
            self.remove_class("-details")
            self._table.action_top()
        self.query_one("#dns-notes", Static).update(Content("") if outcome is None else notes(outcome))
        self.query_one("#dns-changes", Static).update(changes_text(subject.watched.changes))
        self._draw_details()

    def tick(self) -> None:
        """Let the TTLs tick."""
        self._table.redraw()
        self._draw_details()

    def focus_first(self) -> None:
        """Go to the records."""
        self._table.focus()

    @property
    def _table(self) -> LiveTable[Any]:
        return self.query_one("#dns-records", LiveTable)

    def ttl(self, row: Row) -> str:
        """What is left of a record's life."""
        if not row.servers:
            return "gone"
        left = row.left(self.clock())
        return f"{left} s" if left or not row.record.ttl else "expired"

    def who(self, row: Row) -> str:
        """Which servers have a record, of those that answered."""
        outcome = None if self._subject is None else self._subject.outcome
        answered = 0 if outcome is None else sum(each.answered for each in outcome.replies)
        names = ", ".join(map(str, row.servers))
        if answered < 2 or not names:
            return names or "nobody"
        return f"all {answered}" if len(row.servers) == answered else f"{len(row.servers)}/{answered} {names}"

    def back(self) -> bool:
        """Close the details."""
        if self._open is None:
            return False
        self._open = None
        self.remove_class("-details")
        self._table.focus()
        return True

    @on(LiveTable.RowSelected)
    @on(LiveTable.RowHighlighted)
    def _chosen(self, message: LiveTable.RowSelected | LiveTable.RowHighlighted) -> None:
        message.stop()
        opens = isinstance(message, LiveTable.RowSelected) or self._open is not None
        if opens and message.row is not None:
            self._open = message.row.key
            self.add_class("-details")
            self._draw_details()

    def _draw_details(self) -> None:
        if self._open is None:
            return
        outcome = None if self._subject is None else self._subject.outcome
        found = next((row for row in self._table.rows if row.key == self._open), None)
        if found is not None and outcome is not None:
            self.query_one(DetailPanel).show(explain_record(found, outcome, self.clock()))

    def _kind(self, row: Row) -> str:
        return row.mark or ("dim" if self.ttl(row) == "expired" else "")


def _key_columns(pane: RecordsPane) -> list[Column[Row]]:
    return [
        Column("type", "TYPE", 6, 0, lambda row: row.record.type),
        Column("name", "NAME", 16, 3, lambda row: row.record.name, flexible=True),
        Column("ttl", "TTL", 9, 2, pane.ttl, right=True, kind="number"),
        Column("data", "DATA", 24, 1, lambda row: row.record.data, flexible=True),
        Column("who", "SERVERS", 16, 4, pane.who),
    ]
