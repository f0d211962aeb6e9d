"""DNS over QUIC (RFC 9250): every query a stream of one connection.

By aioquic's state machine on a socket of our own, not through dnspython, which runs it on a thread that no
deadline ends.
"""

from __future__ import annotations

import socket
import struct
import time
from typing import TYPE_CHECKING

from netmon.model.text import clean
from netmon.resolver.transport.exchange import SIZE_LIMIT, Deadline, Queries, Take, TransportError, Where

if TYPE_CHECKING:
    from aioquic.quic.connection import QuicConnection
    from aioquic.quic.events import ConnectionTerminated, QuicEvent

_NO_ERROR = 0
"""DOQ_NO_ERROR (RFC 9250 section 4.3)."""
_BAD_CERTIFICATE = (0x100 + 42, 0x100 + 46, 0x100 + 48)
"""bad_certificate, certificate_unknown, unknown_ca (RFC 9001 section 4.8, RFC 8446 section 6)."""


def exchange(where: Where, queries: Queries, take: Take, deadline: Deadline) -> None:
    """Send every query at once and take the answers as they come.

    Raises:
        TransportError, OSError: some query has no answer.
    """
    try:
        connection = _connection(where)
    except ImportError:
        raise TransportError("needs DNS over QUIC: pip install 'netmon[doq]'") from None
    family, _, _, _, name = socket.getaddrinfo(
        where.address, where.server.port, type=socket.SOCK_DGRAM, flags=socket.AI_NUMERICHOST
    )[0]
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        sock.connect(name)
        connection.connect(name, now=time.monotonic())
        try:
            _converse(sock, connection, queries, take, deadline)
        finally:
            connection.close(_NO_ERROR)
            _flush(sock, connection)


def _connection(where: Where) -> QuicConnection:
    import logging
    import ssl

    from aioquic.quic.configuration import QuicConfiguration
    from aioquic.quic.connection import QuicConnection

    logger = logging.getLogger("quic")
    if not logger.handlers:  # else what the server says would go to standard error as it stands
        logger.addHandler(logging.NullHandler())
    configuration = QuicConfiguration(
        alpn_protocols=["doq"],
        is_client=True,
        server_name=where.server.host.partition("%")[0],
        verify_mode=ssl.CERT_REQUIRED,
        cafile=where.ca_file or ssl.get_default_verify_paths().cafile,
        capath=None if where.ca_file else ssl.get_default_verify_paths().capath,
        max_data=SIZE_LIMIT * 16,
        max_stream_data=SIZE_LIMIT + 2,
    )
    return QuicConnection(configuration=configuration)


def _converse(
    sock: socket.socket, connection: QuicConnection, queries: Queries, take: Take, deadline: Deadline
) -> None:
    streams: dict[int, int] = {}
    for key, wire in queries.items():
        stream = connection.get_next_available_stream_id()
        streams[stream] = key
        connection.send_stream_data(stream, struct.pack("!H", len(wire)) + wire, end_stream=True)
    bodies: dict[int, bytes] = dict.fromkeys(streams, b"")
    while streams:
        _flush(sock, connection)
        _wait(sock, connection, deadline)
        while (event := connection.next_event()) is not None:
            _follow(event, streams, bodies, take)


def _wait(sock: socket.socket, connection: QuicConnection, deadline: Deadline) -> None:
    """Until a packet has come or the connection wants to act by itself."""
    timer, now = connection.get_timer(), time.monotonic()
    sock.settimeout(min(deadline.left(), max(0.001, timer - now) if timer is not None else 3600.0))
    try:
        data = sock.recv(SIZE_LIMIT)
    except TimeoutError:
        deadline.left()
        connection.handle_timer(now=time.monotonic())
        return
    connection.receive_datagram(data, sock.getpeername(), now=time.monotonic())


def _flush(sock: socket.socket, connection: QuicConnection) -> None:
    for data, _ in connection.datagrams_to_send(now=time.monotonic()):
        sock.send(data)


def _follow(event: QuicEvent, streams: dict[int, int], bodies: dict[int, bytes], take: Take) -> None:
    """What one event means for the streams."""
    from aioquic.quic.events import ConnectionTerminated, StreamDataReceived, StreamReset

    if isinstance(event, ConnectionTerminated):
        raise TransportError(_why(event))
    if isinstance(event, StreamReset) and event.stream_id in streams:
        raise TransportError("broke off its answer")
    if not isinstance(event, StreamDataReceived) or event.stream_id not in streams:
        return
    body = bodies[event.stream_id] = bodies[event.stream_id] + event.data
    if len(body) > SIZE_LIMIT + 2:
        raise TransportError("sent more than an answer can hold")
    if event.end_stream:
        if len(body) < 2 or int.from_bytes(body[:2]) != len(body) - 2:
            raise TransportError("sent garbage: its length is not the one it says")
        if not take(streams.pop(event.stream_id), body[2:]):
            raise TransportError("sent garbage, or an answer to another question")


def _why(event: ConnectionTerminated) -> str:
    reason = clean(event.reason_phrase, 200).rstrip(".") or f"error {event.error_code:#x}"
    if event.error_code in _BAD_CERTIFICATE:
        return f"has a certificate that is not to be trusted: {reason}"
    return f"ended the connection ({reason})"
