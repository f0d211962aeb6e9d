"""What a face shows of a state: filtered, sorted, and split by direction; without any terminal.

A view is computed off the UI thread, for 10,000 connections in some 10 ms.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import Any, NamedTuple

from netmon.engine.aggregate import ProcessRow, by_process
from netmon.engine.closing import is_remains
from netmon.engine.filter import Filter, parse_filter
from netmon.engine.state import State, Totals
from netmon.model.connection import Connection, Direction
from netmon.model.endpoint import Endpoint
from netmon.model.process import Owner
from netmon.model.socket import SocketState

NO_FILTER = parse_filter("")


class Sorting(NamedTuple):
    """By which column, and whether from high to low."""

    column: str
    reverse: bool


class ViewSettings(NamedTuple):
    """What the user asked for; replaced whole, so that it may be read from another thread."""

    filter: Filter = NO_FILTER
    sorting: Sorting = Sorting("rate", True)
    with_processes: bool = False
    """Whether the sums by process are wanted; they cost a pass over all rows."""
    with_closed: bool = False
    """Whether the history is wanted."""


class ConnectionView(NamedTuple):
    """The rows of the connections tab."""

    settings: ViewSettings
    """What it was computed for."""
    rows: Sequence[Connection]
    """All that match, in order."""
    inbound: Sequence[Connection]
    outbound: Sequence[Connection]
    """Also those whose direction is unknown: a row never vanishes from the split view."""
    processes: Sequence[ProcessRow]
    closed: Sequence[Connection]
    """The history: what closed since netmon started, as far as it is kept."""
    total: int
    """How many rows there are without the filter."""
    inbound_totals: Totals
    outbound_totals: Totals
    sorting: Sorting
    """The order of the connections: as set, unless only sums by process can be sorted so."""
    process_sorting: Sorting
    closed_sorting: Sorting

    @property
    def totals(self) -> Totals:
        """The sums over both directions."""
        return _sum(self.inbound_totals, self.outbound_totals)


def connection_view(state: State, settings: ViewSettings) -> ConnectionView:
    """What `settings` shows of a state."""
    rows = _with_lingering(state)
    total = len(rows)
    if settings.filter:
        matches = settings.filter.matches
        rows = [row for row in rows if matches(row)]
    sorting = _possible(settings.sorting, CONNECTION_SORT)
    rows = sort_connections(rows, sorting)  # once: the halves keep the order of the whole
    inbound = [row for row in rows if row.direction is Direction.INBOUND]
    outbound = [row for row in rows if row.direction is not Direction.INBOUND]
    processes: list[ProcessRow] = []
    process_sorting = _possible(settings.sorting, PROCESS_SORT)
    if settings.with_processes:
        processes = sort_processes(by_process(row for row in rows if row.closed_at is None), process_sorting)
    closed: Sequence[Connection] = ()
    closed_sorting = _possible(settings.sorting, CLOSED_SORT, "closed_at")
    if settings.with_closed:
        closed = [row for row in state.history if settings.filter.matches(row)]
        closed = sorted(closed, key=CLOSED_SORT[closed_sorting.column], reverse=closed_sorting.reverse)
    return ConnectionView(
        settings,
        rows,
        inbound,
        outbound,
        processes,
        closed,
        total,
        _totals(state, inbound, settings, Direction.INBOUND),
        _totals(state, outbound, settings, Direction.OUTBOUND),
        sorting,
        process_sorting,
        closed_sorting,
    )


def _with_lingering(state: State) -> list[Connection]:
    """The live connections, and those that closed a moment ago in place of what the kernel keeps of them."""
    if not state.lingering:
        return list(state.connections)
    closed = {(row.socket.local, row.socket.remote) for row in state.lingering}
    live = [
        row
        for row in state.connections
        if not is_remains(row.socket) or (row.socket.local, row.socket.remote) not in closed
    ]
    return live + list(state.lingering)


def _totals(state: State, rows: Sequence[Connection], settings: ViewSettings, direction: Direction) -> Totals:
    """The state's own sums, which include what closed since; with a filter, the sums of the rows."""
    if settings.filter:
        live = [row for row in rows if row.closed_at is None]
        waiting = sum(1 for row in live if row.socket.state is SocketState.TIME_WAIT)
        sent = sum(row.rate_sent for row in live if row.rate_sent)
        received = sum(row.rate_received for row in live if row.rate_received)
        return Totals(len(live) - waiting, sent, received, waiting)
    totals = state.totals.get(direction, Totals())
    if direction is Direction.OUTBOUND:
        totals = _sum(totals, state.totals.get(Direction.UNKNOWN, Totals()))
    return totals


def _sum(a: Totals, b: Totals) -> Totals:
    return Totals(
        a.connections + b.connections,
        a.rate_sent + b.rate_sent,
        a.rate_received + b.rate_received,
        a.time_wait + b.time_wait,
    )


# -- sorting

_SortKey = Callable[[Any], Any]
_OUTWEIGHS = 1e18


def owner_name(owner: Owner) -> str:
    """The name that stands for an owner: its first process, who it was, its unit, or nothing."""
    processes = owner.processes or owner.former
    if processes:
        return processes[0].name
    return owner.unit or owner.user or ""


def _owner_key(row: Connection | ProcessRow) -> tuple[bool, str, int]:
    owner = row.owner
    processes = owner.processes or owner.former
    name = owner_name(owner)
    return not name, name.lower(), processes[0].pid if processes else 0


@lru_cache(maxsize=32768)
def _address_key(address: str) -> tuple[int, bytes]:
    if ":" in address:
        return 6, socket.inet_pton(socket.AF_INET6, address)
    return 4, socket.inet_aton(address)


def _endpoint_key(endpoint: Endpoint | None) -> tuple[int, bytes, int]:
    if endpoint is None:
        return 0, b"", 0
    return *_address_key(endpoint.address), endpoint.port


def _number(field: str) -> _SortKey:
    def key(row: Any) -> float:
        value = getattr(row, field)
        return -1 if value is None else value

    return key


def _rate(rate: str, total: str) -> _SortKey:
    """By rate; what is idle by its total, what is unknown last."""
    rate_of, total_of = attrgetter(rate), attrgetter(total)

    def key(row: Any) -> float:
        # One number, not a pair, which takes twice as long to sort by: any rate outweighs any total.
        if now := rate_of(row):
            return float(now * _OUTWEIGHS)
        ever = total_of(row)
        return -1.0 if ever is None else ever

    return key


def _rates(row: Any) -> float:
    """By both rates together, so that who sends much is on top like who receives much; else as `_rate`."""
    if now := (row.rate_received or 0.0) + (row.rate_sent or 0.0):
        return float(now * _OUTWEIGHS)
    received, sent = row.bytes_received, row.bytes_sent
    return -1.0 if received is None and sent is None else float((received or 0) + (sent or 0))


CONNECTION_SORT: dict[str, _SortKey] = {
    "process": _owner_key,
    "local": lambda row: _endpoint_key(row.socket.local),
    "remote": lambda row: _endpoint_key(row.socket.remote),
    "to_port": lambda row: row.socket.local.port,
    "state": lambda row: str.__str__(row.socket.state),
    "service": lambda row: (row.service is None, row.service or ""),
    "direction": lambda row: str.__str__(row.direction),
    "rate": _rates,
    "rate_received": _rate("rate_received", "bytes_received"),
    "rate_sent": _rate("rate_sent", "bytes_sent"),
    "bytes_received": _number("bytes_received"),
    "bytes_sent": _number("bytes_sent"),
    # From the oldest to the youngest when reversed, like every other number from high to low.
    "age": lambda row: -(row.opened_at if row.opened_at is not None else row.open_since),
    "rtt": lambda row: row.socket.tcp.rtt_us or -1 if row.socket.tcp is not None else -1,
}
"""Every column that connections can be sorted by, and `rate`, which is both rates together."""

PROCESS_SORT: dict[str, _SortKey] = {
    "process": _owner_key,
    "user": lambda row: row.owner.user or "",
    "connections": _number("connections"),
    "inbound": _number("inbound"),
    "outbound": _number("outbound"),
    "rate": _rates,
    "rate_received": _rate("rate_received", "bytes_received"),
    "rate_sent": _rate("rate_sent", "bytes_sent"),
    "bytes_received": _number("bytes_received"),
    "bytes_sent": _number("bytes_sent"),
    "age": lambda row: -row.newest_at,
}

CLOSED_SORT: dict[str, _SortKey] = {
    **{key: CONNECTION_SORT[key] for key in ("process", "local", "remote", "service", "direction")},
    "bytes_received": _number("bytes_received"),
    "bytes_sent": _number("bytes_sent"),
    "lived": lambda row: -1 if row.opened_at is None else row.closed_at - row.opened_at,
    "closed_at": _number("closed_at"),
}
"""Every column that the history can be sorted by."""

TEXT_COLUMNS = frozenset({"process", "local", "remote", "to_port", "state", "service", "direction", "user"})
"""Columns that are sorted from low to high at first; all others from high to low."""


def sort_connections(rows: Sequence[Connection], sorting: Sorting) -> list[Connection]:
    """The rows in order; equal ones keep theirs, so that a quiet table does not move."""
    return sorted(rows, key=CONNECTION_SORT[sorting.column], reverse=sorting.reverse)


def sort_processes(rows: Sequence[ProcessRow], sorting: Sorting) -> list[ProcessRow]:
    """The sums by process in order."""
    return sorted(rows, key=PROCESS_SORT[sorting.column], reverse=sorting.reverse)


def _possible(sorting: Sorting, sorts: Mapping[str, _SortKey], otherwise: str = "rate") -> Sorting:
    """The order, or the one to begin with where there is no such column."""
    return sorting if sorting.column in sorts else Sorting(otherwise, True)
