"""A socket seen over time: who opened it, how fast it is, when it came and went."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from netmon.model.endpoint import Scope
from netmon.model.process import Owner
from netmon.model.socket import SocketRecord


class Direction(StrEnum):
    """Which way a connection was *opened*, not which way its bytes flow."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    UNKNOWN = "unknown"


class Basis(StrEnum):
    """What a direction is known from, the surest first."""

    KERNEL = "kernel"
    """The kernel's byte counters: only the side that connected had a SYN acknowledged."""
    HANDSHAKE = "handshake"
    """It was seen in SYN_SENT or SYN_RECV."""
    LISTENER = "listener"
    """Its local port has, or had, a listener."""
    PORT = "port"
    """One of its ports lies in this machine's ephemeral range and the other does not."""


class OpenedBasis(StrEnum):
    """What the time of opening is known from."""

    KERNEL = "kernel"
    """One direction never carried data, so the kernel's idle time is the age."""
    SEEN = "seen"
    """It appeared between two polls; right to one interval."""
    EVENT = "event"
    """It lived between two polls and was seen only as it was destroyed."""


class Peer(NamedTuple):
    """The other half of a connection whose both ends are on this machine."""

    key: object
    owner: Owner


class Connection(NamedTuple):
    """One socket, live or closed, with everything that needs time to know.

    Listeners and unconnected UDP sockets are kept in the same form, with an unknown direction. All
    times are monotonic seconds; `State.wall_time` turns them into wall-clock time.
    """

    socket: SocketRecord
    owner: Owner
    """Who holds the socket; of a connection that is over, who held it."""
    direction: Direction
    basis: Basis | None
    service: str | None
    """The registered name of the server's port, where there is one."""
    scope: Scope
    """The scope of the remote address; of the local one where there is no remote."""
    interface: str | None
    """The interface its packets pass, by its binding or else by its local address."""
    bytes_sent: int | None
    bytes_received: int | None
    rate_sent: float | None
    """Bytes per second over the last poll interval."""
    rate_received: float | None
    first_seen_at: float
    changed_at: float
    """When its state or owner last changed; `first_seen_at` if never."""
    opened_at: float | None
    """When it was opened; None if it was open before netmon could know."""
    opened_basis: OpenedBasis | None
    open_since: float
    """A time at which it was certainly open already: the age is at least this much."""
    closed_at: float | None = None
    peer: Peer | None = None

    @property
    def key(self) -> object:
        """The key of its socket."""
        return self.socket.key
