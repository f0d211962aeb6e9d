"""Small DNS servers over TCP, TLS, HTTPS and QUIC on loopback that answer as `Server` does, or misbehave."""

from __future__ import annotations

import asyncio
import base64
import socket
import socketserver
import ssl
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aioquic.quic.events as quic_events
import h2.config
import h2.connection
import h2.events
import h2.exceptions
from aioquic.asyncio.protocol import QuicConnectionProtocol
from aioquic.asyncio.server import serve as serve_protocol
from aioquic.quic.configuration import QuicConfiguration

from tests.resolver.authority import Certificate
from tests.resolver.server import Server

SLICE_S = 0.02


def _context(certificate: Certificate, protocol: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.path, certificate.key)
    context.set_alpn_protocols([protocol])
    return context


class _Handler(socketserver.BaseRequestHandler):
    server: Any

    def handle(self) -> None:
        with suppress(OSError, EOFError, h2.exceptions.H2Error):  # clients hang up as they like
            sock = self.request
            if self.server.context is not None:
                sock = self.server.context.wrap_socket(sock, server_side=True)
            with sock:
                self.server.talk(sock)


class _Tcp(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False


@contextmanager
def _tcp(talk: Any, context: ssl.SSLContext | None) -> Iterator[int]:
    with _Tcp(("127.0.0.1", 0), _Handler) as server:
        server.talk, server.context = talk, context  # type: ignore[attr-defined]  # the handlers' way to it
        thread = Thread(target=server.serve_forever, args=(SLICE_S,), daemon=True)
        thread.start()
        try:
            yield int(server.server_address[1])
        finally:
            server.shutdown()
            thread.join()


class Stream:
    """How a server on a stream answers; each fault is one thing that goes wrong."""

    def __init__(self, server: Server, fault: str = "") -> None:
        self.server, self.fault = server, fault

    def talk(self, sock: socket.socket) -> None:
        """Answer every query of one connection."""
        with sock.makefile("rb") as file:
            while head := file.read(2):
                wire = file.read(struct.unpack("!H", head)[0])
                for packet in self.server.reply(wire, "tcp"):
                    self._send(sock, self._spoil(packet))
                if self.fault in ("one a connection", "hang up"):
                    return

    def _spoil(self, packet: bytes) -> bytes:
        if self.fault == "other id":
            return bytes([packet[0] ^ 1]) + packet[1:]
        return packet[:2] + b"\xff" * 30 if self.fault == "garbage" else packet

    def _send(self, sock: socket.socket, packet: bytes) -> None:
        data = struct.pack("!H", len(packet)) + packet
        if self.fault == "dribble":
            dribble(sock, data, self.server.stopped)
        elif self.fault != "hang up":
            sock.sendall(data)


def dribble(sock: socket.socket, data: bytes, stopped: Event) -> None:
    """Send a byte now and then, never the last."""
    for at in range(len(data) - 1):
        if stopped.wait(0.1):
            return
        sock.sendall(data[at : at + 1])


@contextmanager
def serve_tcp(server: Server, fault: str = "") -> Iterator[int]:
    """The port of a TCP server."""
    with _tcp(Stream(server, fault).talk, None) as port:
        yield port


@contextmanager
def serve_old_tls(certificate: Certificate) -> Iterator[int]:
    """The port of a server that speaks nothing newer than TLS 1.1."""
    context = _context(certificate, "dot")
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():  # which says that nobody should do this
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    with _tcp(lambda _: None, context) as port:
        yield port


@contextmanager
def serve_bytes(data: bytes, stopped: Event) -> Iterator[int]:
    """The port of a server that sends the same bytes to everybody, one now and then, and never hangs up."""

    def talk(sock: socket.socket) -> None:
        dribble(sock, data + b"\0", stopped)
        stopped.wait()

    with _tcp(talk, None) as port:
        yield port


@contextmanager
def serve_tls(server: Server, certificate: Certificate, fault: str = "") -> Iterator[int]:
    """The port of a TLS server."""
    with _tcp(Stream(server, fault).talk, _context(certificate, "dot")) as port:
        yield port


class Web:
    """How a server over HTTP/2 answers."""

    def __init__(self, server: Server, fault: str = "") -> None:
        self.server, self.fault = server, fault
        self.methods: list[str] = []

    def talk(self, sock: socket.socket) -> None:
        """Answer every request of one connection."""
        connection = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
        connection.initiate_connection()
        bodies: dict[int, tuple[dict[bytes, bytes], bytes]] = {}
        while True:
            sock.sendall(connection.data_to_send())
            if not (data := sock.recv(65535)):
                return
            if self.fault == "not http":
                sock.sendall(b"\0\0\4\0\0\0\0\0\0oops")  # data that belongs to no stream
                return
            for event in connection.receive_data(data):
                self._event(sock, connection, event, bodies)

    def _event(self, sock: socket.socket, connection: Any, event: Any, bodies: dict[int, Any]) -> None:
        if isinstance(event, h2.events.RequestReceived):
            bodies[event.stream_id] = dict(event.headers), b""
        elif isinstance(event, h2.events.DataReceived):
            headers, body = bodies[event.stream_id]
            bodies[event.stream_id] = headers, body + event.data
            connection.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, h2.events.StreamEnded):
            self._answer(sock, connection, event.stream_id, *bodies[event.stream_id])

    def _answer(
        self, sock: socket.socket, connection: Any, stream: int, headers: dict[bytes, bytes], body: bytes
    ) -> None:
        self.methods.append(headers[b":method"].decode())
        if self.methods[-1] == "GET":
            text = parse_qs(urlsplit(headers[b":path"].decode()).query)["dns"][0]
            body = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        if self.fault == "reset":
            connection.reset_stream(stream)
            return
        status = "503" if self.fault == "status" else "200"
        kind = "text/html" if self.fault == "type" else "application/dns-message"
        connection.send_headers(stream, [(":status", status), ("content-type", kind)])
        packets = self.server.reply(body, "https")
        data = b"\xff" * 30 if self.fault == "garbage" else packets[0]
        if self.fault in ("dribble", "flood"):
            self._go_on(sock, connection, stream)
            return
        size = connection.max_outbound_frame_size
        for at in range(0, len(data), size):
            connection.send_data(stream, data[at : at + size])
        connection.end_stream(stream)

    def _go_on(self, sock: socket.socket, connection: Any, stream: int) -> None:
        """A byte now and then, or as much as goes, for ever."""
        size = 1 if self.fault == "dribble" else 8000
        while not self.server.stopped.wait(0.1 if size == 1 else 0):
            while connection.local_flow_control_window(stream) < size:
                if not (data := sock.recv(65535)):
                    return  # the client has hung up
                connection.receive_data(data)
            connection.send_data(stream, b"x" * size)
            sock.sendall(connection.data_to_send())


@contextmanager
def serve_https(
    server: Server, certificate: Certificate, fault: str = "", protocol: str = "h2", kind: type[Web] = Web
) -> Iterator[tuple[int, Web]]:
    """The port of an HTTPS server, and the server."""
    web = kind(server, fault)
    with _tcp(web.talk, _context(certificate, protocol)) as port:
        yield port, web


def _protocol(server: Server, fault: str) -> type[QuicConnectionProtocol]:
    """How a QUIC server answers every stream."""

    class Protocol(QuicConnectionProtocol):
        def quic_event_received(self, event: quic_events.QuicEvent) -> None:
            if isinstance(event, quic_events.StreamDataReceived) and event.end_stream:
                for packet in server.reply(event.data[2:], "quic"):
                    self._answer(event.stream_id, b"\xff" * 30 if fault == "garbage" else packet)
                self.transmit()

        def _answer(self, stream: int, packet: bytes) -> None:
            if fault == "reset":
                self._quic.reset_stream(stream, 1)
                return
            length = struct.pack("!H", len(packet) + (fault == "length"))
            self._quic.send_stream_data(stream, length + packet, end_stream=fault != "half")

    return Protocol


@contextmanager
def serve_quic(server: Server, certificate: Certificate, fault: str = "") -> Iterator[int]:
    """The port of a QUIC server."""
    configuration = QuicConfiguration(is_client=False, alpn_protocols=["doq"])
    configuration.load_cert_chain(certificate.path, certificate.key)
    ports: list[int] = []
    ready, loop, done = Event(), asyncio.new_event_loop(), asyncio.Event()

    async def main() -> None:
        running = await serve_protocol(
            "127.0.0.1", 0, configuration=configuration, create_protocol=_protocol(server, fault)
        )
        assert running._transport is not None
        ports.append(running._transport.get_extra_info("sockname")[1])
        ready.set()
        await done.wait()
        running.close()

    thread = Thread(target=loop.run_until_complete, args=(main(),), daemon=True)
    thread.start()
    try:
        assert ready.wait(5)
        yield ports[0]
    finally:
        loop.call_soon_threadsafe(done.set)
        thread.join()
        loop.close()
