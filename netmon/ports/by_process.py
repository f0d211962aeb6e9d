"""The ports by the process that holds them: those it serves, and those it was lent as a client."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from netmon.engine.aggregate import holder_key
from netmon.engine.filter import Filter
from netmon.engine.listener_log import is_serving
from netmon.engine.state import State
from netmon.engine.view import CONNECTION_SORT, NO_FILTER, Sorting
from netmon.model.connection import Connection, Direction
from netmon.model.process import Owner
from netmon.model.snapshot import ProcessCount
from netmon.model.socket import Protocol, SocketState
from netmon.ports.listeners import user_of

HeldPort = tuple[int, Protocol]
"""A port and its protocol."""


class ProcessPorts(NamedTuple):
    """One holder (a process, or a reason why none can be named) with all the ports it holds.

    What several processes share, such as the listener of a server that forked, stands in the row of each.
    """

    owner: Owner
    serves: Sequence[HeldPort]
    """Ports that it listens on, or has a UDP socket bound to, in order."""
    client: Sequence[HeldPort]
    """Ports of the ephemeral range that it uses as a client."""
    others: Sequence[HeldPort]
    """Other ports at this end: of connections that a listener of somebody else took, or bound by choice."""
    inbound: int
    outbound: int
    """Also those whose direction is unknown."""
    rate_received: float | None
    """Bytes per second of all its connections; None where none is known."""
    rate_sent: float | None

    @property
    def key(self) -> object:
        """What makes it the same holder in the next state."""
        return "holder", holder_key(self.owner)


class ProcessSettings(NamedTuple):
    """What the user asked for."""

    filter: Filter = NO_FILTER
    sorting: Sorting = Sorting("serves", True)


class ProcessView(NamedTuple):
    """The holders as they are shown."""

    rows: Sequence[ProcessPorts]
    """Those that match, in order, with what matches of their sockets."""
    everybody: Sequence[ProcessPorts]
    """All of them, whatever the filter."""
    state: State
    settings: ProcessSettings
    census: Census
    """All processes of the machine, whatever the filter."""


def by_process(state: State, settings: ProcessSettings) -> ProcessView:
    """Who holds which ports. With a filter only the sockets that match are counted.

    Args:
        state: gives the sockets.
        settings: which of them are wanted, and in which order the rows.
    """
    matches = settings.filter.matches if settings.filter else None
    everybody = [holder.row() for holder in _holders(state, None)]
    rows = everybody if matches is None else [holder.row() for holder in _holders(state, matches)]
    column, reverse = settings.sorting
    rows = sorted(rows, key=PROCESS_SORT[column], reverse=reverse)
    return ProcessView(rows, everybody, state, settings, census(everybody, state.processes))


class _Holder:
    """The ports of one holder, while they are gathered."""

    __slots__ = ("client", "inbound", "others", "outbound", "owner", "rated", "received", "sent", "serves")

    def __init__(self, owner: Owner) -> None:
        self.owner = owner
        self.serves: set[HeldPort] = set()
        self.client: set[HeldPort] = set()
        self.others: set[HeldPort] = set()
        self.inbound = self.outbound = 0
        self.received = self.sent = 0.0
        self.rated = False

    def hold(self, row: Connection, ephemeral: tuple[int, int]) -> None:
        """Take in a socket without a peer."""
        socket = row.socket
        held = socket.local.port, socket.protocol
        if is_serving(socket, ephemeral):
            self.serves.add(held)
        elif socket.protocol == "udp":
            self.client.add(held)
        else:
            self.others.add(held)

    def carry(self, row: Connection, low: int, high: int) -> None:
        """Take in a connection."""
        socket = row.socket
        port = socket.local.port
        if row.direction is Direction.INBOUND:
            self.inbound += 1
            self.others.add((port, socket.protocol))
        else:
            self.outbound += 1
            (self.client if low <= port <= high else self.others).add((port, socket.protocol))
        received, sent = row.rate_received, row.rate_sent
        if received is not None or sent is not None:
            self.rated = True
            self.received += received or 0.0
            self.sent += sent or 0.0

    def row(self) -> ProcessPorts:
        """What came of it."""
        rated = self.rated or not self.inbound + self.outbound
        return ProcessPorts(
            self.owner,
            sorted(self.serves),
            sorted(self.client - self.serves),
            sorted(self.others - self.serves),
            self.inbound,
            self.outbound,
            self.received if rated else None,
            self.sent if rated else None,
        )


def _holders(state: State, matches: Callable[[Connection], bool] | None) -> list[_Holder]:
    by_identity: dict[int, list[_Holder]] = {}  # equal owners are one object, nearly always
    holders: dict[object, _Holder] = {}

    def of(owner: Owner) -> list[_Holder]:
        found = [holders.setdefault(holder_key(one), _Holder(one)) for one in _one_by_one(owner)]
        by_identity[id(owner)] = found
        return found

    for row in _wanted(state.listeners, matches):
        for holder in by_identity.get(id(row.owner)) or of(row.owner):
            holder.hold(row, state.ephemeral)
    low, high = state.ephemeral
    waiting = SocketState.TIME_WAIT
    for row in _wanted(state.connections, matches):
        if row.socket.state is not waiting:  # no process holds that
            for holder in by_identity.get(id(row.owner)) or of(row.owner):
                holder.carry(row, low, high)
    return list(holders.values())


def _one_by_one(owner: Owner) -> list[Owner]:
    """Each process that holds a socket for itself: of a shared one, every process holds the port."""
    if len(owner.processes) <= 1:
        return [owner]
    return [owner._replace(processes=(process,)) for process in owner.processes]


def _wanted(rows: Sequence[Connection], matches: Callable[[Connection], bool] | None) -> Iterable[Connection]:
    return rows if matches is None else filter(matches, rows)


class Census(NamedTuple):
    """How many processes use ports, and how many use none."""

    serving: int
    """Processes that serve a port."""
    clients: int
    """Processes that hold ports but serve none."""
    without: int | None
    """Processes that use no port at all; None where the source does not count all processes."""
    unreadable: int | None
    """Processes beside these whose sockets cannot be read; None where that is not told."""


def census(rows: Iterable[ProcessPorts], count: ProcessCount | None) -> Census:
    """The processes of the machine by what ports they use.

    Args:
        rows: all holders, without a filter.
        count: how many processes there are.
    """
    serving: set[int] = set()
    holding: set[int] = set()
    for row in rows:
        pids = {process.pid for process in row.owner.processes}
        holding |= pids
        if row.serves:
            serving |= pids
    clients = len(holding - serving)
    if count is None:
        return Census(len(serving), clients, None, None)
    without = count.visible - len(holding) - (count.unreadable or 0)
    return Census(len(serving), clients, max(0, without), count.unreadable)


# -- sorting

_SortKey = Callable[[ProcessPorts], Any]


def _rate(field: str) -> _SortKey:
    def key(row: ProcessPorts) -> float:
        rate: float | None = getattr(row, field)
        return -1.0 if rate is None else rate

    return key


PROCESS_SORT: dict[str, _SortKey] = {
    "process": CONNECTION_SORT["process"],
    "user": lambda row: user_of(row.owner) or "",
    # Most first when reversed; of equally many the one with the lowest port.
    "serves": lambda row: (len(row.serves), [-port for port, _ in row.serves]),
    "client": lambda row: len(row.client),
    "others": lambda row: len(row.others),
    "inbound": lambda row: row.inbound,
    "outbound": lambda row: row.outbound,
    "rate_received": _rate("rate_received"),
    "rate_sent": _rate("rate_sent"),
}
"""Every column that holders can be sorted by."""

LOW_FIRST = frozenset({"process", "user"})
"""Columns that are sorted from low to high at first; all others from high to low."""


# -- in words


def port_words(ports: Sequence[HeldPort], most: int | None = None) -> str:
    """`80 443 8080/udp`, and how many more there are than `most`."""
    named = ports if most is None or len(ports) <= most + 1 else ports[:most]
    words = [f"{port}/udp" if protocol == "udp" else str(port) for port, protocol in named]
    if len(named) < len(ports):
        words.append(f"+{len(ports) - len(named):,}")
    return " ".join(words)
