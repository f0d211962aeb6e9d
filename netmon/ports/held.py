"""Which sockets take what comes to a port that was asked about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

from netmon.model.connection import Connection
from netmon.model.endpoint import Endpoint
from netmon.ports.question import PortQuestion


class _Bound(Protocol):
    """Where a socket is bound."""

    @property
    def family(self) -> int:
        """4 or 6."""

    @property
    def address(self) -> str:
        """Its local address."""

    @property
    def v6only(self) -> bool | None:
        """Whether an IPv6 socket refuses IPv4."""


T = TypeVar("T", bound=_Bound)


def serving(bound: Iterable[T], address: str | None) -> list[T]:
    """Those that take what comes to an address: bound to it, or else to the wildcard that stands for it.

    Args:
        bound: sockets of one port and protocol.
        address: None for every address.
    """
    everyone = list(bound)
    if address is None:
        return everyone
    address = address.partition("%")[0]  # a socket's address is told without its zone
    if exact := [one for one in everyone if one.address == address]:
        return exact
    if ":" in address:
        return [one for one in everyone if one.address == "::"]
    wildcards = [one for one in everyone if one.address == "0.0.0.0"]
    return wildcards or [one for one in everyone if one.address == "::" and one.v6only is not True]


class _Place:
    """A listening connection as `serving` wants it."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.family: int = connection.socket.family
        self.address = connection.socket.local.address
        self.v6only = connection.socket.v6only


def holding(listeners: Sequence[Connection], question: PortQuestion) -> list[Connection]:
    """The listening TCP or bound UDP sockets that are meant; UDP only if asked for, or if no TCP listens."""
    for protocol in question.protocols:
        places = [
            _Place(listener)
            for listener in listeners
            if listener.socket.protocol == protocol
            and listener.socket.local.port == question.port
            and listener.socket.serves
        ]
        if found := serving(places, question.address):
            return [place.connection for place in found]
    return []


def listener_of(local: Endpoint, listeners: Sequence[Connection]) -> list[Connection]:
    """The TCP listeners that take what comes to the local end of a connection."""
    return holding(listeners, PortQuestion(local.port, "tcp", local.address))
