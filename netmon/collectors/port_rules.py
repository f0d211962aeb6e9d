"""The rules for ports of this network namespace, from /proc/sys/net (ip(7), ipv6(7)); it needs no root."""

from __future__ import annotations

import sys
from typing import NamedTuple

from netmon.collectors.sysctl import ROOT, parse_number, read_number, read_text

_LINUX = sys.platform.startswith("linux")
_FIRST_UNPRIVILEGED = 1024
"""What every Unix begins with, and Linux where it does not let it be changed."""
RESERVED = "net/ipv4/ip_local_reserved_ports"
_RANGES_BYTES = 1 << 15


class PortRules(NamedTuple):
    """What the kernel allows with ports here."""

    unprivileged_start: int = _FIRST_UNPRIVILEGED
    """The first port that may be bound without CAP_NET_BIND_SERVICE."""
    reserved: tuple[tuple[int, int], ...] = ()
    """Ports that are never lent to outgoing connections, as first and last of each range."""
    v6only: bool | None = None
    """Whether IPv6 sockets refuse IPv4 unless they say otherwise; None where unknown."""
    ipv6_disabled: bool | None = None
    """Whether IPv6 is switched off on every interface; None where unknown."""

    def is_reserved(self, port: int) -> bool:
        """Whether a port is never lent to an outgoing connection."""
        return any(first <= port <= last for first, last in self.reserved)

    def reserving(self, port: int) -> str:
        """The value for `ip_local_reserved_ports` that reserves one port more."""
        return f"{self.shown},{port}" if self.reserved else str(port)

    @property
    def shown(self) -> str:
        """The reserved ports as `ip_local_reserved_ports` lists them."""
        return ",".join(f"{first}-{last}" if first < last else str(first) for first, last in self.reserved)


def read_port_rules() -> PortRules:
    """The rules in force; the usual ones where they cannot be read."""
    if not _LINUX:
        return PortRules(0 if sys.platform == "win32" else _FIRST_UNPRIVILEGED)
    start = read_number("net/ipv4/ip_unprivileged_port_start")
    v6only = read_number("net/ipv6/bindv6only")
    disabled = read_number("net/ipv6/conf/all/disable_ipv6")
    return PortRules(
        _FIRST_UNPRIVILEGED if start is None else start,
        read_reserved(),
        None if v6only is None else bool(v6only),
        None if disabled is None else bool(disabled),
    )


def read_reserved(root: str = ROOT) -> tuple[tuple[int, int], ...]:
    """The ports that are never lent to outgoing connections."""
    return parse_ranges(read_text(RESERVED, _RANGES_BYTES, root))


def parse_ranges(text: str) -> tuple[tuple[int, int], ...]:
    """Ports as `ip_local_reserved_ports` lists them (`8080,9000-9010`); what is no port is left out."""
    ranges = []
    for word in text.strip().split(","):
        first, dash, last = word.partition("-")
        low, high = parse_number(first), parse_number(last if dash else first)
        if low is not None and high is not None and low <= high < 1 << 16:
            ranges.append((low, high))
    return tuple(ranges)
