"""gai.conf(5): what glibc makes of its configuration of destination address selection."""

from __future__ import annotations

import re
import socket
from pathlib import Path
from typing import NamedTuple

from netmon.loopback.order.policy import (
    DEFAULT_LABEL,
    DEFAULT_PRECEDENCE,
    GLIBC,
    GLOBAL,
    Policy,
    Row,
    bits_of,
    table,
)
from netmon.model.text import clean

GAI_CONF = Path("/etc/gai.conf")
SIZE_LIMIT = 1 << 20
"""Bytes read of the file; more would be no configuration."""

_SPACE = re.compile("[ \t\n\v\f\r]+")  # isspace(3) in the C locale
_NUMBER = re.compile("[+-]?[0-9]+")
_INT_MAX = 2**31 - 1
_ULONG = 2**64
_PREFIX_KINDS = ("label", "precedence")
# add_prefixlist and gaiconf_init of getaddrinfo.c look at a pointer that only a `/` sets: glibc 2.36 on
# x86-64 then ignores a label or a precedence, but dies of a first scopev4 (seen, not only read).
_UNSET = "no prefix length"
_UNSET_SCOPE = "no prefix length, which can crash every program that looks up a name"


class Line(NamedTuple):
    """A line of gai.conf that says something."""

    number: int
    text: str
    """Cleaned, without comment."""
    kind: str
    """`label`, `precedence`, `scopev4`, `reload`, or empty if glibc ignores the line."""
    row: Row | None = None
    why: str = ""
    """Why glibc ignores it, or what is odd about it."""

    def __str__(self) -> str:
        return f"line {self.number}, `{self.text}`"


class GaiConf(NamedTuple):
    """What a gai.conf says."""

    lines: tuple[Line, ...] = ()

    @property
    def policy(self) -> Policy:
        """glibc's tables with those replaced of which there is a line."""
        return Policy(
            self._table("label", DEFAULT_LABEL) or GLIBC.labels,
            self._table("precedence", DEFAULT_PRECEDENCE) or GLIBC.precedences,
            self._table("scopev4", GLOBAL) or GLIBC.scopes,
        )

    def _table(self, kind: str, default: int) -> tuple[Row, ...] | None:
        rows = [line.row for line in self.lines if line.kind == kind and line.row is not None]
        return table(rows, default) if rows else None

    @property
    def overrides(self) -> tuple[Line, ...]:
        """The lines that replace glibc's tables."""
        return tuple(line for line in self.lines if line.row is not None)

    @property
    def ignored(self) -> tuple[Line, ...]:
        """The lines that glibc passes over without a word."""
        return tuple(line for line in self.lines if not line.kind)

    @property
    def deadly(self) -> tuple[Line, ...]:
        """The lines that can crash glibc, and with it whoever calls getaddrinfo."""
        return tuple(line for line in self.lines if line.why == _UNSET_SCOPE)

    @property
    def lone(self) -> tuple[Line, ...]:
        """The lines that are the only one of their kind: each drops all of glibc's other rows unasked."""
        kinds = [line.kind for line in self.overrides]
        return tuple(line for line in self.overrides if kinds.count(line.kind) == 1)

    @property
    def reload(self) -> bool:
        """Whether programs that run notice when the file changes."""
        says = [line.text.split()[1:2] == ["yes"] for line in self.lines if line.kind == "reload"]
        return bool(says) and says[-1]


def read_gai_conf(path: Path = GAI_CONF) -> GaiConf:
    """The configuration in force; empty, as for glibc, where there is no file.

    Raises:
        OSError: it cannot be read.
        ValueError: it is larger than SIZE_LIMIT.
    """
    try:
        with path.open("rb") as file:
            data = file.read(SIZE_LIMIT + 1)
    except FileNotFoundError:
        return GaiConf()
    if len(data) > SIZE_LIMIT:
        raise ValueError(f"{path} is larger than {SIZE_LIMIT >> 20} MiB")
    return parse(data.decode(errors="replace"))


def parse(text: str) -> GaiConf:
    """What glibc makes of the text of a gai.conf."""
    numbered = enumerate(text.split("\n"), 1)
    return GaiConf(tuple(line for number, one in numbered if (line := _line(number, one)) is not None))


def _line(number: int, text: str) -> Line | None:
    text = text.partition("\0")[0].partition("#")[0]
    words = [word for word in _SPACE.split(text) if word]
    if not words:
        return None
    shown = clean(" ".join(words))
    kind, first, second = (*words, "", "")[:3]
    if kind == "reload":
        return Line(number, shown, "reload")
    if kind not in (*_PREFIX_KINDS, "scopev4"):
        return Line(number, shown, "", why="no such keyword")
    try:
        row = _scope_row(first, second) if kind == "scopev4" else _prefix_row(first, second)
    except ValueError as error:
        return Line(number, shown, "", why=str(error))
    if "/" not in first:
        return Line(number, shown, "", None, _UNSET_SCOPE if kind == "scopev4" else _UNSET)
    return Line(number, shown, kind, row, "" if second else "no value, which counts as 0")


def _prefix_row(prefix: str, value: str) -> Row:
    address, slash, length = prefix.partition("/")
    return Row(_bits(address, socket.AF_INET6), _length(slash, length, 128), _value(value))


def _scope_row(prefix: str, value: str) -> Row:
    """A row of `scopev4`: of an IPv4 prefix, or the same written as v4-mapped."""
    address, slash, length = prefix.partition("/")
    if ":" not in address:
        return Row(_bits(address, socket.AF_INET), 96 + _length(slash, length, 32), _value(value))
    bits = _bits(address, socket.AF_INET6)
    if bits >> 32 != 0xFFFF:
        raise ValueError("not an IPv4 prefix")
    whole = _length(slash, length, 128)
    if whole < 96:
        raise ValueError("prefix shorter than that of all IPv4 addresses")
    return Row(bits, whole, _value(value))


def _bits(address: str, family: socket.AddressFamily) -> int:
    try:
        socket.inet_pton(family, address)
        return bits_of(address)
    except (OSError, UnicodeError, ValueError):
        version = 6 if family == socket.AF_INET6 else 4
        raise ValueError(f"not an IPv{version} prefix") from None


def _length(slash: str, text: str, most: int) -> int:
    length = _unsigned(text) if slash else most
    if length > most:
        raise ValueError(f"prefix longer than {most}")
    return length


def _value(text: str) -> int:
    value = _unsigned(text)
    if value > _INT_MAX:
        raise ValueError("value out of range")
    return value


def _unsigned(text: str) -> int:
    """A number as strtoul(3) reads it: nothing is 0, and -1 is the largest."""
    if not text:
        return 0
    if not _NUMBER.fullmatch(text):
        raise ValueError("not a number")
    if len(text) > 64 or abs(number := int(text)) >= _ULONG:
        raise ValueError("number out of range")
    return number % _ULONG


def crashes_lookups(path: Path = GAI_CONF) -> bool:
    """Whether glibc would crash a program that looks up a name here: whoever asks must not."""
    try:
        return bool(read_gai_conf(path).deadly)
    except (OSError, ValueError):
        return False
