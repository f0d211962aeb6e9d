"""What has closed: said once, with its owner as far as it can be known, and kept for a while."""

from __future__ import annotations

from collections.abc import Iterable

from netmon.engine.closings import Closings
from netmon.engine.direction import Listeners
from netmon.engine.interval import Interval
from netmon.engine.state import LINGER_S
from netmon.model.connection import Connection, Direction
from netmon.model.process import OwnerReason
from netmon.model.snapshot import ClosedSocket, Snapshot
from netmon.model.socket import SocketRecord
from tests.builders import NOW, connection, listener
from tests.staging import ended, inbound, outbound, snapshot

BEFORE = snapshot(at=NOW - 1)


def settled(
    closings: Closings, taken: Snapshot, old: Iterable[Connection] = (), gone: Iterable[Connection] = ()
) -> list[Connection]:
    """What one interval finds closed."""
    interval = Interval(taken, BEFORE)
    closings.settle_events(interval, {row.key: row for row in old})
    closings.settle_vanished(interval, list(gone))
    closings.keep(interval)
    return interval.closed


def event(record: SocketRecord, at: float = NOW - 0.5) -> ClosedSocket:
    """Its destruction, half an interval ago."""
    return ended(record, at)


def test_one_that_was_polled_closes_with_its_owner() -> None:
    row = connection()
    (last,) = settled(Closings(Listeners()), snapshot(closed=[event(row.socket)]), [row])
    assert (last.owner, last.closed_at, last.rate_sent) == (row.owner, NOW - 0.5, None)


def test_one_that_was_never_polled_is_its_listeners_or_gone() -> None:
    listeners = Listeners()
    nginx = listener("0.0.0.0:443", process="nginx")
    listeners.add(nginx.socket)
    closings = Closings(listeners)
    came, went = inbound("198.51.100.20:50122", local="10.0.0.5:443"), outbound("203.0.113.7:22")
    first, second = settled(closings, snapshot(closed=[event(came), event(went)]))
    assert (first.direction, first.owner) == (Direction.INBOUND, nginx.owner)
    assert second.owner.reason is OwnerReason.GONE
    assert closings.unseen_total == 2


def test_an_event_that_came_while_sockets_were_read_waits_for_the_next_poll() -> None:
    row, closings = connection(), Closings(Listeners())
    assert settled(closings, snapshot(closed=[event(row.socket, at=NOW)]), [row]) == []
    later = snapshot(at=NOW + 1)
    assert [last.key for last in settled(closings, later, [row])] == [row.key]


def test_one_that_is_gone_without_an_event_closes_a_poll_later_and_once() -> None:
    row, closings = connection(), Closings(Listeners())
    assert settled(closings, snapshot(), gone=[row]) == []
    (last,) = settled(closings, snapshot(at=NOW + 1))
    assert (last.key, last.bytes_sent) == (row.key, row.bytes_sent)
    assert settled(closings, snapshot(at=NOW + 2)) == []


def test_the_history_is_bounded_its_totals_go_on_and_lingering_ends() -> None:
    closings = Closings(Listeners(), history_limit=2)
    rows = [connection() for _ in range(5)]
    settled(closings, snapshot(closed=[event(row.socket) for row in rows]), rows)
    assert [row.key for row in closings.history] == [row.key for row in rows[-2:]]
    assert closings.totals.connections == 5
    settled(closings, snapshot(at=NOW + LINGER_S + 1))
    assert (len(closings.lingering), len(closings.history)) == (0, 2)
