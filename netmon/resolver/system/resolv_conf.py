"""resolv.conf(5): what the C library makes of its lines."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import NamedTuple

from netmon.model.text import clean

MOST_NAMESERVERS = 3
"""What the C library asks at most (MAXNS in <resolv.h>); further ones are never asked."""
_MOST_DOTS = 15
"""RES_MAXNDOTS in <resolv.h>."""


class ResolvConf(NamedTuple):
    """What the lines say."""

    nameservers: tuple[str, ...] = ()
    """Addresses in the order of the lines, a link-local one with its zone; all, also those never asked."""
    search: tuple[str, ...] | None = None
    """The suffixes, fully qualified; the last `search` or `domain` line stands. None where there is none."""
    ndots: int = 1
    ignored: tuple[str, ...] = ()
    """Lines that make no sense and are passed over, safe to print."""


class _BadLineError(ValueError):
    """A line makes no sense."""


def parse_resolv_conf(text: str, environment: Mapping[str, str] | None = None) -> ResolvConf:
    """What resolv.conf says; never raises.

    Args:
        text: the file.
        environment: LOCALDOMAIN overrides the search list and RES_OPTIONS the options.
    """
    found = ResolvConf()
    for line in text.splitlines():
        try:
            found = _with_line(found, line)
        except _BadLineError:
            found = found._replace(ignored=(*found.ignored, clean(line.strip(), 200)))
    for line in _from_environment(environment or {}):
        try:
            found = _with_line(found, line)
        except _BadLineError:
            continue  # the C library is silent about it too
    return found


def _from_environment(environment: Mapping[str, str]) -> tuple[str, ...]:
    lines = []
    if "LOCALDOMAIN" in environment:
        lines.append(f"search {environment['LOCALDOMAIN']}")
    if "RES_OPTIONS" in environment:
        lines.append(f"options {environment['RES_OPTIONS']}")
    return tuple(lines)


def _with_line(found: ResolvConf, line: str) -> ResolvConf:
    keyword, *words = line.split() or [""]
    if keyword not in ("nameserver", "search", "domain", "options"):
        return found  # a comment, or about something else
    if line[0].isspace():  # the keyword must begin the line
        raise _BadLineError
    if keyword == "options":
        return found._replace(ndots=_ndots(words, found.ndots))
    if not words and keyword != "search":
        raise _BadLineError
    if keyword == "nameserver":
        return found._replace(nameservers=(*found.nameservers, _address(words[0])))
    suffixes = map(_suffix, words if keyword == "search" else words[:1])
    return found._replace(search=tuple(suffix for suffix in suffixes if suffix != "."))


def _ndots(words: list[str], before: int) -> int:
    for word in words:
        name, _, number = word.partition(":")
        if name == "ndots" and number.isascii() and number.isdigit():
            before = min(int(number[:6]), _MOST_DOTS)
    return before


def _address(text: str) -> str:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        raise _BadLineError from None
    zone = getattr(address, "scope_id", None)
    if zone is not None and not zone.isprintable():
        raise _BadLineError
    return str(address)


def _suffix(text: str) -> str:
    import dns.exception
    import dns.name

    try:
        return clean(dns.name.from_text(text).to_text())
    except (dns.exception.DNSException, ValueError):
        raise _BadLineError from None
