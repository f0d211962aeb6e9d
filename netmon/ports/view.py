"""The ports as the user asked to see them: filtered, sorted, each with its sockets beneath."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from netmon.engine.filter import Filter
from netmon.engine.state import State
from netmon.engine.view import CONNECTION_SORT, NO_FILTER, Sorting
from netmon.model.process import Owner
from netmon.ports.groups import GroupKey, PortGroup, port_groups
from netmon.ports.listeners import Listening, user_of
from netmon.ports.notes import NO_NOTE, Note, note_of_group, note_of_socket
from netmon.ports.traffic import Traffic

FEW = 8
"""More sockets than these are folded into one line until they are asked for."""


class PortSettings(NamedTuple):
    """What the user asked for; replaced whole, so that it may be read from another thread."""

    filter: Filter = NO_FILTER
    sorting: Sorting = Sorting("port", False)
    with_sockets: bool = True
    """Whether the sockets of a port stand beneath it."""
    opened: frozenset[GroupKey] = frozenset()
    """Ports whose sockets are shown, however many they are."""


class PortRow(NamedTuple):
    """One line: a port, one of its sockets, or how many of them are folded."""

    group: PortGroup
    note: Note
    socket: Listening | None = None
    """The socket of a line beneath; None on the line of the port."""
    tree: str = ""
    """What stands before a line beneath."""
    folded: int = 0
    """How many sockets this line stands for."""

    @property
    def key(self) -> object:
        """What makes it the same line in the next state: of a port, however many sockets it has."""
        if self.folded:
            return *self.group.key, "folded"
        return self.group.key if self.socket is None else self.socket.key

    @property
    def subject(self) -> PortGroup | Listening:
        """What the line is about."""
        return self.group if self.socket is None else self.socket

    @property
    def sockets(self) -> Sequence[Listening]:
        """The sockets that it is about."""
        return self.group.sockets if self.socket is None else (self.socket,)

    @property
    def owner(self) -> Owner:
        """The first of those who hold it."""
        return self.subject.owners[0]

    @property
    def traffic(self) -> Traffic:
        """What came in and is open still."""
        return self.subject.traffic

    @property
    def started_at(self) -> float | None:
        """When the oldest process that holds it started, in seconds since the epoch."""
        holders = (process for owner in self.subject.owners for process in owner.processes)
        return min((p.started_at for p in holders if p.started_at is not None), default=None)


class PortView(NamedTuple):
    """The ports as they are shown."""

    rows: Sequence[PortRow]
    """The lines, in order; those of sockets always right behind the line of their port."""
    groups: Sequence[PortGroup]
    """The ports that match, in order."""
    all: Ports
    """What there is without the filter."""
    settings: PortSettings

    @property
    def total(self) -> int:
        """How many ports there are without the filter."""
        return len(self.all.rows)


class Ports(NamedTuple):
    """All ports of a state, each with the remark on it, before anybody filters or sorts."""

    rows: Sequence[PortRow]
    """The lines of the ports themselves."""
    socket_notes: dict[object, Note]
    """By the socket's key, of ports with several sockets; where there is anything to say."""


def all_ports(state: State) -> Ports:
    """What a state has; the part that costs something."""
    groups = port_groups(state)
    several = [row for group in groups if len(group.sockets) > 1 for row in group.sockets]
    notes = {row.key: note for row in several if (note := note_of_socket(row, state)) is not NO_NOTE}
    return Ports([PortRow(group, note_of_group(group, state)) for group in groups], notes)


def arrange(ports: Ports, settings: PortSettings) -> PortView:
    """What `settings` shows of all ports."""
    shown: list[tuple[PortRow, Sequence[Listening]]] = [(row, row.sockets) for row in ports.rows]
    if settings.filter:
        matches = settings.filter.matches
        found = ((row, [each for each in sockets if matches(each.listener)]) for row, sockets in shown)
        shown = [(row, sockets) for row, sockets in found if sockets]
    column, reverse = settings.sorting
    key = PORT_SORT[column]
    shown.sort(key=lambda item: key(item[0]), reverse=reverse)
    rows = [line for row, sockets in shown for line in _lines(row, sockets, ports, settings)]
    return PortView(rows, [row.group for row, _ in shown], ports, settings)


def _lines(
    row: PortRow, sockets: Sequence[Listening], ports: Ports, settings: PortSettings
) -> Iterator[PortRow]:
    """The line of a port, and beneath it the sockets that match, if it has several."""
    yield row
    group = row.group
    if len(group.sockets) == 1 or not (settings.with_sockets or group.key in settings.opened):
        return
    if len(sockets) > FEW and group.key not in settings.opened:
        yield PortRow(group, NO_NOTE, tree="└", folded=len(sockets))
        return
    for each in sockets:
        tree = "└" if each is sockets[-1] else "├"
        yield PortRow(group, ports.socket_notes.get(each.key, NO_NOTE), each, tree)


# -- sorting

_SortKey = Callable[[PortRow], Any]


def _first(key: Callable[[Any], Any]) -> _SortKey:
    """By the first of its sockets."""
    return lambda row: key(row.group.sockets[0].listener)


def _reached(source: str) -> _SortKey:
    ranks = {False: 0, None: 1, True: 2}
    return lambda row: ranks[getattr(row.group.reach, source)]


def _fullness(row: PortRow) -> tuple[float, int]:
    """How full the fullest accept queue is; UDP after it, by what waits unread."""
    group = row.group
    queues = [queue for each in group.sockets if (queue := each.accept_queue) is not None]
    if queues:
        return max((1 + queue[0] / max(1, queue[1]), queue[0]) for queue in queues)
    waiting = sum(each.listener.socket.receive_queue or 0 for each in group.sockets)
    return 0.0, waiting if group.protocol == "udp" else -1


def _rate(field: str) -> _SortKey:
    def key(row: PortRow) -> tuple[float, int]:
        rate = getattr(row.traffic, field)
        return -1.0 if rate is None else rate, row.traffic.connections

    return key


_RANGES = ("well-known", "registered", "ephemeral")

PORT_SORT: dict[str, _SortKey] = {
    "port": lambda row: (row.group.port, row.group.protocol),
    "service": lambda row: (row.group.service is None, row.group.service or ""),
    "range": lambda row: (_RANGES.index(row.group.range), row.group.port),
    "owner": _first(CONNECTION_SORT["process"]),
    "user": lambda row: user_of(row.owner) or "",
    # From the oldest to the youngest when reversed, as ages are everywhere.
    "since": lambda row: -(row.started_at or float("inf")),
    "address": _first(CONNECTION_SORT["local"]),
    "loopback4": _reached("loopback4"),
    "loopback6": _reached("loopback6"),
    "lan4": _reached("lan4"),
    "lan6": _reached("lan6"),
    "queue": _fullness,
    "inbound": lambda row: row.traffic.connections,
    "rate_received": _rate("rate_received"),
    "rate_sent": _rate("rate_sent"),
    "note": lambda row: row.note.rank,
}
"""Every column that ports can be sorted by."""

LOW_FIRST = frozenset({"port", "service", "range", "owner", "user", "address"})
"""Columns that are sorted from low to high at first; all others from high to low."""


def sorted_by(sorting: Sorting, column: str, low_first: frozenset[str] = LOW_FIRST) -> Sorting:
    """The order after a column was chosen: turned around if it was chosen before."""
    reverse = not sorting.reverse if column == sorting.column else column not in low_first
    return Sorting(column, reverse)
