"""Listening sockets with what only the whole state tells of them: who gets to each, and who came."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping, Sequence
from typing import NamedTuple

from netmon.engine.state import State
from netmon.model.connection import Connection, Direction
from netmon.model.process import Owner
from netmon.model.snapshot import LocalEnd
from netmon.model.socket import SocketState
from netmon.ports.reach import Reach, reach


class Listening(NamedTuple):
    """One listening or unconnected UDP socket."""

    listener: Connection
    reach: Reach
    inbound: int
    """Inbound connections that it took and that are still open."""

    @property
    def key(self) -> object:
        """The key of its socket."""
        return self.listener.key

    @property
    def accept_queue(self) -> tuple[int, int] | None:
        """Connections that wait to be accepted, and how many may; None for UDP and where unknown."""
        socket = self.listener.socket
        if socket.protocol != "tcp" or socket.receive_queue is None or socket.send_queue is None:
            return None
        return socket.receive_queue, socket.send_queue

    @property
    def is_filling(self) -> bool:
        """Whether the accept queue is above half: its process accepts too slowly, or not at all."""
        queue = self.accept_queue
        return queue is not None and queue[0] * 2 > queue[1]

    @property
    def is_exposed(self) -> bool:
        """Whether other machines get to it, as far as its binding goes."""
        return bool(self.reach.lan4 or self.reach.lan6)


def listening(state: State, listeners: Sequence[Connection] | None = None) -> list[Listening]:
    """The listening sockets by port.

    Args:
        state: Gives the addresses and the connections that are counted.
        listeners: Those wanted; all of the state's by default.
    """
    inbound = inbound_counts(state)
    reaches: dict[tuple[str, bool | None, str | None], Reach] = {}
    rows = []
    for listener in state.listeners if listeners is None else listeners:
        socket = listener.socket
        bound = (socket.local.address, socket.v6only, socket.interface)
        if (reached := reaches.get(bound)) is None:
            reached = reaches[bound] = reach(*bound, state.addresses)
        rows.append(Listening(listener, reached, inbound[binding(listener)]))
    rows.sort(key=by_port)
    return rows


# -- who came


def binding(connection: Connection) -> LocalEnd:
    """Where the local end of a socket is bound."""
    socket = connection.socket
    return socket.protocol, socket.family, *socket.local


def inbound_counts(state: State) -> Counter[LocalEnd]:
    """How many inbound connections each listener took: each counts for the one the kernel would pick."""
    bound = {binding(listener) for listener in state.listeners}
    counts: Counter[LocalEnd] = Counter()
    for local, count in _open_inbound(state).items():
        if (took := taker(local, bound)) is not None:
            counts[took] += count
    return counts


def _open_inbound(state: State) -> Mapping[LocalEnd, int]:
    """Open connections by their local end; also others than inbound ones where only listeners were read."""
    if state.accepted is not None:
        return state.accepted
    return Counter(
        binding(connection)
        for connection in state.connections
        if connection.direction is Direction.INBOUND and connection.socket.state is not SocketState.TIME_WAIT
    )


def taker(local: LocalEnd, bound: Container[LocalEnd]) -> LocalEnd | None:
    """The most specific listener for a local end, None if it is gone already."""
    protocol, family, address, port = local
    wildcards = [(6, "::")] if ":" in address else [(family, "0.0.0.0" if family == 4 else "::"), (6, "::")]
    for bound_family, bound_address in [(family, address), *wildcards]:
        candidate = (protocol, bound_family, bound_address, port)
        if candidate in bound:
            return candidate
    return None


def user_of(owner: Owner) -> str | None:
    """The login name, or else the number, of the user that a socket belongs to."""
    holder = owner.process
    user = (holder.user if holder else None) or owner.user
    uid = owner.uid if holder is None or holder.uid is None else holder.uid
    return user or (None if uid is None else str(uid))


def by_port(row: Listening) -> tuple[int, str, object]:
    """What listening sockets are sorted by at first."""
    socket = row.listener.socket
    return socket.local.port, socket.protocol, socket.local
