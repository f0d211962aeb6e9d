"""Snapshots in, states out: what is new, what changed, what is gone, who opened it and how fast it is."""

from __future__ import annotations

from collections.abc import Mapping

from netmon.engine.closing import is_remains, pair_of
from netmon.engine.closings import HISTORY_LIMIT, Closings
from netmon.engine.direction import UNKNOWN, Listeners, Verdict, judge, stronger
from netmon.engine.halves import LocalHalves
from netmon.engine.interval import Interval
from netmon.engine.listen_watch import ListenWatch
from netmon.engine.listener_log import ListenerLog
from netmon.engine.locality import interface_of
from netmon.engine.opening import opening_of
from netmon.engine.services import service_of
from netmon.engine.state import State
from netmon.engine.totals import RunningTotals, interface_rates
from netmon.model.connection import Basis, Connection
from netmon.model.endpoint import scope_of
from netmon.model.process import Owner
from netmon.model.snapshot import InterfaceCounters, Snapshot
from netmon.model.socket import SocketRecord


class Tracker:
    """Follows every socket from snapshot to snapshot. Not thread-safe; the states it gives out are."""

    def __init__(self, history_limit: int = HISTORY_LIMIT) -> None:
        self._rows: dict[object, Connection] = {}
        self._listeners = Listeners()
        self._log = ListenerLog()
        self._halves = LocalHalves()
        self._closings = Closings(self._listeners, history_limit)
        self._totals = RunningTotals()
        self._listen = ListenWatch()
        self._appeared_total = 0
        self._interfaces: Mapping[str, InterfaceCounters] = {}
        self._before: Snapshot | None = None
        self._sequence = 0

    def update(self, snapshot: Snapshot) -> State:
        """Take the next snapshot of the same source and give the state after it."""
        interval = Interval(snapshot, self._before)
        self._note_listeners(snapshot)
        # First what closed, by the rows of the poll before: TIME_WAIT sockets take over from it.
        self._closings.settle_events(interval, self._rows)
        self._forget([self._rows.pop(key) for key in interval.told_late])
        self._follow(interval)
        self._closings.settle_vanished(interval, self._drop_gone(interval))
        for before, after in self._halves.tell(interval):
            self._totals.remove(before)
            self._totals.add(after)
            interval.rates.move(before, after)
        self._closings.keep(interval)
        self._rows = interval.rows
        state = self._state(interval)
        self._before = snapshot
        self._interfaces = snapshot.interfaces
        return state

    def _note_listeners(self, snapshot: Snapshot) -> None:
        rows = self._rows
        for record in [record for record in snapshot.sockets if record.remote is None]:
            row = rows.get(record.key)
            # What is bound and no more may be a client's, whose connection nobody took in then.
            if record.serves and (row is None or row.socket is not record):
                self._listeners.add(record)

    def _follow(self, interval: Interval) -> None:
        """Carry over what did not change and make anew what did; the only loop over all sockets."""
        old, rows = self._rows, interval.rows
        connections, listeners = interval.connections, interval.listeners
        # Rates become known at the second poll, so everything is made anew there.
        may_reuse = self._sequence != 1
        for record in interval.snapshot.sockets:
            key = record.key
            row = old.get(key)
            if row is None or row.socket is not record or row.rate_sent or row.rate_received or not may_reuse:
                if key in rows:
                    continue
                row = self._made(record, row, interval)
            rows[key] = row
            if record.remote is None:
                listeners.append(row)
            else:
                connections.append(row)
        if len(rows) < len(connections) + len(listeners):
            # A hash chain that grows while it is dumped gives some sockets twice.
            listeners[:] = [row for row in rows.values() if row.socket.remote is None]
            connections[:] = [row for row in rows.values() if row.socket.remote is not None]

    def _made(self, record: SocketRecord, before: Connection | None, interval: Interval) -> Connection:
        if before is None:
            row = self._new(record, interval)
            interval.appeared += 1
        else:
            row = self._changed(record, before, interval)
            self._totals.remove(before)
            self._halves.changed(before, row)
        self._totals.add(row)
        if row.rate_sent or row.rate_received:
            interval.rates.add(row, row.rate_sent or 0.0, row.rate_received or 0.0)
        return row

    def _new(self, record: SocketRecord, interval: Interval) -> Connection:
        snapshot, tcp = interval.snapshot, record.tcp
        if is_remains(record):
            remains = interval.finals.get(pair_of(record))
            if remains is not None:
                return self._remains(record, remains, interval)
        elif self._sequence and record.remote is not None:
            self._appeared_total += 1
        verdict = judge(record, self._listeners, snapshot.ephemeral) if record.remote else UNKNOWN
        sent, received = (tcp.bytes_sent, tcp.bytes_received) if tcp else (None, None)
        opening = opening_of(record, snapshot.monotonic, interval.before)
        row = Connection(
            record,
            record.owner,
            verdict.direction,
            verdict.basis,
            service_of(record, verdict.direction),
            scope_of((record.remote or record.local).address),
            interface_of(record, snapshot.addresses),
            sent,
            received,
            # It was not there a poll ago, so it has carried everything since.
            interval.rate(sent, 0),
            interval.rate(received, 0),
            snapshot.monotonic,
            snapshot.monotonic,
            opening.at,
            opening.basis,
            opening.since,
        )
        return self._halves.join(row, interval, self._rows)

    def _remains(self, record: SocketRecord, closed: Connection, interval: Interval) -> Connection:
        """What the kernel keeps of a connection, with all that was known of it."""
        now = interval.snapshot.monotonic
        row = closed._replace(
            socket=record,
            owner=_owner_of_remains(record.owner, closed.owner),
            rate_sent=None,
            rate_received=None,
            first_seen_at=now,
            changed_at=now,
            closed_at=None,
        )
        return self._halves.join(row, interval, self._rows)

    def _gave_way(self, record: SocketRecord, before: Connection, interval: Interval) -> Connection:
        """A row whose socket is now only what the kernel keeps of the connection, or goes on being so."""
        if not is_remains(before.socket):
            interval.over.append(before)
        final = interval.finals.get(pair_of(record), before)
        unchanged = record.state is before.socket.state
        return before._replace(
            socket=record,
            owner=_owner_of_remains(record.owner, before.owner),
            bytes_sent=final.bytes_sent,
            bytes_received=final.bytes_received,
            rate_sent=None,
            rate_received=None,
            changed_at=before.changed_at if unchanged else interval.snapshot.monotonic,
        )

    def _changed(self, record: SocketRecord, before: Connection, interval: Interval) -> Connection:
        if is_remains(record):
            return self._gave_way(record, before, interval)
        tcp, owner = record.tcp, record.owner
        sent, received = (tcp.bytes_sent, tcp.bytes_received) if tcp else (None, None)
        verdict = Verdict(before.direction, before.basis)
        if verdict.basis is not Basis.KERNEL and record.remote is not None:
            verdict = stronger(verdict, judge(record, self._listeners, interval.snapshot.ephemeral))
        same_direction = verdict.direction is before.direction
        same_owner = owner is before.owner or owner == before.owner
        unchanged = same_owner and record.state is before.socket.state
        return Connection(  # not `_replace`, which takes twice as long: every busy row passes here
            record,
            owner,
            verdict.direction,
            verdict.basis,
            before.service if same_direction else service_of(record, verdict.direction),
            before.scope,
            before.interface,
            sent,
            received,
            interval.rate(sent, before.bytes_sent),
            interval.rate(received, before.bytes_received),
            before.first_seen_at,
            before.changed_at if unchanged else interval.snapshot.monotonic,
            before.opened_at,
            before.opened_basis,
            before.open_since,
            before.closed_at,
            before.peer,
        )

    def _drop_gone(self, interval: Interval) -> list[Connection]:
        """Forget what is gone; it, and what lives on only as TIME_WAIT."""
        old, rows = self._rows, interval.rows
        if len(rows) - interval.appeared == len(old):  # counted, as comparing all keys takes longer
            return list(interval.over)
        gone = [old[key] for key in old.keys() - rows.keys()]
        self._forget(gone)
        return gone + interval.over

    def _forget(self, rows: list[Connection]) -> None:
        for row in rows:
            self._totals.remove(row)
            self._halves.forget(row)

    def _state(self, interval: Interval) -> State:
        snapshot, closings, log = interval.snapshot, self._closings, self._log
        log.note(interval.listeners, snapshot.ephemeral, snapshot.monotonic)
        self._sequence += 1
        return State(
            sequence=self._sequence,
            taken_at=snapshot.taken_at,
            monotonic=snapshot.monotonic,
            source=snapshot.source,
            connections=interval.connections,
            listeners=interval.listeners,
            gone_listeners=log.gone,
            first_listeners=log.first,
            started_at=log.started_at,
            closed=tuple(interval.closed),
            lingering=tuple(closings.lingering),
            history=tuple(closings.history),
            closed_totals=closings.totals,
            opened_total=self._appeared_total + closings.unseen_total,
            totals=self._totals.by_direction(interval.rates),
            coverage=self._totals.coverage,
            interfaces=interface_rates(
                self._interfaces, snapshot.interfaces, interval.seconds or 0.0, interval.rates
            ),
            addresses=snapshot.addresses,
            ephemeral=snapshot.ephemeral,
            accepted=snapshot.accepted,
            tally=snapshot.tally,
            listen=self._listen.update(snapshot.listen),
            limits=snapshot.limits,
            processes=snapshot.processes,
            lost_events=snapshot.lost_events,
            degradations=snapshot.degradations,
            privileged=snapshot.privileged,
            poll_cost_s=snapshot.cost_s,
        )


def _owner_of_remains(owner: Owner, held: Owner) -> Owner:
    """The kernel's, but with the processes that held the connection."""
    former = held.processes or held.former
    return owner._replace(former=former) if former and not owner.processes else owner
