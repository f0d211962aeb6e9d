"""A watched name: when it is to be asked for again, and what has changed since; no clock of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from netmon.resolver.answer import Record
from netmon.resolver.enquiry import Outcome
from netmon.resolver.server import Server

LEAST_S = 1.0
"""Between an answer and the next question, however short the TTL."""
MOST_S = 600.0
"""However long the TTL: what was changed early is seen, too."""
EMPTY_S = 60.0
"""After answers without a record, which say nothing here of how long they hold."""
CHANGES = 200
"""Changes that are remembered, the last ones."""
LATENCIES = 60
"""Answers of each server whose times are remembered."""

_KNOWS = ("NOERROR", "NXDOMAIN")
_BACKS_OFF_S = 2.0
Key = tuple[str, str, str]
"""What makes a record the same one, whatever its TTL."""


class What(StrEnum):
    """What became of a record."""

    ADDED = "added"
    REMOVED = "removed"


class Change(NamedTuple):
    """A record came or went; that its TTL counts down is no change."""

    at: datetime
    server: Server
    what: What
    record: Record

    @property
    def key(self) -> Key:
        """Which record."""
        return key_of(self.record)


class Watched(NamedTuple):
    """What is known of a name by everything that was answered since it is watched."""

    known: Mapping[tuple[Server, str], Mapping[Key, Record]] = {}
    """The last answer of each server for each type; one that fails leaves what it said before."""
    changes: tuple[Change, ...] = ()
    """The oldest first."""
    latencies: Mapping[Server, tuple[float | None, ...]] = {}
    """Milliseconds of the first answer of each round, the oldest first; None where there was none."""
    failures: int = 0
    """Rounds in a row in which nobody answered."""
    rounds: int = 0


def key_of(record: Record) -> Key:
    """What makes it the same record."""
    return record.name.lower(), record.type, record.data


def first_ms(outcome: Outcome, server: Server) -> float | None:
    """Milliseconds until the first answer of a server; None where it gave none."""
    said = (s.answer.ms for each in outcome.replies if each.server == server for s in each.said)
    return min((ms for ms in said if ms is not None), default=None)


def heard(watched: Watched, outcome: Outcome, at: datetime) -> Watched:
    """What is known once a round has been answered.

    Args:
        watched: what was known before; at first `Watched()`.
        outcome: what all servers said.
        at: when, for the eyes of people.
    """
    known = dict(watched.known)
    changes = dict.fromkeys(watched.changes)  # types share their aliases: what changed there is one change
    for server, kind, records in _answers(outcome):
        before = known.get((server, kind))
        known[server, kind] = records
        if before is not None:
            gone = (r for key, r in before.items() if key not in records)
            new = (r for key, r in records.items() if key not in before)
            changes |= dict.fromkeys(Change(at, server, What.REMOVED, r) for r in gone)
            changes |= dict.fromkeys(Change(at, server, What.ADDED, r) for r in new)
    latencies = {
        each.server: (*watched.latencies.get(each.server, ()), first_ms(outcome, each.server))[-LATENCIES:]
        for each in outcome.replies
    }
    failures = 0 if outcome.answered else watched.failures + 1
    return Watched(known, tuple(changes)[-CHANGES:], latencies, failures, watched.rounds + 1)


def _answers(outcome: Outcome) -> Iterator[tuple[Server, str, dict[Key, Record]]]:
    for each in outcome.replies:
        for said in each.said:
            if said.answer.rcode in _KNOWS:
                yield each.server, said.answer.type, {key_of(r): r for r in said.answer.records}


def due_in(watched: Watched, outcome: Outcome, now: float) -> float:
    """Seconds until it is to be asked for again: when the first record expires; after failures ever later.

    Args:
        watched: what `heard` made of `outcome`.
        outcome: the last answers.
        now: monotonic seconds.
    """
    if watched.failures:
        return min(MOST_S, LEAST_S * _BACKS_OFF_S ** min(watched.failures, 32))
    left = min(
        (
            (now if said.answer.received_at is None else said.answer.received_at) + record.ttl - now
            for each in outcome.replies
            for said in each.said
            for record in said.answer.records
        ),
        default=EMPTY_S,
    )
    return max(LEAST_S, min(MOST_S, left))
