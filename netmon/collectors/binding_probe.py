"""Whether a server could bind a port now, found out by doing it; undone at once."""

from __future__ import annotations

import contextlib
import errno
import socket
from collections.abc import Iterator
from enum import StrEnum

from netmon.model.socket import Protocol


class Binding(StrEnum):
    """What a bind proved."""

    POSSIBLE = "possible"
    TAKEN = "taken"
    """EADDRINUSE: by a socket that is bound but does not listen, or by connections that keep the port."""
    NOT_PROVABLE = "not_provable"
    """Not this user's to bind (a privileged port), or no address of this machine."""


def try_binding(protocol: Protocol, port: int, address: str | None = None) -> Binding:
    """Bind a port as servers do, with SO_REUSEADDR for TCP, and let go of it without listening.

    What lies in TIME_WAIT is then no hindrance (socket(7)). For UDP the option would allow sharing.

    Args:
        protocol: of the port.
        port: 1 to 65535.
        address: the one to bind; None for both wildcards, each by itself.
    """
    verdict = Binding.NOT_PROVABLE
    with contextlib.ExitStack() as held:
        for family, where in _places(address):
            try:
                sock = held.enter_context(_socket(protocol, family))
                sock.bind((where, port))
            except OSError as error:
                if error.errno == errno.EADDRINUSE:
                    return Binding.TAKEN
                continue  # no IPv6, not allowed, or not an address of this machine
            verdict = Binding.POSSIBLE
    return verdict


def _places(address: str | None) -> Iterator[tuple[socket.AddressFamily, str]]:
    if address is None or ":" not in address:
        yield socket.AF_INET, address or "0.0.0.0"
    if address is None or ":" in address:
        yield socket.AF_INET6, address or "::"


def _socket(protocol: Protocol, family: socket.AddressFamily) -> socket.socket:
    made = socket.socket(family, socket.SOCK_STREAM if protocol == "tcp" else socket.SOCK_DGRAM)
    if family == socket.AF_INET6:
        made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    if protocol == "tcp":
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    return made
