"""Whether a port can be bound now, found out by binding it and letting go of it at once.

The socket never listens and nothing is sent, so that no client can notice. For some microseconds it does
hold the port: a server that starts in that very moment would be refused.
"""

from __future__ import annotations

import errno
import ipaddress
import socket
import sys
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from netmon.model.socket import Protocol

# On Windows SO_REUSEADDR takes a port away from its holder, which is no answer to this question.
_REUSE = (False,) if sys.platform == "win32" else (False, True)
_KINDS = {"tcp": socket.SOCK_STREAM, "udp": socket.SOCK_DGRAM}


class Place(NamedTuple):
    """Where a server binds."""

    address: str
    """An IP address, perhaps with a zone; `0.0.0.0` and `::` are every address of their family."""
    v6only: bool | None = None
    """For `::`, whether it refuses IPv4; None for every other address."""

    @property
    def is_six(self) -> bool:
        """Whether it takes an IPv6 socket."""
        return ":" in self.address

    @property
    def is_wildcard(self) -> bool:
        """Whether it is every address of its family."""
        return self.address in ("0.0.0.0", "::")

    def __str__(self) -> str:
        if self.v6only is None:
            return self.address
        return f"{self.address} ({'IPv6 only' if self.v6only else 'IPv4 too'})"


class Attempt(NamedTuple):
    """One bind, and how it ended."""

    place: Place
    reuse_address: bool
    """Whether SO_REUSEADDR was set before, as most servers do."""
    error: int | None
    """The errno with which it was refused; None if it was not."""

    @property
    def can_bind(self) -> bool:
        """Whether it was not refused."""
        return self.error is None

    @property
    def error_name(self) -> str | None:
        """The error by its name in errno(3), such as `EADDRINUSE`."""
        return None if self.error is None else errno.errorcode.get(self.error, str(self.error))


def places_for(address: str | None) -> tuple[Place, ...]:
    """Where to try: everywhere that servers commonly bind, or only what was asked for."""
    if address is None:
        return _EVERYWHERE
    if address == "::":
        return Place("::", False), Place("::", True)
    return (Place(address),)


_EVERYWHERE = Place("0.0.0.0"), Place("::", False), Place("::", True), Place("127.0.0.1"), Place("::1")


def plain_address(address: str) -> str:
    """An address in its shortest form, an IPv4 one that is written as IPv6 (`::ffff:…`) as IPv4."""
    ip = ipaddress.ip_address(address)
    return str(getattr(ip, "ipv4_mapped", None) or ip)


def probe(port: int, protocol: Protocol, places: Sequence[Place]) -> tuple[Attempt, ...]:
    """Bind the port at each place, without and with SO_REUSEADDR, and let go of it."""
    return tuple(_attempts(port, protocol, places))


def _attempts(port: int, protocol: Protocol, places: Sequence[Place]) -> Iterator[Attempt]:
    for place in places:
        for reuse in _REUSE:
            yield Attempt(place, reuse, refusal(port, protocol, place, reuse))


def refusal(port: int, protocol: Protocol, place: Place, reuse: bool) -> int | None:
    """The errno with which one bind is refused; None if it is not, and then it is undone already."""
    try:
        with socket.socket(socket.AF_INET6 if place.is_six else socket.AF_INET, _KINDS[protocol]) as probing:
            if reuse:
                probing.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if place.v6only is not None:
                probing.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, place.v6only)
            probing.bind(_socket_address(place.address, port))
    except OSError as error:
        return error.errno or errno.EINVAL
    return None


def _socket_address(address: str, port: int) -> tuple[str, int] | tuple[str, int, int, int]:
    """What bind takes; the zone of a link-local address as the number of its interface.

    Raises:
        OSError: there is no such interface.
    """
    host, percent, zone = address.partition("%")
    if not percent:
        return host, port
    return host, port, 0, int(zone) if zone.isdecimal() else socket.if_nametoindex(zone)
