"""Connections with both ends on this machine: each half is told of the other."""

from __future__ import annotations

from netmon.engine.closing import Pair, pair_of, reverse
from netmon.engine.direction import Verdict, opposite, stronger
from netmon.engine.interval import Interval
from netmon.engine.locality import is_own
from netmon.engine.services import service_of
from netmon.model.connection import Connection, Peer


class LocalHalves:
    """Finds the other half of a local connection by its swapped endpoints."""

    def __init__(self) -> None:
        self._keys: dict[Pair, object] = {}
        self._to_tell: dict[object, Peer] = {}
        """Rows whose other half has appeared, or changed hands, since they were made."""

    def join(self, row: Connection, interval: Interval, old: dict[object, Connection]) -> Connection:
        """A new row with its other half, if that is on this machine; the other is told later by `tell`."""
        record = row.socket
        if record.remote is None or not is_own(record.remote.address, interval.snapshot.addresses):
            return row
        pair = pair_of(record)
        self._keys[pair] = record.key
        other = self._keys.get(reverse(pair))
        half = None if other is None or other == record.key else interval.rows.get(other) or old.get(other)
        if half is None:
            return row
        self._to_tell[half.key] = Peer(record.key, row.owner)
        return _joined(row, Peer(half.key, half.owner), half)

    def changed(self, before: Connection, row: Connection) -> None:
        """Note what its other half shows of a row: its owner, and the direction that it knows surer."""
        if row.peer is not None and (row.owner is not before.owner or row.basis is not before.basis):
            self._to_tell[row.peer.key] = Peer(row.key, row.owner)

    def tell(self, interval: Interval) -> list[tuple[Connection, Connection]]:
        """Bring the rows up to date that must know of their other half; each before and after."""
        told: list[tuple[Connection, Connection]] = []
        if not self._to_tell:
            return told
        for index, row in enumerate(interval.connections):
            peer = self._to_tell.get(row.key)
            if peer is not None:
                joined = _joined(row, peer, interval.rows.get(peer.key))
                interval.connections[index] = interval.rows[row.key] = joined
                told.append((row, joined))
        self._to_tell = {}
        return told

    def forget(self, row: Connection) -> None:
        """Drop a row that is gone."""
        pair = pair_of(row.socket)
        if self._keys.get(pair) == row.key:
            del self._keys[pair]


def _joined(row: Connection, peer: Peer, half: Connection | None) -> Connection:
    """A row with its peer; what is known surer of one half's direction holds for the other."""
    verdict = Verdict(row.direction, row.basis)
    if half is not None:
        verdict = stronger(verdict, opposite(Verdict(half.direction, half.basis)))
    service = row.service if verdict.direction is row.direction else service_of(row.socket, verdict.direction)
    return row._replace(peer=peer, direction=verdict.direction, basis=verdict.basis, service=service)
