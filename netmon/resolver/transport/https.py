"""DNS over HTTPS (RFC 8484): every query a stream of one HTTP/2 connection.

By `h2` alone on a socket of our own, not through httpx: its time limits are for each read, so that a server
that sends a byte now and then would hold us for ever, and it reads bodies of any size.
"""

from __future__ import annotations

import base64
import ssl
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from netmon.model.text import clean
from netmon.resolver.transport.exchange import (
    SIZE_LIMIT,
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
    import h2.connection

_TYPE = "application/dns-message"
_WASTE_LIMIT = 4 * SIZE_LIMIT
"""Bytes that may arrive beside the answers: headers, settings, pings."""


@dataclass
class _Stream:
    """One query's answer as far as it has come."""

    key: int
    status: str = ""
    type: str = ""
    body: bytearray = field(default_factory=bytearray)


def exchange(where: Where, queries: Queries, take: Take, deadline: Deadline) -> None:
    """Send every query at once and take the answers as they come.

    Raises:
        TransportError, OSError: some query has no answer.
    """
    with secured(connected(where, deadline), where, deadline, "h2") as sock:
        if sock.selected_alpn_protocol() != "h2":
            raise TransportError("does not speak HTTP/2 (RFC 8484 section 5.2)")
        speak(sock, where, queries, take, deadline)


def speak(sock: ssl.SSLSocket, where: Where, queries: Queries, take: Take, deadline: Deadline) -> None:
    """Ask over a connection that is there.

    Raises:
        TransportError, OSError: some query has no answer.
    """
    import h2.connection
    import h2.exceptions

    try:
        _converse(sock, h2.connection.H2Connection(), where, queries, take, deadline)
    except (h2.exceptions.H2Error, KeyError) as error:
        raise TransportError(f"breaks the rules of HTTP/2 ({clean(str(error), 100)})") from None


def _converse(
    sock: ssl.SSLSocket,
    connection: h2.connection.H2Connection,
    where: Where,
    queries: Queries,
    take: Take,
    deadline: Deadline,
) -> None:
    connection.initiate_connection()
    streams = {_send(connection, where, wire): _Stream(key) for key, wire in queries.items()}
    received, limit = 0, _WASTE_LIMIT + SIZE_LIMIT * len(queries)
    while True:
        sock.settimeout(deadline.left())
        sock.sendall(connection.data_to_send())
        if not streams:
            return
        data = receive(sock, deadline)
        received += len(data)
        if received > limit:
            raise TransportError("sent more than an answer can hold")
        for event in connection.receive_data(data):
            _follow(connection, event, streams, take)


def _send(connection: h2.connection.H2Connection, where: Where, wire: bytes) -> int:
    """Ask on a new stream; its number."""
    stream = connection.get_next_available_stream_id()
    path = where.server.path
    if where.get:  # RFC 8484 section 4.1: base64url without padding
        path += ("&" if "?" in path else "?") + "dns=" + base64.urlsafe_b64encode(wire).rstrip(b"=").decode()
    headers = [
        (":method", "GET" if where.get else "POST"),
        (":scheme", "https"),
        (":authority", where.server.authority),
        (":path", path),
        ("accept", _TYPE),
    ]
    if where.get:
        connection.send_headers(stream, headers, end_stream=True)
        return stream
    headers += [("content-type", _TYPE), ("content-length", str(len(wire)))]
    connection.send_headers(stream, headers)
    connection.send_data(stream, wire, end_stream=True)
    return stream


def _follow(
    connection: h2.connection.H2Connection, event: Any, streams: dict[int, _Stream], take: Take
) -> None:
    """What one event means for the streams."""
    import h2.events

    if isinstance(event, h2.events.ConnectionTerminated):
        raise TransportError("hung up without an answer")
    stream = streams.get(getattr(event, "stream_id", None) or 0)
    if stream is None:
        return
    if isinstance(event, h2.events.ResponseReceived):
        headers = {bytes(name).lower(): bytes(value) for name, value in event.headers}
        stream.status = headers[b":status"].decode("latin-1")
        stream.type = headers.get(b"content-type", b"").decode("latin-1")
    elif isinstance(event, h2.events.DataReceived):
        stream.body += event.data
        if len(stream.body) > SIZE_LIMIT:
            raise TransportError("sent more than an answer can hold")
        connection.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
    elif isinstance(event, h2.events.StreamReset):
        raise TransportError("broke off its answer")
    elif isinstance(event, h2.events.StreamEnded):
        _finish(stream, take)
        del streams[event.stream_id]


def _finish(stream: _Stream, take: Take) -> None:
    if not stream.status.startswith("2"):
        raise TransportError(f"answers with HTTP status {clean(stream.status, 20)}")
    if stream.type.partition(";")[0].strip().lower() != _TYPE:
        raise TransportError(f"answers with {clean(stream.type, 60) or 'no type'}, not {_TYPE}")
    if not take(stream.key, bytes(stream.body)):
        raise TransportError("sent garbage, or an answer to another question")
