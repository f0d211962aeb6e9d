"""Asks servers for a whole zone, one after the other, over TCP or TLS; imports no `dns.query`."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Iterator, Sequence
from threading import Event
from typing import TYPE_CHECKING, NamedTuple

from netmon.model.text import clean
from netmon.resolver.edns import Wishes, make_query
from netmon.resolver.reach import addresses
from netmon.resolver.server import Server
from netmon.resolver.transfer.collecting import Collector
from netmon.resolver.transfer.result import Attempt, NotGivenError, TransferError, Zone
from netmon.resolver.transport.exchange import (
    Deadline,
    TransportError,
    Where,
    connected,
    explain,
    receive,
    secured,
)

if TYPE_CHECKING:
    import dns.name

SCHEMES = ("udp", "tcp", "tls")
"""`udp`, which is what no scheme means, is TCP here: a zone fits into no datagram (RFC 5936 section 4.2)."""


class Patience(NamedTuple):
    """How long a transfer may take."""

    silence_s: float
    """Until a connection is there, and from one piece to the next."""
    whole: Deadline
    """For everything: a server that sends a byte now and then is never silent."""

    @classmethod
    def of(cls, silence_s: float, times: float = 12, stop: Event | None = None) -> Patience:
        """So long for a silence, and so many times as long for everything together."""
        return cls(silence_s, Deadline.after(silence_s * times, stop))

    def next(self) -> Deadline:
        """Until when the next piece must be there.

        Raises:
            TimeoutError: no time is left for anything.
        """
        return Deadline.after(min(self.silence_s, self.whole.left()))


def transfer_from_any(
    zone: str,
    servers: Sequence[tuple[str, Server]],
    patience: Patience,
    *,
    ca_file: str | None = None,
) -> tuple[Attempt, ...]:
    """Ask one server after the other until one gives the zone, which is then the last; never raises.

    Args:
        zone: the apex, fully qualified.
        servers: what each is called, and how it is asked: by one of `SCHEMES`.
        patience: for all together.
        ca_file: certificates to trust instead of the system's.
    """
    import dns.name

    apex = dns.name.from_text(zone)
    attempts: list[Attempt] = []
    for name, server in servers:
        attempts += _attempts(apex, name, server, patience, ca_file)
        if attempts[-1].zone is not None:
            break
    return tuple(attempts)


def _attempts(
    zone: dns.name.Name, name: str, server: Server, patience: Patience, ca_file: str | None
) -> Iterator[Attempt]:
    """Each address of a server, until one says something."""
    started = time.monotonic()
    try:
        found = (server.host,) if server.is_address else addresses(server.host, patience.next())
    except (TransportError, TimeoutError) as error:
        yield Attempt(name, server, None, _since(started), error=explain(error))
        return
    for address in found:
        attempt = _attempt(zone, name, Where(server, address, ca_file), patience)
        yield attempt
        if attempt.zone is not None or attempt.is_refusal or attempt.is_broken:
            return


def _attempt(zone: dns.name.Name, name: str, where: Where, patience: Patience) -> Attempt:
    started = time.monotonic()
    attempt = Attempt(name, where.server, where.address, 0.0)
    try:
        given = transfer(zone, where, patience)
    except TransferError as error:
        is_refusal = isinstance(error, NotGivenError)
        return attempt._replace(
            error=clean(str(error)),
            rcode=error.rcode,
            is_refusal=is_refusal,
            is_broken=error.is_broken,
            ms=_since(started),
        )
    return attempt._replace(zone=given, rcode="NOERROR", ms=_since(started))


def _since(started: float) -> float:
    return (time.monotonic() - started) * 1000


def transfer(zone: dns.name.Name, where: Where, patience: Patience) -> Zone:
    """The whole zone from one address of a server.

    Raises:
        TransferError: there is none, or not all of it.
    """
    is_tls = where.server.scheme == "tls"
    # Over TLS the question is padded, for which it takes EDNS; over TCP there are servers that choke on that.
    query = make_query(zone, "AXFR", Wishes(recursion=False), encrypted=is_tls, edns=is_tls)
    collector = Collector(zone, query.id, patience.whole)
    wire = query.to_wire()
    try:
        with _connected(where, patience) as sock:
            sock.settimeout(patience.next().left())
            sock.sendall(struct.pack("!H", len(wire)) + wire)
            for message in _messages(sock, patience):
                if collector.take(message):
                    break
    except (OSError, TransportError) as error:
        count = collector.count
        raise TransferError(_why(error, count, patience), is_broken=count > 0) from error
    return collector.zone()


def _connected(where: Where, patience: Patience) -> socket.socket:
    sock = connected(where, patience.next())
    return secured(sock, where, patience.next(), "dot") if where.server.scheme == "tls" else sock


def _messages(sock: socket.socket, patience: Patience) -> Iterator[bytes]:
    """The messages of the stream, without end: whoever has enough stops taking."""
    data = bytearray()
    while True:
        while len(data) < 2 or len(data) < (end := 2 + int.from_bytes(data[:2])):
            data += receive(sock, patience.next())
        yield bytes(data[2:end])
        del data[:end]


def _why(error: OSError | TransportError, count: int, patience: Patience) -> str:
    so_far = f" after {count} records" if count else ""
    if isinstance(error, TransportError):
        return f"hung up before the end of the zone{so_far}" if count else "hung up without an answer"
    if not isinstance(error, TimeoutError):
        return explain(error) + so_far
    if time.monotonic() >= patience.whole.at:
        return f"had not sent the whole zone when the time was up{so_far}"
    return f"was silent for {patience.silence_s:g} s{so_far}"
