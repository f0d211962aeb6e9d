"""An address and a port, and what can be said of an address by looking at it."""

from __future__ import annotations

import ipaddress
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple


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
    return Scope.PRIVATE if ip.is_private else Scope.GLOBAL
