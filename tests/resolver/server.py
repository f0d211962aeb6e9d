"""A small DNS server on loopback, UDP and TCP on one port, that answers from zones and can misbehave."""

from __future__ import annotations

import socketserver
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Any

import dns.edns
import dns.flags
import dns.message
import dns.name
import dns.node
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import dns.zone

from netmon.model.endpoint import Endpoint


@dataclass(frozen=True)
class Fault:
    """How the server misbehaves for one name."""

    delay_s: float = 0.0
    drop: bool = False
    truncate: bool = False
    """UDP answers are cut short."""
    garbage: bytes | None = None
    """Sent before the answer."""
    only_garbage: bool = False
    rcode: dns.rcode.Rcode | None = None
    ede: tuple[dns.edns.EDECode, str] | None = None
    no_edns: bool = False
    """Questions with EDNS are answered FORMERR, as by servers from before 1999."""
    tcp_hangs_up: bool = False
    tcp_garbage: bool = False
    kinds: frozenset[str] | None = None
    """Only these types; None for all."""


@dataclass
class Server:
    """A running server, and what it was asked."""

    zones: Mapping[str, dns.zone.Zone]
    faults: Mapping[str, Fault] = field(default_factory=dict)
    endpoint: Endpoint = field(default_factory=lambda: Endpoint("127.0.0.1", 0))
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    """Name, type and transport of each question, in order of arrival."""
    stopped: Event = field(default_factory=Event)
    arrived: Event = field(default_factory=Event)
    """Set when a question has arrived."""

    def reply(self, wire: bytes, transport: str) -> list[bytes]:
        """The packets to send for one question."""
        query = dns.message.from_wire(wire)
        question = query.question[0]
        kind = dns.rdatatype.to_text(question.rdtype)
        fault = self.faults.get(question.name.to_text(), Fault())
        if fault.kinds is not None and kind not in fault.kinds:
            fault = Fault()
        self.asked.append((question.name.to_text(), kind, transport))
        self.arrived.set()
        if fault.drop or self.stopped.wait(fault.delay_s):
            return []
        if transport == "tcp" and (fault.tcp_hangs_up or fault.tcp_garbage):
            return [b"\xff" * 20] if fault.tcp_garbage else []
        early = [fault.garbage] if fault.garbage is not None else []
        return early if fault.only_garbage else [*early, self._answer(query, fault, transport)]

    def _answer(self, query: dns.message.Message, fault: Fault, transport: str) -> bytes:
        response = dns.message.make_response(query, recursion_available=True)
        if fault.no_edns and query.edns >= 0:
            response.use_edns(False)
            response.set_rcode(dns.rcode.FORMERR)
            return response.to_wire()
        if fault.rcode is not None:
            response.set_rcode(fault.rcode)
        else:
            self._fill(response)
        if fault.ede is not None:
            response.use_edns(0, options=[dns.edns.EDEOption(*fault.ede)])
        if fault.truncate and transport == "udp":
            response.flags |= dns.flags.TC
            response.answer.clear()
        return response.to_wire(max_size=65535)

    def _fill(self, response: dns.message.Message) -> None:
        name, kind = response.question[0].name, response.question[0].rdtype
        for _ in range(8):
            node = self._node(name)
            if node is None:
                response.set_rcode(dns.rcode.NXDOMAIN)
                return
            alias = node.get_rdataset(dns.rdataclass.IN, dns.rdatatype.CNAME)
            found = node.get_rdataset(dns.rdataclass.IN, kind)
            if (rdataset := found or alias) is not None:
                rrset = dns.rrset.RRset(name, rdataset.rdclass, rdataset.rdtype)
                rrset.update(rdataset)  # type: ignore[no-untyped-call]
                response.answer.append(rrset)
            if found is not None or alias is None:
                return
            name = alias[0].target

    def _node(self, name: dns.name.Name) -> dns.node.Node | None:
        for origin, zone in self.zones.items():
            if name.is_subdomain(dns.name.from_text(origin)):
                return zone.get_node(name)
        return None


class _Udp(socketserver.BaseRequestHandler):
    server: Any

    def handle(self) -> None:
        wire, sock = self.request
        for packet in self.server.dns.reply(wire, "udp"):
            sock.sendto(packet, self.client_address)


class _Tcp(socketserver.StreamRequestHandler):
    server: Any

    def handle(self) -> None:
        (length,) = struct.unpack("!H", self.rfile.read(2))
        for packet in self.server.dns.reply(self.rfile.read(length), "tcp"):
            self.wfile.write(struct.pack("!H", len(packet)) + packet)


@contextmanager
def serve(
    zones: Mapping[str, str], faults: Mapping[str, Fault] | None = None, address: str = "127.0.0.1"
) -> Iterator[Server]:
    """Serve `zones` (origin to zone file text) until the end of the block."""
    parsed = {origin: _zone(text, origin) for origin, text in zones.items()}
    server = Server(parsed, faults or {})
    with bound(address, _Udp, _Tcp) as (udp, tcp):
        udp.dns = tcp.dns = server  # type: ignore[attr-defined]  # the handlers' way to it
        server.endpoint = Endpoint(address, udp.server_address[1])
        threads = [Thread(target=each.serve_forever, args=(0.02,), daemon=True) for each in (udp, tcp)]
        for thread in threads:
            thread.start()
        try:
            yield server
        finally:
            server.stopped.set()
            for each, thread in zip((udp, tcp), threads, strict=True):
                each.shutdown()
                thread.join()


@contextmanager
def serve_udp(
    zones: Mapping[str, str],
    faults: Mapping[str, Fault] | None = None,
    address: str = "127.0.0.1",
    port: int = 53,
) -> Iterator[Server]:
    """The same over UDP alone, at a port of the caller's choice: for a namespace of its own."""
    server = Server({origin: _zone(text, origin) for origin, text in zones.items()}, faults or {})
    with socketserver.ThreadingUDPServer((address, port), _Udp) as udp:
        udp.dns = server  # type: ignore[attr-defined]  # the handler's way to it
        server.endpoint = Endpoint(address, port)
        thread = Thread(target=udp.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.stopped.set()
            udp.shutdown()
            thread.join()


def _zone(text: str, origin: str) -> dns.zone.Zone:
    head = "$TTL 300\n@ IN SOA ns hostmaster 1 2 3 4 5\n@ IN NS ns\nns IN A 127.0.0.1\n"
    return dns.zone.from_text(head + text, origin, relativize=False)


@contextmanager
def bound(
    address: str,
    over_udp: type[socketserver.BaseRequestHandler],
    over_tcp: type[socketserver.BaseRequestHandler],
) -> Iterator[tuple[socketserver.UDPServer, socketserver.TCPServer]]:
    """A UDP and a TCP server on one port."""
    for attempt in range(20):
        udp = socketserver.ThreadingUDPServer((address, 0), over_udp)
        try:
            tcp = socketserver.ThreadingTCPServer(udp.server_address[:2], over_tcp)
        except OSError:
            udp.server_close()
            if attempt == 19:
                raise
            continue
        with udp, tcp:
            yield udp, tcp
        return
