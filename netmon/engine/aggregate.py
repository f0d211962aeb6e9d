"""Connections summed up by the process that holds them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from netmon.model.connection import Connection, Direction
from netmon.model.process import Owner


class ProcessRow(NamedTuple):
    """One holder (a process, a group that shares sockets, or a reason) and the sum of its connections."""

    key: object
    owner: Owner
    connections: int
    inbound: int
    outbound: int
    bytes_sent: int | None
    """None where none of its connections is counted."""
    bytes_received: int | None
    rate_sent: float | None
    rate_received: float | None
    newest_at: float
    """When its newest connection was first seen, monotonic."""


@dataclass(slots=True)
class _Sum:
    owner: Owner
    connections: int = 0
    inbound: int = 0
    outbound: int = 0
    bytes_sent: int = 0
    bytes_received: int = 0
    rate_sent: float = 0.0
    rate_received: float = 0.0
    counted: bool = False
    rated: bool = False
    newest_at: float = float("-inf")

    def add(self, row: Connection) -> None:
        self.connections += 1
        if row.direction is Direction.INBOUND:
            self.inbound += 1
        elif row.direction is Direction.OUTBOUND:
            self.outbound += 1
        if row.bytes_sent is not None or row.bytes_received is not None:
            self.counted = True
            self.bytes_sent += row.bytes_sent or 0
            self.bytes_received += row.bytes_received or 0
        if row.rate_sent is not None or row.rate_received is not None:
            self.rated = True
            self.rate_sent += row.rate_sent or 0.0
            self.rate_received += row.rate_received or 0.0
        if row.first_seen_at > self.newest_at:
            self.newest_at = row.first_seen_at

    def row(self, key: object) -> ProcessRow:
        counted = self.counted
        return ProcessRow(
            key,
            self.owner,
            self.connections,
            self.inbound,
            self.outbound,
            self.bytes_sent if counted else None,
            self.bytes_received if counted else None,
            self.rate_sent if self.rated else None,
            self.rate_received if self.rated else None,
            self.newest_at,
        )


def by_process(connections: Iterable[Connection]) -> list[ProcessRow]:
    """The sums, one row for each distinct holder, in the order in which they first appear."""
    # Collectors give equal owners as one object, so its identity groups nearly everything cheaply.
    by_identity: dict[int, object] = {}
    sums: dict[object, _Sum] = {}
    for row in connections:
        owner = row.owner
        key = by_identity.get(id(owner))
        if key is None:
            key = by_identity[id(owner)] = holder_key(owner)
            if owner.processes and key in sums:
                sums[key].owner = owner  # one that still holds sockets, before one that only did
        group = sums.get(key)
        if group is None:
            group = sums[key] = _Sum(owner)
        group.add(row)
    return [group.row(key) for key, group in sums.items()]


def holder_key(owner: Owner) -> object:
    """What makes two owners the same holder: the processes, or else the reason, the user and the unit."""
    if owner.processes:
        return tuple(process.pid for process in owner.processes)
    if owner.former:
        return tuple(process.pid for process in owner.former)
    return owner.reason, owner.uid, owner.unit
