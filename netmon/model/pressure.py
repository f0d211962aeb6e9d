"""What is known of pressure on ports: lost connections, limits, ports in use, sockets that pile up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from netmon.model.endpoint import Endpoint
from netmon.model.process import Owner


class ListenCounters(NamedTuple):
    """Connections that listeners of this network namespace did not take; None where the kernel is too old."""

    overflows: int | None
    """Connections that found the accept queue full (TcpExt ListenOverflows)."""
    drops: int | None
    """Connections dropped by listeners for any reason, overflows included (TcpExt ListenDrops)."""


class PortLimits(NamedTuple):
    """The settings that decide when a queue is full and a port is free; None where one cannot be read."""

    somaxconn: int | None = None
    """The most that `listen()` is granted as backlog (net.core.somaxconn)."""
    max_syn_backlog: int | None = None
    """Handshakes a listener keeps without SYN cookies (net.ipv4.tcp_max_syn_backlog)."""
    tw_reuse: int | None = None
    """Whether TIME_WAIT ports are lent again: 0 never, 1 always, 2 to loopback (net.ipv4.tcp_tw_reuse)."""
    reserved: tuple[tuple[int, int], ...] = ()
    """Ranges that the kernel never lends of itself (net.ipv4.ip_local_reserved_ports)."""


class Destination(NamedTuple):
    """Where outgoing TCP connections lead, and from which address: each has all ephemeral ports to itself."""

    local: str
    """The local address."""
    remote: Endpoint


class LentPorts(NamedTuple):
    """Local ports of the ephemeral range that connections to one destination have."""

    live: list[int]
    time_wait: list[int]


class Pile(NamedTuple):
    """Sockets of one owner, or of one listener, that are in the same state."""

    owner: Owner
    places: Mapping[str, int]
    """How many at each local port or remote end, in words: `port 8080`, `to 10.0.0.1:443`."""
    sockets: int
    lasting: int | None
    """How many have been so for a while; None where the source took one look only."""


class ConnectionTally(NamedTuple):
    """What pressure on ports depends on of all connections, however they were read."""

    lent: Mapping[Destination, LentPorts]
    """By where outgoing TCP connections lead: what they have of the ephemeral range."""
    bound: frozenset[int]
    """Ports of the range that `bind()` or a listener took: `connect()` gets none of them (TCP)."""
    close_wait: Sequence[Pile]
    """By owner."""
    syn_recv: Mapping[tuple[str, int, str, int], tuple[int, int | None]]
    """By local end: handshakes that the peer has not finished, and how many of them last (see `Pile`)."""


def pile_up(found: Iterable[tuple[Owner, str, bool | None]]) -> list[Pile]:
    """Sockets of one state by owner, the largest pile first.

    Args:
        found: The owner of each, the place in words, and whether it lasts (None if that is not known).
    """
    piles: dict[object, tuple[Owner, Counter[str], list[bool | None]]] = {}
    for owner, place, lasts in found:
        pids = tuple(process.pid for process in owner.processes)
        _, places, lasting = piles.setdefault(pids or (owner.uid, owner.unit), (owner, Counter(), []))
        places[place] += 1
        lasting.append(lasts)
    made = [
        Pile(owner, places, len(lasting), None if None in lasting else lasting.count(True))
        for owner, places, lasting in piles.values()
    ]
    return sorted(made, key=lambda pile: -pile.sockets)
