"""Which sockets stand in each other's way: the addresses that each takes, of either family."""

from __future__ import annotations

from typing import NamedTuple

from netmon.model.socket import SocketRecord
from netmon.ports.bind_probe import Place

EVERY = "*"


class Taken(NamedTuple):
    """The addresses that a binding takes of each family: one, EVERY, or None."""

    four: str | None
    six: str | None

    def meets(self, other: Taken) -> bool:
        """Whether both take the same address."""
        return _meet(self.four, other.four) or _meet(self.six, other.six)

    def covers(self, other: Taken) -> bool:
        """Whether this takes all that the other does."""
        return _covers(self.four, other.four) and _covers(self.six, other.six)


def _meet(one: str | None, other: str | None) -> bool:
    if one is None or other is None:
        return False
    return one == other or EVERY in (one, other)


def _covers(one: str | None, other: str | None) -> bool:
    return other is None or one in (other, EVERY)


def taken_at(place: Place) -> Taken:
    """What a bind at a place would take."""
    return _taken(place.address.partition("%")[0], place.v6only is False)


def taken_by(socket: SocketRecord, *, at_most: bool = False) -> Taken:
    """What a socket takes.

    Args:
        socket: the socket.
        at_most: of a `::` whose V6ONLY is unknown, also IPv4; else IPv6 alone, which is certain.
    """
    takes_four = socket.v6only is False or (at_most and socket.v6only is None)
    return _taken(socket.local.address, takes_four)


def _taken(address: str, takes_four: bool) -> Taken:
    if address == "::":
        return Taken(EVERY if takes_four else None, EVERY)
    if ":" in address:
        return Taken(None, address)
    return Taken(EVERY if address == "0.0.0.0" else address, None)
