"""Every record that any server gave, once, with who has it, how long it lives and what became of it."""

from __future__ import annotations

import math
from collections.abc import Container, Mapping
from datetime import datetime
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
    last = {change.key: change for change in watched.changes}
    removed = {(*change.key[:2], change.at) for change in watched.changes if change.what is What.REMOVED}
    rows = {
        key: Row(record, tuple(servers), expires_at, _mark(last.get(key), removed))
        for key, (record, servers, expires_at) in _held(outcome).items()
    }
    gone = [
        Row(change.record, (), 0.0, "closing")
        for key, change in last.items()
        if key not in rows and change.what is What.REMOVED
    ]
    return (*_in_order(rows, outcome), *gone)


def _held(outcome: Outcome) -> dict[Key, tuple[Record, dict[Server, None], float | None]]:
    """Each record as it expires first, who has it, and when that is; None where the zone alone has it."""
    held: dict[Key, tuple[Record, dict[Server, None], float | None]] = {}
    for each in outcome.replies:
        for said in each.said:
            at = said.answer.received_at or 0.0
            for record in said.answer.records:
                key, expires_at = key_of(record), None if each.server.name else at + record.ttl
                before = held.get(key)
                if before is None:
                    held[key] = record, {each.server: None}, expires_at
                    continue
                before[1][each.server] = None
                if expires_at is not None and (before[2] is None or expires_at < before[2]):
                    held[key] = record, before[1], expires_at
    return held


def _mark(change: Change | None, removed: Container[tuple[str, str, datetime]]) -> str:
    """What became of a record by its last change.

    Args:
        change: None where it has always been there.
        removed: names and types of which another record went, and when.
    """
    if change is None:
        return ""
    if change.what is What.REMOVED:  # at one server: others have it still
        return "changed"
    return "changed" if (*change.key[:2], change.at) in removed else "new"


def _in_order(rows: Mapping[Key, Row], outcome: Outcome) -> list[Row]:
    chain = follow(outcome.name, (row.record for row in rows.values()))
    place = {name.lower(): at for at, name in enumerate(chain)}
    kinds = {said.answer.type: at for each in outcome.replies for at, said in enumerate(each.said)}

    def order(item: tuple[Key, Row]) -> tuple[int, int, str]:
        name, kind, data = item[0]
        return place.get(name, len(place)), kinds.get(kind, len(kinds)), data

    return [row for _, row in sorted(rows.items(), key=order)]
