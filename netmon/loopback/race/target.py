"""What a race is run to: a port here, a name, or addresses one after the other, as a person types them."""

from __future__ import annotations

import ipaddress
import re
from typing import NamedTuple

from netmon.loopback.race.attempt import Destination
from netmon.loopback.resolving import resolve
from netmon.model.endpoint import Endpoint
from netmon.model.text import clean

MOST = 6
"""How many addresses take part: a name may have dozens, and a race must end."""
_LONGEST = 253
_PLACE = re.compile(r"(?:\[(?P<v6>[^\[\]]+)\]|(?P<host>[^\[\]:]*)):(?P<port>[^:\[\]]*)")
_HOW = "write NAME:PORT, [IPv6 ADDRESS]:PORT or the port of a listener here"


class TargetError(ValueError):
    """A target that cannot be raced to; its text is one line for the user."""


class Place(NamedTuple):
    """A host and a port, as they were typed."""

    host: str
    port: int
    interface: str = ""
    """The zone of an IPv6 address, without the percent sign."""


class Target(NamedTuple):
    """Everything that was typed."""

    places: tuple[Place, ...]

    def __str__(self) -> str:
        return " ".join(map(_typed, self.places))


def parse_target(text: str) -> Target:
    """The target in `5173`, `localhost:5173`, `[::1]:80 127.0.0.1:80`.

    Raises:
        TargetError: it is none; the message names the word.
    """
    words = text.replace(",", " ").split()
    if not words:
        raise TargetError(f"no target: {_HOW}")
    if len(words) > MOST:
        raise TargetError(f"{len(words)} addresses are too many: at most {MOST} take part")
    return Target(tuple(map(_place, words)))


def _place(word: str) -> Place:
    named = f"target {clean(word, 80)!r}"
    if word.isascii() and word.isdigit():
        return Place("localhost", _port(word, named))
    match = _PLACE.fullmatch(word)
    if match is None:
        raise TargetError(f"{named} is not understood: {_HOW}")
    port = _port(match["port"], named)
    if match["v6"] is None:
        return Place(_name(match["host"], named), port)
    address, _, interface = match["v6"].partition("%")
    try:
        return Place(str(ipaddress.IPv6Address(address)), port, interface)
    except ValueError:
        raise TargetError(f"{named}: what stands in brackets is no IPv6 address") from None


def _port(text: str, named: str) -> int:
    short = text.isascii() and text.isdigit() and len(text) <= 5  # int() of thousands of digits is an error
    if not short or not 0 < int(text) < 65536:
        raise TargetError(f"{named}: the port must be a number from 1 to 65535")
    return int(text)


def _name(host: str, named: str) -> str:
    if not host:
        raise TargetError(f"{named} names no host: {_HOW}")
    if len(host) > _LONGEST or not host.isprintable():
        raise TargetError(f"{named} holds no host name")
    return host


def _typed(place: Place) -> str:
    if ":" not in place.host:
        return f"{place.host}:{place.port}"
    zone = f"%{place.interface}" if place.interface else ""
    return f"[{place.host}{zone}]:{place.port}"


def destinations(target: Target) -> tuple[Destination, ...]:
    """Every address of a target, each once, in the order that programs try; blocks for seconds at worst.

    Raises:
        TargetError: a name has no address.
    """
    found = [destination for place in target.places for destination in _destinations(place)]
    return tuple(dict.fromkeys(found))[:MOST]


def _destinations(place: Place) -> list[Destination]:
    try:
        ipaddress.ip_address(place.host)
    except ValueError:
        resolved = resolve(place.host)
        if not resolved.addresses:
            raise TargetError(f"{clean(place.host, 80)} does not resolve: {resolved.error}") from None
        return [Destination(Endpoint(address, place.port)) for address in resolved.addresses]
    return [Destination(Endpoint(place.host, place.port), place.interface)]
