"""The rules for ports of this network namespace, from /proc/sys/net (ip(7), ipv6(7)); it needs no root."""

from __future__ import annotations

import os
import sys
from typing import NamedTuple

_LINUX = sys.platform.startswith("linux")
_IPV4, _IPV6 = "/proc/sys/net/ipv4", "/proc/sys/net/ipv6"
_FIRST_UNPRIVILEGED = 1024
"""What every Unix begins with, and Linux where it does not let it be changed."""
_NUMBER_BYTES = 64
_RANGES_BYTES = 1 << 15
"""The kernel clears a buffer of the size asked for: a megabyte would take it a millisecond."""


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
    start = parse_number(_text(f"{_IPV4}/ip_unprivileged_port_start"))
    v6only = parse_number(_text(f"{_IPV6}/bindv6only"))
    disabled = parse_number(_text(f"{_IPV6}/conf/all/disable_ipv6"))
    return PortRules(
        _FIRST_UNPRIVILEGED if start is None else start,
        parse_ranges(_text(f"{_IPV4}/ip_local_reserved_ports", _RANGES_BYTES)),
        None if v6only is None else bool(v6only),
        None if disabled is None else bool(disabled),
    )


def parse_number(text: str) -> int | None:
    """The whole number that a sysctl holds, or None if it holds none."""
    word = text.strip()
    return int(word) if word.isascii() and word.isdigit() and len(word) < 12 else None


def parse_ranges(text: str) -> tuple[tuple[int, int], ...]:
    """Ports as `ip_local_reserved_ports` lists them (`8080,9000-9010`); what is no port is left out."""
    ranges = []
    for word in text.strip().split(","):
        first, dash, last = word.partition("-")
        low, high = parse_number(first), parse_number(last if dash else first)
        if low is not None and high is not None and low <= high < 1 << 16:
            ranges.append((low, high))
    return tuple(ranges)


def _text(path: str, size: int = _NUMBER_BYTES) -> str:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return ""
    try:
        return os.read(descriptor, size).decode("ascii", "replace")
    except OSError:
        return ""
    finally:
        os.close(descriptor)
