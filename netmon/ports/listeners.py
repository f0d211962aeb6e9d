"""Listening sockets with what only the whole state tells of them: who gets to each, and who came."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from netmon.engine.listener_log import local_end
from netmon.engine.state import State
from netmon.model.connection import Connection
from netmon.model.endpoint import Scope, scope_of
from netmon.model.process import Owner
from netmon.model.snapshot import LocalEnd
from netmon.ports.reach.classes import Reach, reach
from netmon.ports.traffic import NOTHING, Traffic, listener_traffic


class Listening(NamedTuple):
    """One listening or unconnected UDP socket."""

    listener: Connection
    reach: Reach
    inbound: int
    """Inbound connections that came to where it is bound and that are still open."""
    end_traffic: Traffic = NOTHING
    """What those carry; other sockets on the same end (SO_REUSEPORT) have their part in it."""
    own_traffic: Traffic | None = None
    """Its own part of that, where several share an end and their parts can be told apart."""

    @property
    def key(self) -> object:
        """The key of its socket."""
        return self.listener.key

    @property
    def address(self) -> str:
        """Where it is bound, with `%interface` where it is bound to one too."""
        socket = self.listener.socket
        return f"{socket.local.address}%{socket.interface}" if socket.interface else socket.local.address

    @property
    def owners(self) -> tuple[Owner]:
        """Who holds it."""
        return (self.listener.owner,)

    @property
    def traffic(self) -> Traffic:
        """What it took: its own part where that is known, else that of all sockets on its end."""
        return self.end_traffic if self.own_traffic is None else self.own_traffic

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
    def is_full(self) -> bool:
        """Whether the accept queue is at its backlog: the kernel drops the handshakes of new clients."""
        queue = self.accept_queue
        return queue is not None and queue[0] >= max(1, queue[1])

    @property
    def is_exposed(self) -> bool:
        """Whether other machines get to it, as far as its binding goes."""
        return bool(self.reach.lan4 or self.reach.lan6)


def listening(state: State, listeners: Sequence[Connection] | None = None) -> list[Listening]:
    """The listening sockets by port.

    Args:
        state: Gives the addresses and the connections that are counted.
        listeners: Those wanted; all of the state's by default. What serves nobody is left out.
    """
    traffic = listener_traffic(state)
    reaches: dict[tuple[str, bool | None, str | None], Reach] = {}
    rows = []
    for listener in state.listeners if listeners is None else listeners:
        socket = listener.socket
        if not socket.serves:
            continue
        bound = (socket.local.address, socket.v6only, socket.interface)
        if (reached := reaches.get(bound)) is None:
            reached = reaches[bound] = reach(*bound, state.addresses)
        shared = traffic.of_end.get(binding(listener), NOTHING)
        own = traffic.of_socket.get(listener.key)
        rows.append(Listening(listener, reached, shared.connections, shared, own))
    rows.sort(key=by_port)
    return rows


def other_loopback(row: Listening) -> str | None:
    """The address out of 127.0.0.0/8 that a socket is bound to, if it is another than 127.0.0.1.

    Programs on this machine get to it there, and there alone: as to a resolver on 127.0.0.53.
    """
    socket = row.listener.socket
    address = socket.local.address
    if address in ("127.0.0.1", "::1") or socket.interface not in (None, "lo"):
        return None
    return address if scope_of(address) is Scope.LOOPBACK else None


def binding(connection: Connection) -> LocalEnd:
    """Where the local end of a socket is bound."""
    return local_end(connection.socket)


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
