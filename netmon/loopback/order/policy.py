"""Policy tables of destination address selection: precedence, label and scope by longest matching prefix."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

LINK_LOCAL, SITE_LOCAL, GLOBAL = 2, 5, 14
"""Scopes as RFC 4291 section 2.7 numbers them."""
SCOPE_NAMES = {1: "interface-local", LINK_LOCAL: "link-local", 4: "admin-local", SITE_LOCAL: "site-local"}
SCOPE_NAMES |= {8: "organization-local", GLOBAL: "global"}

_MAPPED = 0xFFFF << 32


class Row(NamedTuple):
    """The addresses under a prefix, and their value."""

    prefix: int
    """128 bits; IPv4 as v4-mapped."""
    length: int
    value: int

    def covers(self, address: int) -> bool:
        """Whether an address, as 128 bits, is under the prefix."""
        return (self.prefix ^ address) >> (128 - self.length) == 0


Table = tuple[Row, ...]
"""Longest prefixes first; the last row covers everything."""


class Policy(NamedTuple):
    """What an implementation holds of addresses."""

    labels: Table
    precedences: Table
    scopes: Table
    """Of IPv4 addresses; those of IPv6 are in the addresses."""

    def label(self, address: str) -> int:
        """The label: source and destination with the same one belong together."""
        return _look_up(self.labels, bits_of(address))

    def precedence(self, address: str) -> int:
        """The precedence: the higher, the earlier."""
        return _look_up(self.precedences, bits_of(address))

    def scope(self, address: str) -> int:
        """The scope (RFC 6724 section 3.1)."""
        bits = bits_of(address)
        if ":" not in address:
            return _look_up(self.scopes, bits)
        if bits >> 120 == 0xFF:
            return bits >> 112 & 0xF
        if bits == 1 or bits >> 118 == 0xFE80 >> 6:
            return LINK_LOCAL  # the loopback address counts as link-local: RFC 4291 section 2.5.3
        return SITE_LOCAL if bits >> 118 == 0xFEC0 >> 6 else GLOBAL


@lru_cache(maxsize=4096)
def bits_of(address: str) -> int:
    """An address as 128 bits, IPv4 as v4-mapped, without its zone.

    Raises:
        OSError: it is not an IP address.
    """
    if ":" in address:
        return int.from_bytes(socket.inet_pton(socket.AF_INET6, address.partition("%")[0]))
    return _MAPPED | int.from_bytes(socket.inet_pton(socket.AF_INET, address))


def table(rows: Iterable[Row], default: int) -> Table:
    """Rows in the order of look-up; of two with the same prefix the first one counts.

    Args:
        rows: As they stand in a configuration.
        default: The value of what no row covers.
    """
    return tuple(sorted((*rows, Row(0, 0, default)), key=lambda row: -row.length))


def kind_of(address: str) -> str:
    """What an address is in a word: `ULA`, `6to4`, `IPv4` …; `IPv6` for what has no name of its own."""
    bits = bits_of(address)
    return next((name for name, row in _KINDS.items() if Row(*row, 0).covers(bits)), "IPv6")


def _look_up(rows: Table, address: int) -> int:
    return next(row.value for row in rows if row.covers(address))


def _rows(**values: int) -> Table:
    return tuple(Row(*_PREFIXES[name], value) for name, value in values.items())


_PREFIXES = {
    "loopback": (1, 128),
    "compatible": (0, 96),
    "mapped": (_MAPPED, 96),
    "six_to_four": (0x2002 << 112, 16),
    "teredo": (0x20010000 << 96, 32),
    "ula": (0xFC << 120, 7),
    "site_local": (0xFEC0 << 112, 10),
    "six_bone": (0x3FFE << 112, 16),
    "v4_link_local": (_MAPPED | 0xA9FE << 16, 112),
    "v4_loopback": (_MAPPED | 0x7F << 24, 104),
}

_KINDS = {
    "loopback": _PREFIXES["loopback"],
    "IPv4 loopback": _PREFIXES["v4_loopback"],
    "IPv4 link-local": _PREFIXES["v4_link_local"],
    "IPv4": _PREFIXES["mapped"],
    "IPv4-compatible": _PREFIXES["compatible"],
    "link-local": (0xFE80 << 112, 10),
    "site-local": _PREFIXES["site_local"],
    "ULA": _PREFIXES["ula"],
    "Teredo": _PREFIXES["teredo"],
    "6to4": _PREFIXES["six_to_four"],
    "multicast": (0xFF << 120, 8),
}

DEFAULT_LABEL, DEFAULT_PRECEDENCE = 1, 40

SCOPES = table(_rows(v4_link_local=LINK_LOCAL, v4_loopback=LINK_LOCAL), GLOBAL)
"""RFC 6724 section 3.2; private IPv4 addresses are global there."""

_RFC_LABELS = _rows(loopback=0, mapped=4, six_to_four=2, teredo=5, ula=13)
_RFC_PRECEDENCES = _rows(loopback=50, mapped=35, six_to_four=30, teredo=5, ula=3)

RFC_6724 = Policy(
    table((*_RFC_LABELS, *_rows(compatible=3, site_local=11, six_bone=12)), DEFAULT_LABEL),
    table((*_RFC_PRECEDENCES, *_rows(compatible=1, site_local=1, six_bone=1)), DEFAULT_PRECEDENCE),
    SCOPES,
)
"""The default table of RFC 6724 section 2.1."""

GLIBC = Policy(
    table(
        _rows(loopback=0, six_to_four=2, compatible=3, mapped=4, site_local=5, ula=6, teredo=7), DEFAULT_LABEL
    ),
    table(_rows(loopback=50, six_to_four=30, compatible=20, mapped=10), DEFAULT_PRECEDENCE),
    SCOPES,
)
"""What glibc has built in, after RFC 3484: IPv4 comes later than in RFC 6724, and ULA have no row of
precedence, so that they count as any IPv6. gai.conf(5) of Debian lists it."""

MUSL = Policy(
    table(_RFC_LABELS, DEFAULT_LABEL), table(_RFC_PRECEDENCES, DEFAULT_PRECEDENCE), table((), GLOBAL)
)
"""musl's: RFC 6724 without the rows for deprecated prefixes; it takes every IPv4 address as global."""
