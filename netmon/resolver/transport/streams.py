"""DNS over TCP and TLS: all queries on one connection at once (RFC 7766), on another where it closed."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable
from typing import TYPE_CHECKING

from netmon.resolver.answer import response
from netmon.resolver.server import Server
from netmon.resolver.transport.exchange import (
    Deadline,
    Queries,
    Take,
    TransportError,
    Where,
    connected,
    receive,
    secured,
)

if TYPE_CHECKING:
    import dns.message

Connect = Callable[[Where, Deadline], socket.socket]


def over_tcp(where: Where, queries: Queries, take: Take, deadline: Deadline) -> None:
    """Ask over TCP.

    Raises:
        TransportError, OSError: some query has no answer.
    """
    _exchange(connected, where, queries, take, deadline)


def over_tls(where: Where, queries: Queries, take: Take, deadline: Deadline) -> None:
    """Ask over TLS (RFC 7858).

    Raises:
        TransportError, OSError: some query has no answer.
    """
    _exchange(_tls, where, queries, take, deadline)


def ask_over_tcp(
    query: dns.message.Message, address: str, port: int, deadline: Deadline
) -> dns.message.Message:
    """The response to one query, from one address.

    Raises:
        TransportError, OSError: there is none.
    """
    heard: list[dns.message.Message] = []

    def take(_: int, wire: bytes) -> bool:
        message = response(query, wire)
        heard.extend([] if message is None else [message])
        return message is not None

    where = Where(Server("tcp", address, port), address)
    over_tcp(where, {query.id: query.to_wire()}, take, deadline)
    return heard[0]


def _tls(where: Where, deadline: Deadline) -> socket.socket:
    return secured(connected(where, deadline), where, deadline, "dot")


def _exchange(connect: Connect, where: Where, queries: Queries, take: Take, deadline: Deadline) -> None:
    waiting = dict(queries)
    while waiting:
        before = len(waiting)
        try:
            with connect(where, deadline) as sock:
                _converse(sock, waiting, take, deadline)
        except (TransportError, ConnectionError):
            # Some servers answer once a connection: as long as that gets on, the rest is asked again.
            if len(waiting) == before:
                raise


def _converse(sock: socket.socket, waiting: dict[int, bytes], take: Take, deadline: Deadline) -> None:
    """Send what is waiting, and take it off as it is answered."""
    sock.settimeout(deadline.left())
    sock.sendall(b"".join(struct.pack("!H", len(wire)) + wire for wire in waiting.values()))
    data = b""
    while waiting:
        while len(data) < 2 or len(data) < 2 + struct.unpack_from("!H", data)[0]:
            data += receive(sock, deadline)
        end = 2 + struct.unpack_from("!H", data)[0]
        message, data = data[2:end], data[end:]
        # Nothing but the server can have sent this: what is no answer is its mistake.
        key = int.from_bytes(message[:2])
        if key not in waiting:
            raise TransportError("answered with an id that was not asked with")
        if not take(key, message):
            raise TransportError("sent garbage, or an answer to another question")
        del waiting[key]
