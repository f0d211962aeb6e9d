"""Servers that give zones over TCP or TLS as they like, and the messages that they send."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress

import dns.flags
import dns.message
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from netmon.resolver.server import Server
from tests.resolver.authority import Certificate

ZONE = dns.name.from_text("example.com.")
SOA = "example.com. 300 SOA ns h 7 2 3 4 5"
SMALL = (SOA, "example.com. 300 NS ns", "ns.example.com. 300 A 127.0.0.1", SOA)
Give = Callable[[dns.message.Message], Iterable[bytes]]
"""The bytes to send on a query, piece by piece; then the server hangs up."""


def rrset(line: str) -> dns.rrset.RRset:
    """A record of `example.com.` as a set of its own."""
    name, ttl, kind, data = line.split(maxsplit=3)
    rdata = dns.rdata.from_text("IN", kind, data, origin=ZONE, relativize=False)
    return dns.rrset.from_rdata(dns.name.from_text(name, ZONE), int(ttl), rdata)


def message(query: dns.message.Message, lines: Sequence[str], rcode: int = 0, flags: int = 0) -> bytes:
    """An answer with these records in this order."""
    answer = dns.message.make_response(query)
    answer.flags |= dns.flags.AA | flags
    answer.set_rcode(dns.rcode.Rcode(rcode))
    answer.answer.extend(map(rrset, lines))
    return answer.to_wire(max_size=65535)


def framed(*messages: bytes) -> bytes:
    """Messages as they stand on a stream."""
    return b"".join(struct.pack("!H", len(each)) + each for each in messages)


@contextmanager
def giving(give: Give, certificate: Certificate | None = None) -> Iterator[Server]:
    """A server on loopback whose every connection is answered by `give`."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threads = [threading.Thread(target=_accept, args=(listener, give, certificate), daemon=True)]
        threads[0].start()
        try:
            scheme = "tcp" if certificate is None else "tls"
            yield Server(scheme, "127.0.0.1", listener.getsockname()[1])  # type: ignore[arg-type]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            threads[0].join(5)


def _accept(listener: socket.socket, give: Give, certificate: Certificate | None) -> None:
    while True:
        try:
            sock, _ = listener.accept()
        except OSError:
            return
        with suppress(OSError), _secured(sock, certificate) as stream, stream.makefile("rb") as file:
            (length,) = struct.unpack("!H", file.read(2))
            for piece in give(dns.message.from_wire(file.read(length))):
                stream.sendall(piece)


def _secured(sock: socket.socket, certificate: Certificate | None) -> socket.socket:
    if certificate is None:
        return sock
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.path, certificate.key)
    context.set_alpn_protocols(["dot"])
    return context.wrap_socket(sock, server_side=True)
