"""Which sockets take what comes to one port, asked again and again at next to no cost.

Of all sockets the kernel is asked only for those that listen on (TCP) or are bound to (UDP) that one port: a
tenth of a millisecond, also beside 10,000 connections.
"""

from __future__ import annotations

import socket
import struct
import sys
import time
from typing import NamedTuple, Protocol

from netmon.collectors.base import CollectorError
from netmon.collectors.netlink import NetlinkSocket
from netmon.collectors.sock_diag import (
    LISTENING,
    NETLINK_SOCK_DIAG,
    PROTOCOL_NUMBERS,
    SOCK_DIAG_BY_FAMILY,
    decode_all,
)
from netmon.model.socket import Protocol as TransportProtocol
from netmon.model.socket import SocketState

UNCONNECTED = 1 << 7
"""The state of a UDP socket without a peer (TCP_CLOSE)."""

# inet_diag_req_v2: family, protocol, extensions, padding, states; of the inet_diag_sockid that follows only
# the local port is given, in network order, which the kernel compares while it dumps.
_REQUEST = struct.Struct("=BBBBI")


class Bound(NamedTuple):
    """One socket that takes what comes to a port."""

    family: int
    """4 or 6."""
    address: str
    inode: int | None
    """None where the system does not tell."""
    v6only: bool | None


class BoundSockets(Protocol):
    """Answers which sockets take what comes to a port. Used from one thread at a time."""

    costs_s: float
    """What one question costs, in seconds, as far as is known: whoever asks often should know."""

    def at(self, protocol: TransportProtocol, port: int) -> list[Bound]:
        """The sockets that listen on, or are bound to, this port now.

        Raises:
            CollectorError: they cannot be read.
        """

    def close(self) -> None:
        """Let go of what is open."""


def open_bound(*, portable: bool = False) -> BoundSockets:
    """The cheapest way that works here.

    Args:
        portable: through psutil even where netlink would work.

    Raises:
        CollectorError: nothing works.
    """
    if not portable and sys.platform.startswith("linux"):
        try:
            bound = NetlinkBound()
            bound.at("tcp", 1)  # netlink may be refused only when asked
        except (OSError, CollectorError):
            return PsutilBound()
        return bound
    return PsutilBound()


class NetlinkBound:
    """From NETLINK_SOCK_DIAG (sock_diag(7)), which anyone may ask.

    Raises:
        OSError: the kernel refuses it.
    """

    costs_s = 0.0002

    def __init__(self) -> None:
        self._link = NetlinkSocket(NETLINK_SOCK_DIAG)

    def at(self, protocol: TransportProtocol, port: int) -> list[Bound]:
        """A dump of each family; a kernel without IPv6 has none of that."""
        found = []
        for family in (socket.AF_INET, socket.AF_INET6):
            try:
                found += self._dump(family, protocol, port)
            except OSError as error:
                if family == socket.AF_INET:
                    raise CollectorError(f"sockets cannot be read: {error.strerror or error}") from error
        return found

    def _dump(self, family: int, protocol: TransportProtocol, port: int) -> list[Bound]:
        states = LISTENING if protocol == "tcp" else UNCONNECTED
        head = _REQUEST.pack(family, PROTOCOL_NUMBERS[protocol], 0, 0, states)
        payload = head + struct.pack("!H46x", port)
        return [
            Bound(diag.family, diag.local.address, diag.inode or None, diag.v6only)
            for view in self._link.dump(SOCK_DIAG_BY_FAMILY, payload)
            for diag in decode_all(bytes(view), protocol, 0.0)
            if diag.local.port == port
        ]

    def close(self) -> None:
        """Close the netlink socket."""
        self._link.close()


class PsutilBound:
    """From psutil, which reads every socket to tell of one.

    Without root, macOS shows only this user's own processes: others' sockets are then unseen.

    Raises:
        CollectorError: psutil cannot be loaded.
    """

    costs_s = 0.05

    def __init__(self) -> None:
        from netmon.collectors.select import create_collector

        self._collector = create_collector(portable=True, follow=False)

    def at(self, protocol: TransportProtocol, port: int) -> list[Bound]:
        """Those of all sockets that are bound to the port and have no peer."""
        began = time.monotonic()
        records = self._collector.poll().sockets
        self.costs_s = time.monotonic() - began
        state = SocketState.LISTEN if protocol == "tcp" else SocketState.UNCONNECTED
        return [
            Bound(record.family, record.local.address, record.inode, record.v6only)
            for record in records
            if (record.protocol, record.local.port, record.state) == (protocol, port, state)
        ]

    def close(self) -> None:
        """Close the collector."""
        self._collector.close()
