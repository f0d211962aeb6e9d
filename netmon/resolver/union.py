"""Every record that any server gave, once, with who has it, how long it lives and what became of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from netmon.resolver.answer import Record, follow
from netmon.resolver.enquiry import Outcome
from netmon.resolver.server import Server
from netmon.resolver.watch import Change, Key, Watched, What, key_of


class Row(NamedTuple):
    """One record."""

    record: Record
    """As the server gave it that keeps it for the shortest time."""
    servers: tuple[Server, ...]
    """Who has it; nobody where it is gone."""
    expires_at: float | None
    """Monotonic seconds: when the first cache must forget it; None where the zone alone gave it."""
    mark: str = ""
    """`new`, `changed` (another stood there before), `closing` (gone), or empty."""

    @property
    def key(self) -> Key:
        """What makes it the same row."""
        return key_of(self.record)

    def left(self, now: float) -> int:
        """Whole seconds to live at monotonic time `now`; 0 once it has expired, all of them in the zone."""
        if self.expires_at is None:
            return self.record.ttl
        return max(0, math.ceil(self.expires_at - now))


def union(outcome: Outcome, watched: Watched) -> tuple[Row, ...]:
    """The rows along the chain of aliases, then by type in the order asked, then those that are gone."""
    rows: dict[Key, Row] = {}
    for each in outcome.replies:
        for said in each.said:
            for record in said.answer.records:
                ends = None if each.server.name else (said.answer.received_at or 0.0) + record.ttl
                row = Row(record, (each.server,), ends)
                rows[key_of(record)] = _joined(rows.get(key_of(record)), row)
    last = {change.key: change for change in watched.changes}
    marked = [row._replace(mark=_mark(last.get(row.key), watched.changes)) for row in rows.values()]
    gone = [
        Row(change.record, (), 0.0, "closing")
        for key, change in last.items()
        if key not in rows and change.what is What.REMOVED
    ]
    return (*_in_order(marked, outcome), *gone)


def _joined(row: Row | None, other: Row) -> Row:
    if row is None:
        return other
    shorter = min(row, other, key=lambda each: math.inf if each.expires_at is None else each.expires_at)
    return shorter._replace(servers=tuple(dict.fromkeys((*row.servers, *other.servers))))


def _mark(change: Change | None, changes: Sequence[Change]) -> str:
    if change is None:
        return ""
    if change.what is What.REMOVED:  # at one server: others have it still
        return "changed"
    replaced = any(
        other.what is What.REMOVED and other.key[:2] == change.key[:2] and other.at == change.at
        for other in changes
    )
    return "changed" if replaced else "new"


def _in_order(rows: Sequence[Row], outcome: Outcome) -> list[Row]:
    chain = follow(outcome.name, (row.record for row in rows))
    place = {name.lower(): at for at, name in enumerate(chain)}
    kinds = {said.answer.type: at for each in outcome.replies for at, said in enumerate(each.said)}

    def order(row: Row) -> tuple[int, int, str]:
        name, kind, data = row.key
        return place.get(name, len(place)), kinds.get(kind, len(kinds)), data

    return sorted(rows, key=order)
