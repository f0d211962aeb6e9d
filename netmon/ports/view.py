"""The listening sockets as the user asked to see them: filtered and sorted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from netmon.engine.filter import Filter
from netmon.engine.view import CONNECTION_SORT, NO_FILTER, Sorting
from netmon.ports.listeners import Listening, by_port, user_of


class PortSettings(NamedTuple):
    """What the user asked for; replaced whole, so that it may be read from another thread."""

    filter: Filter = NO_FILTER
    sorting: Sorting = Sorting("port", False)


class PortView(NamedTuple):
    """The listening sockets as they are shown."""

    rows: Sequence[Listening]
    """Those that match, in order."""
    all: Sequence[Listening]
    settings: PortSettings


def arrange(listeners: Sequence[Listening], settings: PortSettings) -> PortView:
    """What `settings` shows of all listening sockets."""
    rows = listeners
    if settings.filter:
        matches = settings.filter.matches
        rows = [row for row in rows if matches(row.listener)]
    column, reverse = settings.sorting
    return PortView(sorted(rows, key=PORT_SORT[column], reverse=reverse), listeners, settings)


_SortKey = Callable[[Listening], Any]


def _reached(source: str) -> _SortKey:
    ranks = {False: 0, None: 1, True: 2}
    return lambda row: ranks[getattr(row.reach, source)]


def _fullness(row: Listening) -> tuple[float, int]:
    """How full the accept queue is; what has none stands last."""
    queue = row.accept_queue
    return (-1, 0) if queue is None else (queue[0] / max(1, queue[1]), queue[0])


def _state(row: Listening) -> tuple[int, int]:
    """Datagrams lost, then those that wait; TCP last."""
    socket = row.listener.socket
    return (-1, 0) if socket.protocol == "tcp" else (socket.drops or 0, socket.receive_queue or 0)


PORT_SORT: dict[str, _SortKey] = {
    "port": by_port,
    "service": lambda row: (row.listener.service is None, row.listener.service or ""),
    "owner": lambda row: CONNECTION_SORT["process"](row.listener),
    "user": lambda row: user_of(row.listener.owner) or "",
    "address": lambda row: CONNECTION_SORT["local"](row.listener),
    "loopback4": _reached("loopback4"),
    "loopback6": _reached("loopback6"),
    "lan4": _reached("lan4"),
    "lan6": _reached("lan6"),
    "queue": _fullness,
    "inbound": lambda row: row.inbound,
    "state": _state,
}
"""Every column that listening sockets can be sorted by."""

LOW_FIRST = frozenset({"port", "service", "owner", "user", "address"})
"""Columns that are sorted from low to high at first; all others from high to low."""


def sorted_by(sorting: Sorting, column: str) -> Sorting:
    """The order after a column was chosen: turned around if it was chosen before."""
    reverse = not sorting.reverse if column == sorting.column else column not in LOW_FIRST
    return Sorting(column, reverse)
