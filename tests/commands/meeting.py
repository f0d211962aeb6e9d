"""Connections at addresses that nothing else on the machine uses."""

from __future__ import annotations

import os
import socket
from itertools import count

from tests.sockets import port_of

_addresses = count()


def server_alone() -> socket.socket:
    """A listener on an address that nothing else uses, not even what lies in TIME_WAIT."""
    address = f"127.{64 + next(_addresses) % 128}.{os.getpid() >> 8 & 255}.{os.getpid() & 255}"
    return socket.create_server((address, 0))


def address_of(sock: socket.socket) -> str:
    """The local address of a socket."""
    address: str = sock.getsockname()[0]
    return address


def end_of(sock: socket.socket) -> str:
    """The local end of a socket, as tables write it."""
    return f"{address_of(sock)}:{port_of(sock)}"


def meet(server: socket.socket) -> tuple[socket.socket, socket.socket]:
    """A new connection to a listener: the client's socket and the accepted one."""
    client = socket.create_connection(server.getsockname(), timeout=10)
    accepted, _ = server.accept()
    return client, accepted


Pair = tuple[socket.socket, socket.socket]


def term_of(pair: Pair) -> str:
    """The filter that finds this connection and nothing else."""
    return f"addr:{address_of(pair[1])}"
