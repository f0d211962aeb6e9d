"""Listening sockets by port: one port and protocol is one thing, whatever number of sockets serve it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from netmon.engine.aggregate import holder_key
from netmon.engine.state import State
from netmon.model.connection import Connection
from netmon.model.port_range import PortRange, port_range
from netmon.model.process import Owner, Process
from netmon.model.socket import Protocol
from netmon.ports.drift import Drift, drift_of, past_listeners
from netmon.ports.listeners import Listening, binding, listening
from netmon.ports.reach.classes import Reach, reach
from netmon.ports.traffic import Traffic

GroupKey = tuple[str, Protocol, int]


class PortGroup(NamedTuple):
    """A port of one protocol with all its sockets; at least one."""

    protocol: Protocol
    port: int
    sockets: Sequence[Listening]
    """By address, those on one address by pid. Of a port that is gone, as they last were."""
    range: PortRange
    owners: Sequence[Owner]
    """Who holds it: processes that belong together as one owner, strangers apart."""
    reach: Reach
    """From where at least one of the sockets is reached."""
    traffic: Traffic
    """All inbound connections."""
    drift: Drift | None
    """How it differs from what was there when netmon started."""

    @property
    def key(self) -> GroupKey:
        """What makes it the same port in the next state."""
        return "port", self.protocol, self.port

    @property
    def is_gone(self) -> bool:
        """Whether nothing is bound to it any more."""
        return self.sockets[0].listener.closed_at is not None

    @property
    def service(self) -> str | None:
        """The registered name of the port."""
        return self.sockets[0].listener.service

    @property
    def accept_queue(self) -> tuple[int, int] | None:
        """Connections that wait to be accepted on all its sockets, and how many may."""
        queues = [queue for row in self.sockets if (queue := row.accept_queue) is not None]
        return (sum(queue[0] for queue in queues), sum(queue[1] for queue in queues)) if queues else None

    @property
    def is_filling(self) -> bool:
        """Whether the accept queue of *one* socket is above half: the others do not help that one."""
        return any(row.is_filling for row in self.sockets)

    @property
    def is_full(self) -> bool:
        """Whether the accept queue of one socket is at its backlog."""
        return any(row.is_full for row in self.sockets)

    @property
    def is_exposed(self) -> bool:
        """Whether other machines get to it, as far as its bindings go."""
        return bool(self.reach.lan4 or self.reach.lan6)

    @property
    def addresses(self) -> tuple[str, ...]:
        """Where its sockets are bound, each once, with `%interface` where they are bound to one too."""
        return tuple(dict.fromkeys(row.address for row in self.sockets))


def port_groups(state: State) -> list[PortGroup]:
    """All ports of a state in order, also those that have gone a moment ago."""
    by_port: dict[tuple[Protocol, int], list[Listening]] = {}
    for row in listening(state):
        by_port.setdefault(_port_of(row.listener), []).append(row)
    past = past_listeners(state)
    groups = [_group(rows, drift_of(rows, past, state), state) for rows in by_port.values()]
    groups += [
        _group(_as_they_were(rows, state), drift, state) for rows, drift in past.vanished(by_port.keys())
    ]
    groups.sort(key=lambda group: (group.port, group.protocol))
    return groups


def _port_of(row: Connection) -> tuple[Protocol, int]:
    return row.socket.protocol, row.socket.local.port


def _as_they_were(rows: Iterable[Connection], state: State) -> list[Listening]:
    """Listeners that have gone: where they were reached from, and nothing that they would carry now."""
    return [
        Listening(
            row, reach(row.socket.local.address, row.socket.v6only, row.socket.interface, state.addresses), 0
        )
        for row in rows
    ]


def _group(rows: list[Listening], drift: Drift | None, state: State) -> PortGroup:
    protocol, port = _port_of(rows[0].listener)
    if len(rows) > 1:
        rows = sorted(rows, key=_by_address)
    return PortGroup(
        protocol,
        port,
        rows,
        port_range(port, state.ephemeral),
        merged_owners([row.listener for row in rows]),
        _union([row.reach for row in rows]),
        _sum({binding(row.listener): row.end_traffic for row in rows}.values()),
        drift,
    )


def _by_address(row: Listening) -> tuple[bool, str, int]:
    address, process = row.listener.socket.local.address, row.listener.owner.process
    return ":" in address, address, process.pid if process else 0


def _union(reaches: Sequence[Reach]) -> Reach:
    """Reached where one of them is; unknown where that could be."""
    if len(reaches) == 1:
        return reaches[0]
    return Reach(
        *(True if True in each else None if None in each else False for each in zip(*reaches, strict=True))
    )


def _sum(parts: Iterable[Traffic]) -> Traffic:
    parts = list(parts)
    if len(parts) == 1:
        return parts[0]
    busy = [part for part in parts if part.connections]
    return Traffic(
        sum(part.connections for part in busy),
        _sum_of_known([part.rate_received for part in busy]),
        _sum_of_known([part.rate_sent for part in busy]),
    )


def _sum_of_known(rates: list[float | None]) -> float | None:
    known = [rate for rate in rates if rate is not None]
    return sum(known) if known or not rates else None


# -- owners


def merged_owners(listeners: Sequence[Connection]) -> tuple[Owner, ...]:
    """Who holds some sockets of one port: what belongs together is one owner, with all its processes.

    A server that forked, or that opened one socket for each of its workers, is one owner. Two programs that
    happen to share a port (one on IPv4, one on IPv6) are two, also where they have the same name.
    """
    merged: list[tuple[Owner, Connection]] = []
    for row in listeners:
        for index, (owner, first) in enumerate(merged):
            if _belong_together(owner, row, same_end=binding(first) == binding(row)):
                merged[index] = _joined(owner, row.owner), first
                break
        else:
            merged.append((row.owner, row))
    return tuple(owner for owner, _ in merged)


def _belong_together(owner: Owner, row: Connection, *, same_end: bool) -> bool:
    other = row.owner
    if owner is other:
        return True
    if not owner.processes or not other.processes:
        return holder_key(owner) == holder_key(other)
    return any(_are_kin(a, b, same_end=same_end) for a in owner.processes for b in other.processes)


def _are_kin(a: Process, b: Process, *, same_end: bool) -> bool:
    if a.pid == b.pid:
        return True
    if a.name != b.name or a.uid != b.uid:
        return False
    if same_end or a.pid == b.parent_pid or b.pid == a.parent_pid:  # SO_REUSEPORT is by consent of both
        return True
    return a.parent_pid is not None and a.parent_pid == b.parent_pid and a.command == b.command


def _joined(owner: Owner, other: Owner) -> Owner:
    if owner is other or owner.processes == other.processes:
        return owner
    by_pid = {process.pid: process for process in owner.processes + other.processes}
    return owner._replace(processes=tuple(by_pid[pid] for pid in sorted(by_pid)))
