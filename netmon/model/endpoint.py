"""An address and a port, and what can be said of an address by looking at it."""

from __future__ import annotations

import ipaddress
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

# RFC 1918, RFC 6598 (shared by carriers, and used by overlay networks), RFC 4193. Not `is_private`, which
# also counts the documentation ranges and many more that Python 3.11.9 changed its mind about.
_PRIVATE = [
    ipaddress.ip_network(network)
    for network in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
]


class Scope(StrEnum):
    """How far an address reaches (RFC 4007, RFC 6890)."""

    UNSPECIFIED = "unspecified"
    LOOPBACK = "loopback"
    LINK_LOCAL = "link-local"
    PRIVATE = "private"
    MULTICAST = "multicast"
    GLOBAL = "global"


class Endpoint(NamedTuple):
    """One end of a connection, or where a socket listens."""

    address: str
    """An IPv4 or IPv6 address in its shortest form; v4-mapped ones as IPv4; never with a zone or brackets."""
    port: int

    def __str__(self) -> str:
        return f"[{self.address}]:{self.port}" if ":" in self.address else f"{self.address}:{self.port}"


@lru_cache(maxsize=16384)
def scope_of(address: str) -> Scope:
    """The scope of an address.

    Raises:
        ValueError: `address` is not an IP address.
    """
    ip = ipaddress.ip_address(address)
    if ip.is_unspecified:
        return Scope.UNSPECIFIED
    if ip.is_loopback:
        return Scope.LOOPBACK
    if ip.is_multicast:
        return Scope.MULTICAST
    if ip.is_link_local:
        return Scope.LINK_LOCAL
    return Scope.PRIVATE if any(ip in network for network in _PRIVATE) else Scope.GLOBAL
