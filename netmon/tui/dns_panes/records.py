"""Every record once over all servers, its TTL ticking down, and what is to be said of the answers."""

from __future__ import annotations

from datetime import UTC, datetime

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from netmon.engine.explain import Explanation
from netmon.resolver.enquiry import TYPES
from netmon.resolver.lifetimes.ttl import Lifetime, Moment, lifetimes
from netmon.resolver.union import Row, union
from netmon.tui.dns_panes.base import Subject
from netmon.tui.dns_panes.followed import FollowedPane
from netmon.tui.dns_panes.notes import changes_text, notes
from netmon.tui.dns_panes.record_details import explain_record
from netmon.tui.widgets.column import Column
from netmon.tui.widgets.detail_panel import DetailPanel
from netmon.tui.widgets.live_table import LiveTable

_TTL = 9
_TTL_BESIDE = 14
"""Cells of the TTL, alone and before that of the zone."""
_HINT = (
    "Type a name such as example.com, or an address such as 192.0.2.1, and press Enter: "
    f"{', '.join(TYPES)} are asked at once; an address gives the names registered for it."
)


class RecordsPane(FollowedPane):
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
    _lives: tuple[Lifetime, ...] = ()
    """What the zone's own servers say beside what the others have; nothing where they were not asked."""

    def compose(self) -> ComposeResult:
        """The records, and what is to be said."""
        yield LiveTable[Row](
            _key_columns(self, _TTL), lambda row: row.key, row_kind=self._kind, id="dns-records"
        )
        with VerticalScroll(id="dns-told"):
            yield Static(Content(_HINT), id="dns-notes")
            yield Static(id="dns-changes")
        yield DetailPanel()

    def show_subject(self, subject: Subject) -> None:
        """Draw the records."""
        is_new = self._subject is None or self._subject.number != subject.number
        self._subject = subject
        outcome = subject.whole
        self._know_lives(() if outcome is None else lifetimes(outcome))
        self.table.empty_text = _empty_text(subject)
        self.table.set_rows(() if outcome is None else union(outcome, subject.watched))
        if is_new:
            self.close_details()
            self.table.action_top()
        moment = Moment(self.clock(), datetime.now(UTC))
        told = Content("") if outcome is None else notes(outcome, moment)
        self.query_one("#dns-notes", Static).update(told)
        self.query_one("#dns-changes", Static).update(changes_text(subject.watched.changes))
        self.draw_details()

    def _know_lives(self, lives: tuple[Lifetime, ...]) -> None:
        """Give the TTLs room for those of the zone where they are known."""
        if bool(lives) != bool(self._lives):
            self.table.set_columns(_key_columns(self, _TTL_BESIDE if lives else _TTL))
        self._lives = lives

    def tick(self) -> None:
        """Let the TTLs tick."""
        self.table.redraw()
        self.draw_details()

    def ttl(self, row: Row) -> str:
        """What is left of a record's life, of how much, and whether it is of the past."""
        if not row.servers:
            return "gone"
        left, whole = row.left(self.clock()), ""
        if not left and row.record.ttl:
            return "expired"
        life = next((each for each in self._lives if (each.name, each.type) == row.key[:2]), None)
        if life is not None and life.configured is not None and row.expires_at is not None:
            whole = f"/{life.configured}"
        return f"{'old ' if life is not None and is_old(row, life) else ''}{left}{whole} s"

    def who(self, row: Row) -> str:
        """Which servers have a record, of those that answered."""
        outcome = None if self._subject is None else self._subject.whole
        answered = 0 if outcome is None else sum(each.answered for each in outcome.replies)
        names = ", ".join(map(str, row.servers))
        if answered < 2 or not names:
            return names or "nobody"
        return f"all {answered}" if len(row.servers) == answered else f"{len(row.servers)}/{answered} {names}"

    def line_to_copy(self) -> str:
        """The record under the cursor as a zone file has it, with the time that is left."""
        row = self.table.cursor_row
        if row is None:
            return ""
        record = row.record
        return f"{record.name} {row.left(self.clock())} {record.type} {record.data}"

    def explain_row(self, row: Row) -> Explanation | None:
        """A record in words."""
        outcome = None if self._subject is None else self._subject.whole
        return None if outcome is None else explain_record(row, outcome, self.clock())

    def _kind(self, row: Row) -> str:
        return row.mark or ("dim" if self.ttl(row) == "expired" else "")


def is_old(row: Row, life: Lifetime) -> bool:
    """Whether only resolvers have a record, which their zone's own servers do not give any more."""
    return (
        row.expires_at is not None
        and any(row.record.data in held.data for held in life.old)
        and (row.record.data.lower() not in map(str.lower, life.data))
    )


def _empty_text(subject: Subject) -> str:
    """Why there is no row: that there is no record is said only where a server knows it."""
    outcome = subject.whole
    if outcome is None:
        return subject.error or "asking …"
    if outcome.waiting:
        return "asking …"
    return "no records" if outcome.answered else "not known: nobody who was asked could say"


def _key_columns(pane: RecordsPane, ttl_width: int) -> list[Column[Row]]:
    return [
        Column("type", "TYPE", 6, 0, lambda row: row.record.type),
        Column("name", "NAME", 16, 3, lambda row: row.record.name, flexible=True),
        Column("ttl", "TTL", ttl_width, 2, pane.ttl, right=True, kind="number"),
        Column("data", "DATA", 22, 1, lambda row: row.record.data, flexible=True),
        Column("who", "SERVERS", 16, 4, pane.who),
    ]
