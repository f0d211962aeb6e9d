"""Connections that are over: from destroy events, or because they are gone from a poll."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Set

from netmon.engine.closing import FinalBytes, Pair, final_bytes, is_remains, pair_of, reverse
from netmon.engine.direction import (
    UNKNOWN,
    Listeners,
    Verdict,
    from_addresses,
    from_final_counters,
    opposite,
)
from netmon.engine.interval import Interval
from netmon.engine.locality import interface_of
from netmon.engine.opening import opening_of_unseen
from netmon.engine.services import service_of
from netmon.engine.state import LINGER_S, ClosedTotals
from netmon.model.connection import Connection, Direction
from netmon.model.endpoint import scope_of
from netmon.model.process import Owner, OwnerReason
from netmon.model.snapshot import ClosedSocket
from netmon.model.socket import SocketRecord, SocketState

HISTORY_LIMIT = 5_000
"""Closed connections kept; their totals go on counting."""
GRACE_S = 0.5
"""So long after its socket is gone an event is no more waited for. The kernel sends it when the last packet
of the connection has left the machine, on a thread that may have to wait for its turn."""
_NO_CONNECTION = (SocketState.TIME_WAIT, SocketState.SYN_RECV, SocketState.SYN_SENT, SocketState.CLOSED)


class Closings:
    """Says what has closed, once for each connection, and keeps the last of them."""

    def __init__(self, listeners: Listeners, history_limit: int = HISTORY_LIMIT) -> None:
        self.history: deque[Connection] = deque(maxlen=history_limit)
        self.lingering: deque[Connection] = deque(maxlen=history_limit)
        self.totals = ClosedTotals()
        self.unseen_total = 0
        """Connections that were never polled, because they came and went between two polls."""
        self._listeners = listeners
        self._undecided: list[ClosedSocket] = []
        """Came while the sockets were read: whether a TIME_WAIT follows shows in the next poll."""
        self._vanished: dict[object, tuple[Connection, float]] = {}
        """Gone from a poll without an event yet, which may be a moment late; since when."""
        self._given_up: dict[object, None] = {}
        """Closed without an event: one that comes after all must not close them again. Oldest first."""

    def settle_events(self, interval: Interval, old: Mapping[object, Connection]) -> None:
        """Close what was destroyed before the sockets were read."""
        snapshot = interval.snapshot
        events = [*self._undecided, *snapshot.closed]
        self._undecided = [event for event in events if event.closed_at >= snapshot.began]
        events = [event for event in events if event.closed_at < snapshot.began]
        if not events:
            return
        waiting = {pair_of(record): record.key for record in snapshot.sockets if is_remains(record)}
        ends = {pair_of(event.record): event.record for event in events}
        for event in events:
            key = event.record.key
            if key in self._given_up:
                del self._given_up[key]
                continue
            before = old.get(key)
            if before is None or is_remains(before.socket):  # which may have kept the key
                before, _ = self._vanished.pop(key, (None, 0.0))
            self._settle(event, before, ends, waiting.keys(), interval)
        interval.told_late = [
            key
            for pair, key in waiting.items()
            if pair in interval.finals and key in old and is_remains(old[key].socket)
        ]

    def _settle(
        self,
        event: ClosedSocket,
        before: Connection | None,
        ends: Mapping[Pair, SocketRecord],
        waiting: Set[Pair],
        interval: Interval,
    ) -> None:
        record = event.record
        if record.remote is None and before is None:
            return  # aborted, which takes away its remote endpoint, and never polled: nothing is known of it
        other = ends.get(reverse(pair_of(record if before is None else before.socket)))
        verdict = (
            Verdict(before.direction, before.basis)
            if before is not None
            else self._verdict_of_unseen(record, other, interval.snapshot.ephemeral)
        )
        final = final_bytes(record, verdict.direction, before, other, waiting)
        if before is not None:
            row = _last_of_known(before, event, final)
        else:
            row = self._last_of_unseen(event, verdict, final, interval)
            self.unseen_total += 1
        self._close(row, before, interval)

    def settle_vanished(self, interval: Interval, gone: list[Connection]) -> None:
        """Close what has been gone since an earlier poll without an event, with its last counters."""
        now, has_events = interval.snapshot.monotonic, interval.snapshot.reports_closed
        grace = GRACE_S if has_events else 0.0
        told = {event.record.key for event in self._undecided}
        overdue = [row for row, since in self._vanished.values() if now - since >= grace]
        for row in [row for row in overdue if row.key not in told]:
            del self._vanished[row.key]
            self._give_up(row.key)
            last = row._replace(closed_at=now, changed_at=now, rate_sent=None, rate_received=None)
            self._close(last, row, interval)
        settled = {connection.key for connection in interval.closed}
        for row in gone:
            if row.key not in settled and _is_connection(row.socket, has_events):
                self._vanished[row.key] = row, now

    def _give_up(self, key: object) -> None:
        self._given_up[key] = None
        if len(self._given_up) > HISTORY_LIMIT:
            del self._given_up[next(iter(self._given_up))]

    def keep(self, interval: Interval) -> None:
        """Put what closed into the history, and let go of what has lingered long enough."""
        self.history.extend(interval.closed)
        self.lingering.extend(interval.closed)
        now = interval.snapshot.monotonic
        while self.lingering and now - (self.lingering[0].closed_at or 0.0) > LINGER_S:
            self.lingering.popleft()

    def _close(self, row: Connection, before: Connection | None, interval: Interval) -> None:
        interval.closed.append(row)
        interval.finals[pair_of(row.socket)] = row
        count, sent, received = self.totals
        self.totals = ClosedTotals(
            count + 1, sent + (row.bytes_sent or 0), received + (row.bytes_received or 0)
        )
        # What it carried since the last poll belongs to the totals, though no live row shows it any more.
        rate_sent = interval.rate(row.bytes_sent, before.bytes_sent if before else 0)
        rate_received = interval.rate(row.bytes_received, before.bytes_received if before else 0)
        interval.rates.add(row, rate_sent or 0.0, rate_received or 0.0)

    # -- connections never polled

    def _verdict_of_unseen(
        self, record: SocketRecord, other: SocketRecord | None, ephemeral: tuple[int, int]
    ) -> Verdict:
        told = from_final_counters(record)
        if told is None and other is not None and (of_other := from_final_counters(other)) is not None:
            told = opposite(of_other)
        return told or from_addresses(record, self._listeners, ephemeral) or UNKNOWN

    def _last_of_unseen(
        self, event: ClosedSocket, verdict: Verdict, final: FinalBytes, interval: Interval
    ) -> Connection:
        record, at, snapshot = event.record, event.closed_at, interval.snapshot
        opening = opening_of_unseen(record, at, interval.before)
        return Connection(
            record,
            self._owner_of_unseen(record, verdict),
            verdict.direction,
            verdict.basis,
            service_of(record, verdict.direction),
            scope_of((record.remote or record.local).address),
            interface_of(record, snapshot.addresses),
            final.sent,
            final.received,
            None,
            None,
            at,
            at,
            opening.at,
            opening.basis,
            opening.since,
            at,
        )

    def _owner_of_unseen(self, record: SocketRecord, verdict: Verdict) -> Owner:
        """An inbound connection is its listener's; who opened an outbound one is not known any more."""
        if verdict.direction is Direction.INBOUND:
            listener = self._listeners.at(record.protocol, record.local)
            if listener is not None and (listener.owner.processes or listener.owner.uid is not None):
                return listener.owner
        return Owner(reason=OwnerReason.GONE)


def _last_of_known(before: Connection, event: ClosedSocket, final: FinalBytes) -> Connection:
    """The row as it was last polled, closed, with its final bytes."""
    record = event.record
    socket = before.socket._replace(
        state=SocketState.CLOSED, tcp=record.tcp or before.socket.tcp, uncounted=record.uncounted
    )
    return before._replace(
        socket=socket,
        bytes_sent=final.sent,
        bytes_received=final.received,
        rate_sent=None,
        rate_received=None,
        changed_at=event.closed_at,
        closed_at=event.closed_at,
    )


def _is_connection(record: SocketRecord, has_events: bool) -> bool:
    """Whether a socket that is gone was a connection, not a listener or what the kernel kept of one.

    Where there are destroy events, a TCP socket without counters had none to lose: its event has come.
    """
    if record.remote is None or record.state in _NO_CONNECTION:
        return False
    return record.tcp is not None or not has_events
