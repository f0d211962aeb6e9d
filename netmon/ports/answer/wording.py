"""How sockets, their owners and places to bind are named in the sentences about a port."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import islice

from netmon.model.connection import Connection
from netmon.model.process import Owner, Process
from netmon.model.socket import SocketRecord
from netmon.ports.bind_probe import Place

_SHOWN = 3
"""Things that a sentence names one by one; of more, only the number."""


def process_text(process: Process) -> str:
    """`nginx (812)`."""
    return f"{process.name} ({process.pid})"


def owner_text(owner: Owner) -> str:
    """The processes that hold a socket, or why there are none."""
    if owner.processes:
        return enumerated([process_text(process) for process in owner.processes])
    return owner.explain() or "nobody"


def pair_text(socket: SocketRecord) -> str:
    """Both ends of a connection, or where a socket is bound."""
    return f"{socket.local} to {socket.remote}" if socket.remote else str(socket.local)


def pairs_text(rows: Collection[Connection]) -> str:
    """The sockets in the way, the first few by their ends."""
    return enumerated([pair_text(row.socket) for row in rows])


def places_text(places: Iterable[Place]) -> str:
    """`0.0.0.0, :: (IPv4 too)`."""
    return ", ".join(str(place) for place in places)


def enumerated(texts: Sequence[str], shown: int = _SHOWN) -> str:
    """The first few, and how many more there are."""
    rest = len(texts) - shown
    return ", ".join(islice(texts, shown)) + (f" and {rest} more" if rest > 0 else "")


def counted(number: int, noun: str) -> str:
    """`1 connection`, `3 connections`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
