"""What every transport has in common: whom it asks, how long it may take, and why it failed."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from threading import Event, Thread
from typing import NamedTuple

from netmon.model.text import clean
from netmon.resolver.server import Server

SIZE_LIMIT = 65535
"""Bytes of one message (RFC 1035 section 4.2.2)."""

_LOOK_S = 0.05
"""How soon a wait notices that nobody waits any more."""

Queries = Mapping[int, bytes]
"""Messages to send, each under a key of its own: its id where the transport tells answers apart by that."""
Take = Callable[[int, bytes], bool]
"""Called with the key and the bytes of each answer as it comes; says whether it was one to that query."""


class TransportError(Exception):
    """The server gave no answer; the text completes a sentence that its name begins."""


class HungUpError(TransportError):
    """It closed the connection before it had said anything, or in the middle."""


class Deadline(NamedTuple):
    """When everything has to be over."""

    at: float
    """Monotonic seconds."""
    stop: Event | None = None
    """Set when nobody waits for the answer any more: then no time is left."""

    @classmethod
    def after(cls, seconds: float, stop: Event | None = None) -> Deadline:
        """So many seconds from now."""
        return cls(time.monotonic() + seconds, stop)

    @property
    def given_up(self) -> bool:
        """Whether nobody waits any more."""
        return self.stop is not None and self.stop.is_set()

    @property
    def seconds(self) -> float:
        """What is left; none once the time is up or nobody waits any more."""
        return 0.0 if self.given_up else max(0.0, self.at - time.monotonic())

    def share(self, part: float) -> Deadline:
        """An earlier one, after this part of what is left; itself for the whole of it."""
        if part == 1:
            return self
        now = time.monotonic()
        return Deadline(now + max(0.0, self.at - now) * part, self.stop)

    def left(self) -> float:
        """Seconds, more than none.

        Raises:
            TimeoutError: none is left.
        """
        if not (seconds := self.seconds):
            raise TimeoutError("the time is up")
        return seconds

    def join(self, thread: Thread) -> None:
        """Wait for a thread to end, for as long as there is time."""
        with suppress(TimeoutError):
            while thread.is_alive():
                thread.join(min(_LOOK_S, self.left()))


class Where(NamedTuple):
    """One address of a server, and what its transport has to know."""

    server: Server
    address: str
    ca_file: str | None = None
    """Certificates to trust instead of the system's."""
    get: bool = False
    """Over HTTPS: GET instead of POST."""


def connected(where: Where, deadline: Deadline) -> socket.socket:
    """A TCP connection to the server.

    Raises:
        OSError: there is none in time.
    """
    sock = socket.create_connection((where.address, where.server.port), timeout=deadline.left())
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def secured(sock: socket.socket, where: Where, deadline: Deadline, protocol: str) -> ssl.SSLSocket:
    """TLS over `sock`, the certificate verified against the server's name, or its address as an IP SAN.

    Raises:
        OSError: it cannot be had, or is not to be trusted; `sock` is then closed.
    """
    try:
        context = ssl.create_default_context(cafile=where.ca_file)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols([protocol])
        sock.settimeout(deadline.left())
        return context.wrap_socket(sock, server_hostname=where.server.host.partition("%")[0])
    except BaseException:
        sock.close()
        raise


def receive(sock: socket.socket, deadline: Deadline, limit: int = SIZE_LIMIT) -> bytes:
    """The next bytes, at least one.

    Raises:
        HungUpError: the server did.
        OSError: nothing came in time, or the connection broke.
    """
    sock.settimeout(deadline.left())
    data = sock.recv(limit)
    if not data:
        raise HungUpError("hung up without an answer")
    return data


def explain(error: OSError | TransportError) -> str:
    """Why there is no answer: completes a sentence that the server's name begins."""
    if isinstance(error, TransportError):
        return str(error)
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"has a certificate that is not to be trusted: {clean(error.verify_message, 200).rstrip('.')}"
    if isinstance(error, ssl.SSLError):
        return f"cannot be spoken to over TLS ({clean(getattr(error, 'reason', '') or str(error), 100)})"
    if isinstance(error, TimeoutError):
        return "was silent until the time was up"
    if isinstance(error, ConnectionRefusedError):
        return "refused: nothing serves that port"
    if isinstance(error, ConnectionError):
        return f"broke the connection ({clean(error.strerror or str(error), 100)})"
    return f"cannot be reached ({clean(error.strerror or str(error), 100)})"
