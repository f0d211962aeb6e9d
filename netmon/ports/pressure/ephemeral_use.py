"""How many ephemeral ports are in use and free, in total and for each destination.

`connect()` takes a port that is free only for its own pair of ends (`__inet_hash_connect`, net/ipv4/
inet_hashtables.c): each destination has the whole range to itself, less the ports that `bind()` took on
whatever address, and runs out by itself, with EADDRNOTAVAIL. `bind()` to port 0 competes for all ports in
use and fails with EADDRINUSE, and so does UDP, whose `connect()` binds: the total tells of these.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from heapq import nlargest
from itertools import chain
from typing import NamedTuple

from netmon.engine.state import State
from netmon.model.endpoint import Scope, scope_of
from netmon.model.pressure import ConnectionTally, Destination, LentPorts, PortLimits
from netmon.ports.pressure.tally import tally_of

DESTINATIONS_SHOWN = 20
"""Destinations that are counted exactly, those with the most connections."""


class PortSpace(NamedTuple):
    """The ephemeral ports of one protocol."""

    used: int
    """Ports of the range that any socket has as its local one."""
    time_wait: int
    """Of these, ports that only TIME_WAIT keeps."""
    usable: int

    @property
    def free(self) -> int:
        """What is left to `bind()` with port 0, without SO_REUSEADDR, on every address."""
        return self.usable - self.used

    @property
    def share(self) -> float:
        """The share in use, 0 to 1."""
        return self.used / self.usable if self.usable > 0 else 1.0


class DestinationUse(NamedTuple):
    """The ephemeral ports that outgoing TCP connections to one destination have."""

    destination: Destination
    live: int
    time_wait: int
    reusable: int
    """Of TIME_WAIT: what the kernel lends again for this destination after a second, if both sides send
    TCP timestamps (`tcp_twsk_unique`; net.ipv4.tcp_tw_reuse 1 for all, 2 for loopback only)."""
    usable: int
    """Ports that `connect()` may take for it: the range without reserved ports and those that are bound."""

    @property
    def key(self) -> Destination:
        """What makes it the same destination in the next state."""
        return self.destination

    @property
    def used(self) -> int:
        """Ports that it has, TIME_WAIT included."""
        return self.live + self.time_wait

    @property
    def free(self) -> int:
        """Ports that a new connection can have at once."""
        return self.usable - self.used

    @property
    def share(self) -> float:
        """The share that a new connection cannot have, 0 to 1: without what is lent again."""
        return (self.used - self.reusable) / self.usable if self.usable > 0 else 1.0


class EphemeralUse(NamedTuple):
    """The use of this machine's ephemeral ports at one moment."""

    range: tuple[int, int]
    reserved: int
    """Ports of the range that the kernel is told not to lend."""
    tcp: PortSpace
    udp: PortSpace
    destinations: Sequence[DestinationUse]
    """Those with the most connections, the fullest first."""
    destination_count: int
    """How many there are in all."""

    @property
    def usable(self) -> int:
        """Ports that the kernel lends."""
        return self.range[1] - self.range[0] + 1 - self.reserved


def ephemeral_use(state: State, tally: ConnectionTally | None = None) -> EphemeralUse:
    """Count the ephemeral ports of a state.

    Args:
        state: The sockets, and the settings.
        tally: That of the state, if it is at hand.
    """
    tally = tally or tally_of(state)
    limits = state.limits or PortLimits()
    reserved = _reserved(state.ephemeral, limits.reserved)
    usable = state.ephemeral[1] - state.ephemeral[0] + 1 - len(reserved)
    busiest = nlargest(
        DESTINATIONS_SHOWN, tally.lent.items(), key=lambda item: len(item[1].live) + len(item[1].time_wait)
    )
    withheld = reserved | tally.bound
    room = usable - len(tally.bound - reserved)
    uses = [_use(where, ports, withheld, room, limits.tw_reuse) for where, ports in busiest]
    return EphemeralUse(
        state.ephemeral,
        len(reserved),
        _tcp(tally, reserved, usable),
        PortSpace(len(_udp_ports(state) - reserved), 0, usable),
        sorted(uses, key=lambda use: (-use.share, -use.used, use.destination)),
        len(tally.lent),
    )


@lru_cache(maxsize=4)
def _reserved(lent: tuple[int, int], ranges: tuple[tuple[int, int], ...]) -> frozenset[int]:
    """The reserved ports of the range."""
    low, high = lent
    return frozenset(port for first, last in ranges for port in range(max(first, low), min(last, high) + 1))


def _use(
    where: Destination, ports: LentPorts, withheld: frozenset[int], room: int, tw_reuse: int | None
) -> DestinationUse:
    live = set(ports.live) - withheld
    waiting = set(ports.time_wait) - live - withheld
    reusable = len(waiting) if _is_reused(where, tw_reuse) else 0
    return DestinationUse(where, len(live), len(waiting), reusable, room)


def _is_reused(where: Destination, tw_reuse: int | None) -> bool:
    if tw_reuse == 2:
        return Scope.LOOPBACK in (scope_of(where.remote.address), scope_of(where.local))
    return tw_reuse == 1


def _tcp(tally: ConnectionTally, reserved: frozenset[int], usable: int) -> PortSpace:
    ports = tally.lent.values()
    held = tally.bound.union(chain.from_iterable(lent.live for lent in ports)) - reserved
    waiting = set(chain.from_iterable(lent.time_wait for lent in ports)) - held - reserved
    return PortSpace(len(held) + len(waiting), len(waiting), usable)


def _udp_ports(state: State) -> set[int]:
    low, high = state.ephemeral
    return {
        port
        for row in chain(state.listeners, state.connections)
        if row.socket.protocol == "udp" and low <= (port := row.socket.local.port) <= high
    }
