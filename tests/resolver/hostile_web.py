"""An HTTP/2 server that goes wrong as real ones do, and as nobody would by accident."""

from __future__ import annotations

import socket
import struct
from contextlib import suppress
from typing import Any

from tests.resolver.streams import Web

_DATA, _HEADERS, _GOAWAY, _CONTINUATION = 0, 1, 7, 9
_END_STREAM, _END_HEADERS = 1, 4
_TYPE = ("content-type", "application/dns-message")


def frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    """One HTTP/2 frame (RFC 9113 section 4.1)."""
    return struct.pack("!I", len(payload))[1:] + bytes([kind, flags]) + struct.pack("!I", stream) + payload


class HostileWeb(Web):
    """Answers every request as its fault says."""

    def _answer(
        self, sock: socket.socket, connection: Any, stream: int, headers: dict[bytes, bytes], body: bytes
    ) -> None:
        with suppress(OSError):  # the client hangs up as soon as it has had enough
            sock.sendall(connection.data_to_send())
            getattr(self, f"_{self.fault}")(sock, connection, stream)

    def _redirect(self, sock: socket.socket, connection: Any, stream: int) -> None:
        to = ("location", "https://elsewhere.test/\x80")
        connection.send_headers(stream, [(":status", "302"), to], end_stream=True)

    def _missing(self, sock: socket.socket, connection: Any, stream: int) -> None:
        connection.send_headers(stream, [(":status", "404"), _TYPE])
        connection.send_data(stream, b"no", end_stream=True)

    def _short(self, sock: socket.socket, connection: Any, stream: int) -> None:
        """It says that it sends more than it does."""
        connection.send_headers(stream, [(":status", "200"), _TYPE, ("content-length", "500")])
        sock.sendall(connection.data_to_send() + frame(_DATA, _END_STREAM, stream, b"ten bytes."))

    def _empty(self, sock: socket.socket, connection: Any, stream: int) -> None:
        connection.send_headers(stream, [(":status", "200"), _TYPE], end_stream=True)

    def _untyped(self, sock: socket.socket, connection: Any, stream: int) -> None:
        connection.send_headers(stream, [(":status", "200")], end_stream=True)

    def _escapes(self, sock: socket.socket, connection: Any, stream: int) -> None:
        connection.send_headers(
            stream, [(":status", "200"), ("content-type", "a\x9b31m\u202eb")], end_stream=True
        )

    def _goaway(self, sock: socket.socket, connection: Any, stream: int) -> None:
        sock.sendall(frame(_GOAWAY, 0, 0, struct.pack("!II", 0, 0) + b"\x1b[31mbye"))

    def _headers(self, sock: socket.socket, connection: Any, stream: int) -> None:
        """Headers that are larger than anybody needs."""
        connection.send_headers(stream, [(":status", "200"), *((f"x-{n}", "y" * 200) for n in range(900))])

    def _continuation(self, sock: socket.socket, connection: Any, stream: int) -> None:
        """Headers without an end (CVE-2024-24549 and its like)."""
        sock.sendall(frame(_HEADERS, 0, stream, b"\x88"))
        while not self.server.stopped.is_set():
            sock.sendall(frame(_CONTINUATION, 0, stream, b"\x88" * 1000))

    def _pings(self, sock: socket.socket, connection: Any, stream: int) -> None:
        """Each of which wants an answer."""
        while not self.server.stopped.is_set():
            sock.sendall(frame(6, 0, 0, b"12345678") * 100)

    def _nothing(self, sock: socket.socket, connection: Any, stream: int) -> None:
        """No frame at all from here on."""

    def _window(self, sock: socket.socket, connection: Any, stream: int) -> None:
        """A window beyond the largest that there is."""
        sock.sendall(frame(8, 0, stream, struct.pack("!I", 2**31 - 1)) * 2)
