"""A DNS server that answers every question with a message of the test's making, over UDP and TCP."""

from __future__ import annotations

import socketserver
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread

import dns.message

from tests.resolver.server import bound

Reply = Callable[[dns.message.Message], bytes]
"""From the question to the bytes of the answer."""


@contextmanager
def serve_reply(reply: Reply) -> Iterator[str]:
    """The server's address and port."""

    class Udp(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            wire, sock = self.request
            sock.sendto(reply(dns.message.from_wire(wire)), self.client_address)

    class Tcp(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            while head := self.rfile.read(2):
                wire = reply(dns.message.from_wire(self.rfile.read(struct.unpack("!H", head)[0])))
                self.wfile.write(struct.pack("!H", len(wire)) + wire)

    with bound("127.0.0.1", Udp, Tcp) as servers:
        threads = [Thread(target=each.serve_forever, args=(0.02,), daemon=True) for each in servers]
        for thread in threads:
            thread.start()
        try:
            yield f"127.0.0.1:{servers[0].server_address[1]}"
        finally:
            for each, thread in zip(servers, threads, strict=True):
                each.shutdown()
                thread.join()
