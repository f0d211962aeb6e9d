"""Which listener took which connections, how many there are, and how much they carry.

One pass over all connections, for 10,000 of them at every poll: it makes one small tuple for each, and all
the rest is done once for each distinct local end and owner.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from typing import NamedTuple

from netmon.engine.listener_log import local_end
from netmon.engine.state import State
from netmon.model.connection import Connection, Direction
from netmon.model.process import Owner
from netmon.model.snapshot import LocalEnd
from netmon.model.socket import SocketState


class Traffic(NamedTuple):
    """The inbound connections that are open now, and the sums of their rates."""

    connections: int = 0
    rate_received: float | None = 0.0
    """Bytes per second; None where there are connections and the rate of none of them is known."""
    rate_sent: float | None = 0.0


NOTHING = Traffic()


class ListenerTraffic(NamedTuple):
    """The traffic of all listeners."""

    of_end: Mapping[LocalEnd, Traffic]
    """Of all sockets together that are bound to one end."""
    of_socket: Mapping[object, Traffic]
    """By the socket's key, where several share an end and are told apart by who holds what they took."""


class _Sum:
    """What was taken at one local end by one owner."""

    __slots__ = ("connections", "local", "owner", "rated", "received", "sent")

    def __init__(self, row: Connection) -> None:
        self.local = local_end(row.socket)
        self.owner = row.owner
        self.connections = 0
        self.received = self.sent = 0.0
        self.rated = False


def listener_traffic(state: State) -> ListenerTraffic:
    """What each listener took: each connection counts for the listener that the kernel would pick."""
    if state.accepted is not None:
        return ListenerTraffic(_counted(state.accepted, _sharers(state.listeners)), {})
    sharers = _sharers(state.listeners)
    ends: dict[LocalEnd, list[_Sum]] = {}
    for taken in _open_inbound(state.connections):
        if (end := taker(taken.local, sharers.keys())) is not None:
            ends.setdefault(end, []).append(taken)
    sockets = {
        key: traffic
        for end, sums in ends.items()
        if len(sharers[end]) > 1
        for key, traffic in _told_apart(sharers[end], sums)
    }
    return ListenerTraffic({end: _together(sums) for end, sums in ends.items()}, sockets)


def taker(local: LocalEnd, bound: Set[LocalEnd]) -> LocalEnd | None:
    """The most specific listener for a local end, None if it is gone already."""
    protocol, family, address, port = local
    wildcards = [(6, "::")] if ":" in address else [(family, "0.0.0.0" if family == 4 else "::"), (6, "::")]
    for bound_family, bound_address in [(family, address), *wildcards]:
        candidate = (protocol, bound_family, bound_address, port)
        if candidate in bound:
            return candidate
    return None


def listeners_of(connection: Connection, state: State) -> list[Connection]:
    """The listeners that a connection came to: its own if it is inbound, else one on this machine.

    Several where they share an end and nothing tells which of them it was; none where there is none now.
    """
    socket = connection.socket
    if socket.remote is None:
        return []
    sharers = _sharers(state.listeners)
    if connection.direction is Direction.INBOUND:
        end = taker(local_end(socket), sharers.keys())
        return [] if end is None else _held_by(connection.owner, sharers[end])
    address, port = socket.remote
    if address not in state.addresses:
        return []
    family = 6 if ":" in address else 4
    end = taker((socket.protocol, family, address, port), sharers.keys())
    if end is None:
        return []
    other = connection.peer.owner if connection.peer is not None else None
    return sharers[end] if other is None else _held_by(other, sharers[end])


def _sharers(listeners: Iterable[Connection]) -> dict[LocalEnd, list[Connection]]:
    ends: dict[LocalEnd, list[Connection]] = {}
    for row in listeners:
        if row.socket.serves:
            ends.setdefault(local_end(row.socket), []).append(row)
    return ends


def _open_inbound(connections: Iterable[Connection]) -> Iterable[_Sum]:
    """The sums by local end and owner, which collectors give as one object while nothing changes."""
    inbound, waiting = Direction.INBOUND, SocketState.TIME_WAIT
    sums: dict[tuple[object, ...], _Sum] = {}
    for row in connections:
        if row.direction is not inbound:
            continue
        socket = row.socket
        if socket.state is waiting:
            continue
        key = socket.local, id(row.owner), socket.family, socket.protocol
        taken = sums.get(key)
        if taken is None:
            taken = sums[key] = _Sum(row)
        taken.connections += 1
        received, sent = row.rate_received, row.rate_sent
        if received is not None or sent is not None:
            taken.rated = True
            if received:
                taken.received += received
            if sent:
                taken.sent += sent
    return sums.values()


def _counted(accepted: Mapping[LocalEnd, int], sharers: Mapping[LocalEnd, object]) -> dict[LocalEnd, Traffic]:
    """Where only listeners were read: how many there are, also others than inbound ones, and no rates."""
    counts: dict[LocalEnd, int] = {}
    for local, count in accepted.items():
        if (end := taker(local, sharers.keys())) is not None:
            counts[end] = counts.get(end, 0) + count
    return {end: Traffic(count, None, None) for end, count in counts.items()}


def _together(sums: list[_Sum]) -> Traffic:
    rated = any(each.rated for each in sums)
    return Traffic(
        sum(each.connections for each in sums),
        sum(each.received for each in sums) if rated else None,
        sum(each.sent for each in sums) if rated else None,
    )


def _told_apart(sharers: list[Connection], sums: list[_Sum]) -> Iterator[tuple[object, Traffic]]:
    """What each of several sockets on one end took, by who holds it; nothing where that does not tell."""
    taken: dict[object, list[_Sum]] = {row.key: [] for row in sharers}
    for each in sums:
        holders = _held_by(each.owner, sharers)
        if len(holders) != 1:
            return
        taken[holders[0].key].append(each)
    for key, own in taken.items():
        yield key, _together(own) if own else NOTHING


def _held_by(owner: Owner, sharers: list[Connection]) -> list[Connection]:
    """Those of several sockets that this owner holds too; all of them where it holds none."""
    if len(sharers) == 1:
        return sharers
    pids = {process.pid for process in owner.processes}
    held = [row for row in sharers if any(process.pid in pids for process in row.owner.processes)]
    return held or sharers
