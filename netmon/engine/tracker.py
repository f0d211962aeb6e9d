"""Snapshots in, states out: what is new, what changed, what is gone, who opened it and how fast it is."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from netmon.engine.closing import Pair, final_bytes, pair_of, reverse
from netmon.engine.direction import (
    UNKNOWN,
    Listeners,
    Verdict,
    from_addresses,
    from_final_counters,
    judge,
    opposite,
    stronger,
)
from netmon.engine.services import service_name
from netmon.engine.state import LINGER_S, ClosedTotals, State
from netmon.engine.totals import IntervalRates, RunningTotals, interface_rates
from netmon.model.connection import Basis, Connection, Direction, OpenedBasis, Peer
from netmon.model.endpoint import Scope, scope_of
from netmon.model.process import Owner, OwnerReason
from netmon.model.snapshot import ClosedSocket, InterfaceCounters, Snapshot
from netmon.model.socket import SocketRecord, SocketState

HISTORY_LIMIT = 10_000
"""Closed connections kept; their totals go on counting."""


@dataclass(slots=True)
class _Interval:
    """What one update works with."""

    snapshot: Snapshot
    seconds: float | None
    """Since the snapshot before; None at the first."""
    rows: dict[object, Connection] = field(default_factory=dict)
    connections: list[Connection] = field(default_factory=list)
    listeners: list[Connection] = field(default_factory=list)
    rates: IntervalRates = field(default_factory=IntervalRates)
    new_halves: dict[object, Peer] = field(default_factory=dict)
    """Rows whose other half has appeared or changed hands in this interval."""
    closed: list[Connection] = field(default_factory=list)
    finals: dict[Pair, Connection] = field(default_factory=dict)


class Tracker:
    """Follows every socket from snapshot to snapshot. Not thread-safe; the states it gives out are."""

    def __init__(self, history_limit: int = HISTORY_LIMIT) -> None:
        self._rows: dict[object, Connection] = {}
        self._by_pair: dict[Pair, object] = {}
        """Connections to this machine itself, to find the other half."""
        self._listeners = Listeners()
        self._totals = RunningTotals()
        self._history: deque[Connection] = deque(maxlen=history_limit)
        self._lingering: deque[Connection] = deque()
        self._closed_totals = ClosedTotals()
        self._opened_total = 0
        self._undecided: list[ClosedSocket] = []
        """Events that came after the dump: whether a TIME_WAIT socket followed shows only in the next."""
        self._vanished: dict[object, Connection] = {}
        """Gone from the dump without an event yet, which may be a moment late."""
        self._interfaces: Mapping[str, InterfaceCounters] = {}
        self._before: Snapshot | None = None
        self._sequence = 0

    def update(self, snapshot: Snapshot) -> State:
        """Take the next snapshot of the same source and give the state after it."""
        before = self._before
        interval = _Interval(snapshot, snapshot.monotonic - before.monotonic if before else None)
        self._note_listeners(snapshot)
        self._settle_closed(interval)
        self._follow(interval)
        self._settle_vanished(interval)
        self._join_halves(interval)
        self._rows = interval.rows
        state = self._state(interval)
        self._before = snapshot
        self._interfaces = snapshot.interfaces or self._interfaces
        return state

    # -- live sockets

    def _note_listeners(self, snapshot: Snapshot) -> None:
        rows = self._rows
        for record in [record for record in snapshot.sockets if record.remote is None]:
            row = rows.get(record.key)
            if row is None or row.socket is not record:
                self._listeners.add(record)

    def _follow(self, interval: _Interval) -> None:
        """Carry over what did not change and make anew what did; the only loop over all sockets."""
        old, rows = self._rows, interval.rows
        connections, listeners = interval.connections, interval.listeners
        # Rates become known at the second poll, so everything is made anew there.
        may_reuse = self._sequence != 1
        for record in interval.snapshot.sockets:
            key = record.key
            row = old.get(key)
            if row is None or row.socket is not record or row.rate_sent or row.rate_received or not may_reuse:
                row = self._made(record, row, interval)
            rows[key] = row
            if record.remote is None:
                listeners.append(row)
            else:
                connections.append(row)

    def _made(self, record: SocketRecord, before: Connection | None, interval: _Interval) -> Connection:
        row = self._new(record, interval) if before is None else self._changed(record, before, interval)
        if before is not None:
            self._totals.remove(before)
        self._totals.add(row)
        if row.rate_sent or row.rate_received:
            interval.rates.add(row, row.rate_sent or 0.0, row.rate_received or 0.0)
        return row

    def _new(self, record: SocketRecord, interval: _Interval) -> Connection:
        now, tcp = interval.snapshot.monotonic, record.tcp
        verdict = judge(record, self._listeners, interval.snapshot.ephemeral) if record.remote else UNKNOWN
        sent, received = (tcp.bytes_sent, tcp.bytes_received) if tcp else (None, None)
        remains = interval.finals.get(pair_of(record)) if record.state in _REMAINS else None
        opened_at, opened_basis, open_since = self._opened(record, now)
        owner = record.owner
        if remains is not None:
            owner = _owner_of_remains(owner, remains.owner)
            sent, received = remains.bytes_sent, remains.bytes_received
            verdict = stronger(Verdict(remains.direction, remains.basis), verdict)
            opened_at, opened_basis, open_since = remains.opened_at, remains.opened_basis, remains.open_since
        elif self._sequence and record.remote is not None and record.state is not SocketState.TIME_WAIT:
            self._opened_total += 1
        row = Connection(
            record,
            owner,
            verdict.direction,
            verdict.basis,
            _service(record, verdict.direction),
            scope_of((record.remote or record.local).address),
            self._interface(record, interval.snapshot),
            sent,
            received,
            # All that a connection carried which was not there a poll ago, it carried since.
            _rate(sent, 0, interval.seconds) if remains is None else None,
            _rate(received, 0, interval.seconds) if remains is None else None,
            now,
            now,
            opened_at,
            opened_basis,
            open_since,
        )
        return self._with_half(row, interval)

    def _changed(self, record: SocketRecord, before: Connection, interval: _Interval) -> Connection:
        now, tcp, seconds = interval.snapshot.monotonic, record.tcp, interval.seconds
        owner = record.owner
        sent, received = (tcp.bytes_sent, tcp.bytes_received) if tcp else (None, None)
        if record.state in _REMAINS and tcp is None:
            final = interval.finals.get(pair_of(record), before)
            sent, received = final.bytes_sent, final.bytes_received
            owner = _owner_of_remains(owner, before.owner)
        verdict = Verdict(before.direction, before.basis)
        if verdict.basis is not Basis.KERNEL and record.remote is not None:
            verdict = stronger(verdict, judge(record, self._listeners, interval.snapshot.ephemeral))
        same = record.state is before.socket.state and owner == before.owner
        row = before._replace(
            socket=record,
            owner=owner,
            direction=verdict.direction,
            basis=verdict.basis,
            service=before.service if verdict.direction is before.direction else _service(record, verdict[0]),
            bytes_sent=sent,
            bytes_received=received,
            rate_sent=_rate(sent, before.bytes_sent, seconds),
            rate_received=_rate(received, before.bytes_received, seconds),
            changed_at=before.changed_at if same else now,
        )
        if owner is not before.owner and before.peer is not None:
            interval.new_halves[before.peer.key] = Peer(record.key, owner)
        return row

    def _opened(self, record: SocketRecord, now: float) -> tuple[float | None, OpenedBasis | None, float]:
        """When a connection that was not there a poll ago was opened, and since when it is surely open."""
        tcp = record.tcp
        if tcp is not None and record.state is SocketState.ESTABLISHED:
            # Until data flows in a direction, the kernel dates its last data to the opening.
            if tcp.bytes_sent == 0:
                return tcp.last_sent_at, OpenedBasis.KERNEL, tcp.last_sent_at
            if tcp.bytes_received == 0:
                return tcp.last_received_at, OpenedBasis.KERNEL, tcp.last_received_at
        since = now if tcp is None else min(now, tcp.last_sent_at, tcp.last_received_at)
        if self._before is None:
            return None, None, since
        opened = max(since, self._before.monotonic) if tcp is not None else now
        return opened, OpenedBasis.SEEN, opened

    def _interface(self, record: SocketRecord, snapshot: Snapshot) -> str | None:
        if record.interface is not None:
            return record.interface
        addresses = snapshot.addresses
        if record.remote is not None and _is_own(record.remote.address, addresses):
            return addresses.get("127.0.0.1") or addresses.get("::1") or "lo"
        return addresses.get(record.local.address)

    # -- the two halves of a local connection

    def _with_half(self, row: Connection, interval: _Interval) -> Connection:
        record = row.socket
        if record.remote is None or not _is_own(record.remote.address, interval.snapshot.addresses):
            return row
        pair = pair_of(record)
        self._by_pair[pair] = record.key
        other = self._by_pair.get(reverse(pair))
        if other is None or other == record.key:
            return row
        half = interval.rows.get(other) or self._rows.get(other)
        if half is None:
            return row
        interval.new_halves[other] = Peer(record.key, record.owner)
        verdict = stronger(Verdict(row.direction, row.basis), opposite(Verdict(half.direction, half.basis)))
        return row._replace(peer=Peer(other, half.owner), direction=verdict.direction, basis=verdict.basis)

    def _join_halves(self, interval: _Interval) -> None:
        """Tell the rows whose other half was found after they were made."""
        if not interval.new_halves:
            return
        for index, row in enumerate(interval.connections):
            peer = interval.new_halves.get(row.key)
            if peer is None:
                continue
            other = interval.rows.get(peer.key)
            verdict = Verdict(row.direction, row.basis)
            if other is not None:
                verdict = stronger(verdict, opposite(Verdict(other.direction, other.basis)))
            joined = row._replace(peer=peer, direction=verdict.direction, basis=verdict.basis)
            self._totals.remove(row)
            self._totals.add(joined)
            interval.connections[index] = interval.rows[row.key] = joined

    # -- closed sockets

    def _settle_closed(self, interval: _Interval) -> None:
        snapshot = interval.snapshot
        events = self._undecided + list(snapshot.closed)
        self._undecided = [event for event in events if event.closed_at >= snapshot.began]
        events = events[: len(events) - len(self._undecided)] if self._undecided else events
        if not events:
            return
        waiting = {pair_of(r) for r in snapshot.sockets if r.state in _REMAINS and r.tcp is None}
        halves = {pair_of(event.record): event.record for event in events}
        for event in events:
            record = event.record
            before = self._rows.get(record.key) or self._vanished.pop(record.key, None)
            if before is not None and before.socket.state in _REMAINS and before.socket.tcp is None:
                before = None  # already closed; its TIME_WAIT socket is no connection of its own
            other = halves.get(reverse(pair_of(record)))
            sent, received = final_bytes(record, before, other, waiting)
            self._close(self._last_row(event, before, sent, received, interval), before, interval)

    def _last_row(
        self,
        event: ClosedSocket,
        before: Connection | None,
        sent: int | None,
        received: int | None,
        interval: _Interval,
    ) -> Connection:
        record, at = event.record, event.closed_at
        if before is not None:
            last = before.socket._replace(
                state=SocketState.CLOSED, tcp=record.tcp or before.socket.tcp, uncounted=record.uncounted
            )
            return before._replace(
                socket=last, bytes_sent=sent, bytes_received=received, closed_at=at, changed_at=at,
                rate_sent=None, rate_received=None,
            )  # fmt: skip
        snapshot = interval.snapshot
        verdict = self._final_verdict(record, snapshot)
        since = self._before.monotonic if self._before else at
        opened = _opened_at_event(record, since)
        return Connection(
            record,
            self._unseen_owner(record, verdict),
            verdict.direction,
            verdict.basis,
            _service(record, verdict.direction),
            scope_of((record.remote or record.local).address),
            self._interface(record, snapshot),
            sent,
            received,
            None,
            None,
            at,
            at,
            opened,
            OpenedBasis.KERNEL if opened is not None else OpenedBasis.EVENT,
            opened if opened is not None else at,
            at,
        )

    def _final_verdict(self, record: SocketRecord, snapshot: Snapshot) -> Verdict:
        found = from_final_counters(record) or from_addresses(record, self._listeners, snapshot.ephemeral)
        return found or UNKNOWN

    def _unseen_owner(self, record: SocketRecord, verdict: Verdict) -> Owner:
        """An inbound connection is its listener's; who opened an outbound one is not known any more."""
        if verdict.direction is Direction.INBOUND:
            listener = self._listeners.at(record.protocol, record.local)
            if listener is not None and listener.owner.processes:
                return listener.owner
        return Owner(reason=OwnerReason.GONE)

    def _close(self, row: Connection, before: Connection | None, interval: _Interval) -> None:
        interval.closed.append(row)
        interval.finals[pair_of(row.socket)] = row
        count, sent, received = self._closed_totals
        self._closed_totals = ClosedTotals(
            count + 1, sent + (row.bytes_sent or 0), received + (row.bytes_received or 0)
        )
        if before is None:
            self._opened_total += 1
        if interval.seconds:
            # What it carried since the last poll belongs to the totals, though no row shows it any more.
            rate_sent = _rate(row.bytes_sent, before.bytes_sent if before else 0, interval.seconds)
            rate_received = _rate(
                row.bytes_received, before.bytes_received if before else 0, interval.seconds
            )
            interval.rates.add(row, rate_sent or 0.0, rate_received or 0.0)

    def _settle_vanished(self, interval: _Interval) -> None:
        """Take out what is gone; without an event after one more poll, it closed with its last counters."""
        rows = interval.rows
        for row in self._vanished.values():
            gone = row._replace(closed_at=interval.snapshot.monotonic, rate_sent=None, rate_received=None)
            self._close(gone, row, interval)
        self._vanished = {}
        settled = {connection.key for connection in interval.closed}
        for key in self._rows.keys() - rows.keys():
            row = self._rows[key]
            self._totals.remove(row)
            pair = pair_of(row.socket)
            if self._by_pair.get(pair) == key:
                del self._by_pair[pair]
            if key not in settled and _is_connection(row.socket, interval.snapshot.reports_closed):
                self._vanished[key] = row

    # -- the state

    def _state(self, interval: _Interval) -> State:
        snapshot, now = interval.snapshot, interval.snapshot.monotonic
        self._history.extend(interval.closed)
        self._lingering.extend(interval.closed)
        while self._lingering and now - (self._lingering[0].closed_at or 0.0) > LINGER_S:
            self._lingering.popleft()
        while len(self._lingering) > HISTORY_LIMIT:
            self._lingering.popleft()
        self._sequence += 1
        return State(
            sequence=self._sequence,
            taken_at=snapshot.taken_at,
            monotonic=now,
            source=snapshot.source,
            connections=interval.connections,
            listeners=interval.listeners,
            closed=tuple(interval.closed),
            lingering=tuple(self._lingering),
            history=tuple(self._history),
            closed_totals=self._closed_totals,
            opened_total=self._opened_total,
            totals=self._totals.by_direction(interval.rates),
            coverage=self._totals.coverage,
            interfaces=interface_rates(
                self._interfaces, snapshot.interfaces, interval.seconds or 0.0, interval.rates
            ),
            addresses=snapshot.addresses,
            ephemeral=snapshot.ephemeral,
            accepted=snapshot.accepted,
            lost_events=snapshot.lost_events,
            degradations=snapshot.degradations,
            privileged=snapshot.privileged,
            poll_cost_s=snapshot.cost_s,
        )


_REMAINS = (SocketState.TIME_WAIT, SocketState.FIN_WAIT2)
"""States in which a socket without counters is what the kernel keeps of a connection that is over."""
_NO_CONNECTION = (SocketState.TIME_WAIT, SocketState.SYN_RECV, SocketState.SYN_SENT)


def _is_connection(record: SocketRecord, has_counters: bool) -> bool:
    """Whether a socket that is gone was a connection, not a listener or what the kernel kept of one."""
    if record.remote is None or record.state in _NO_CONNECTION:
        return False
    return record.tcp is not None or not has_counters


def _owner_of_remains(owner: Owner, held: Owner) -> Owner:
    former = held.processes or held.former
    return owner._replace(former=former) if former and not owner.processes else owner


def _rate(now: int | None, before: int | None, seconds: float | None) -> float | None:
    if now is None or before is None or not seconds:
        return None
    return max(0, now - before) / seconds


def _service(record: SocketRecord, direction: Direction) -> str | None:
    """The name of the port on the side that was connected to."""
    if record.remote is None or direction is Direction.INBOUND:
        return service_name(record.local.port, record.protocol)
    if direction is Direction.OUTBOUND:
        return service_name(record.remote.port, record.protocol)
    return service_name(record.remote.port, record.protocol) or service_name(
        record.local.port, record.protocol
    )


def _is_own(address: str, addresses: Mapping[str, str]) -> bool:
    return address in addresses or scope_of(address) is Scope.LOOPBACK


def _opened_at_event(record: SocketRecord, since: float) -> float | None:
    """The opening of a connection never polled, where a direction without data dates it."""
    tcp = record.tcp
    if tcp is None or tcp.rtt_us is None:
        return None
    if tcp.bytes_sent == 0:
        return max(since, tcp.last_sent_at)
    if tcp.bytes_received == 0:
        return max(since, tcp.last_received_at)
    return None
