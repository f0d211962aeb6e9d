"""What the kernel says of addresses and routes in /proc/net (include/net/if_inet6.h, linux/route.h).

Pure: text in, records out. Lines that make no sense are passed over.
"""

from __future__ import annotations

import ipaddress
from typing import NamedTuple

IF_INET6, ROUTE4, ROUTE6 = "/proc/net/if_inet6", "/proc/net/route", "/proc/net/ipv6_route"
TABLE_LIMIT = 1 << 20
"""Characters read of a table: the default route stands near its beginning, a router's table may be long."""

_TEMPORARY, _DEPRECATED = 0x01, 0x20  # linux/if_addr.h
_RTF_UP, _RTF_REJECT = 0x0001, 0x0200  # linux/route.h


class Address6(NamedTuple):
    """One IPv6 address of an interface."""

    address: str
    interface: str
    prefix_length: int
    temporary: bool
    """A privacy address (RFC 8981)."""
    deprecated: bool
    """Past its preferred lifetime: no longer chosen for new connections where there is another one."""


def parse_if_inet6(text: str) -> tuple[Address6, ...]:
    """The addresses of /proc/net/if_inet6."""
    found = (_address6(line.split()) for line in text.split("\n"))
    return tuple(entry for entry in found if entry is not None)


def _address6(fields: list[str]) -> Address6 | None:
    if len(fields) != 6 or len(fields[0]) != 32:
        return None
    try:
        address = str(ipaddress.IPv6Address(int(fields[0], 16)))
        length, flags = int(fields[2], 16), int(fields[4], 16)
    except ValueError:
        return None
    return Address6(address, fields[5], length, bool(flags & _TEMPORARY), bool(flags & _DEPRECATED))


def default_routes6(text: str) -> tuple[str, ...]:
    """The interfaces of the default routes in /proc/net/ipv6_route that lead somewhere."""
    found = []
    for line in text.split("\n"):
        fields = line.split()
        if len(fields) == 10 and fields[:2] == ["0" * 32, "00"] and _leads(fields[8]):
            found.append(fields[9])
    return tuple(interface for interface in dict.fromkeys(found) if interface != "lo")


def default_routes4(text: str) -> tuple[str, ...]:
    """The interfaces of the default routes in /proc/net/route that lead somewhere."""
    found = []
    for line in text.split("\n"):
        fields = line.split()
        if len(fields) >= 8 and (fields[1], fields[7]) == ("0" * 8, "0" * 8) and _leads(fields[3]):
            found.append(fields[0])
    return tuple(dict.fromkeys(found))


def _leads(flags: str) -> bool:
    try:
        value = int(flags, 16)
    except ValueError:
        return False
    return bool(value & _RTF_UP) and not value & _RTF_REJECT
