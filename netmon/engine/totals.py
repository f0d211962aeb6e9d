"""Sums over all connections, kept up to date by what changes instead of counted anew."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from netmon.engine.state import Coverage, InterfaceRate, Totals
from netmon.model.connection import Connection, Direction
from netmon.model.snapshot import InterfaceCounters
from netmon.model.socket import SocketState


class RunningTotals:
    """Counts and coverage. Every connection is added once, and removed as the object that was added."""

    def __init__(self) -> None:
        self._open = dict.fromkeys(Direction, 0)
        self._waiting = dict.fromkeys(Direction, 0)
        self._owned = 0
        self._sockets = 0
        self._bytes_owned = 0
        self._bytes = 0

    def add(self, connection: Connection) -> None:
        """Count a connection or listener in."""
        self._change(connection, 1)

    def remove(self, connection: Connection) -> None:
        """Count it out again."""
        self._change(connection, -1)

    def _change(self, connection: Connection, sign: int) -> None:
        if connection.socket.state is SocketState.TIME_WAIT:
            self._waiting[connection.direction] += sign
            return
        if connection.socket.remote is not None:
            self._open[connection.direction] += sign
        carried = sign * ((connection.bytes_sent or 0) + (connection.bytes_received or 0))
        self._sockets += sign
        self._bytes += carried
        if connection.owner.processes:
            self._owned += sign
            self._bytes_owned += carried

    @property
    def coverage(self) -> Coverage:
        """The share of sockets and bytes with an owner."""
        return Coverage(self._owned, self._sockets, self._bytes_owned, self._bytes)

    def by_direction(self, rates: IntervalRates) -> dict[Direction, Totals]:
        """Counts beside the rates of the interval."""
        return {
            direction: Totals(self._open[direction], *rates.of_direction(direction), self._waiting[direction])
            for direction in Direction
        }


class IntervalRates:
    """What the rows carried in one interval, by direction and by interface, in bytes per second."""

    def __init__(self) -> None:
        self._directions: dict[Direction, tuple[float, float]] = {}
        self._interfaces: dict[str | None, tuple[float, float]] = {}

    def add(self, connection: Connection, sent: float, received: float) -> None:
        """Add the rate of one connection."""
        _add(self._directions, connection.direction, sent, received)
        _add(self._interfaces, connection.interface, sent, received)

    def move(self, before: Connection, after: Connection) -> None:
        """Count a row that was added in the direction that it turned out to have."""
        if before.direction is not after.direction:
            sent, received = before.rate_sent or 0.0, before.rate_received or 0.0
            old_sent, old_received = self.of_direction(before.direction)
            self._directions[before.direction] = max(0.0, old_sent - sent), max(0.0, old_received - received)
            _add(self._directions, after.direction, sent, received)

    def of_direction(self, direction: Direction) -> tuple[float, float]:
        """Sent and received of one direction."""
        return self._directions.get(direction, (0.0, 0.0))

    def of_interface(self, name: str) -> tuple[float, float]:
        """Sent and received of the rows that pass one interface."""
        return self._interfaces.get(name, (0.0, 0.0))


_Key = TypeVar("_Key")


def _add(sums: dict[_Key, tuple[float, float]], key: _Key, sent: float, received: float) -> None:
    before_sent, before_received = sums.get(key, (0.0, 0.0))
    sums[key] = before_sent + sent, before_received + received


def interface_rates(
    before: Mapping[str, InterfaceCounters],
    now: Mapping[str, InterfaceCounters],
    seconds: float,
    rows: IntervalRates,
) -> dict[str, InterfaceRate]:
    """The traffic of every interface that existed at both polls, beside that of the rows."""
    rates: dict[str, InterfaceRate] = {}
    for name, counters in now.items():
        old = before.get(name)
        if old is None or seconds <= 0:
            continue
        received = max(0, counters.bytes_received - old.bytes_received) / seconds
        sent = max(0, counters.bytes_sent - old.bytes_sent) / seconds
        rows_sent, rows_received = rows.of_interface(name)
        rates[name] = InterfaceRate(received, sent, rows_received, rows_sent)
    return rates
