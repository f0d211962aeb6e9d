"""What every face of netmon receives: one immutable picture of the machine's sockets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from netmon.model.connection import Connection, Direction
from netmon.model.pressure import ConnectionTally, ListenCounters, PortLimits
from netmon.model.snapshot import NOTHING, Degradation, LocalEnd, ProcessCount, Source

LINGER_S = 5.0
"""How long a closed connection stays in the live view, marked, and a new one is marked as new."""


class Totals(NamedTuple):
    """Sums over a group of connections; the rates are of those that are counted."""

    connections: int = 0
    rate_sent: float = 0.0
    rate_received: float = 0.0
    time_wait: int = 0
    """Beside the connections: what the kernel keeps of those that are over."""


class ClosedTotals(NamedTuple):
    """All connections that closed since netmon started, also those that fell out of the history."""

    connections: int = 0
    bytes_sent: int = 0
    bytes_received: int = 0


class Coverage(NamedTuple):
    """How many sockets, and how many of the counted bytes, have an owner that can be named.

    Without TIME_WAIT, which no process can hold.
    """

    sockets_owned: int = 0
    sockets: int = 0
    bytes_owned: int = 0
    bytes: int = 0


class InterfaceRate(NamedTuple):
    """Traffic of one interface over the last interval, beside what the rows account for."""

    rate_received: float
    rate_sent: float
    rows_received: float
    """Payload of the rows that pass this interface; headers and uncounted protocols are not in it."""
    rows_sent: float

    @property
    def accounted(self) -> float | None:
        """The share of the interface's bytes that the rows account for, 0 to 1; None when idle."""
        total = self.rate_received + self.rate_sent
        return min(1.0, (self.rows_received + self.rows_sent) / total) if total > 0 else None


class ListenActivity(NamedTuple):
    """What listeners of this network namespace did not take, over three spans of time."""

    total: ListenCounters
    """Since the namespace came up."""
    since_start: ListenCounters
    """Since netmon's first poll."""
    in_interval: ListenCounters | None
    """Since the poll before; None at the first."""


class State(NamedTuple):
    """The machine's sockets at one moment, with what changed; never modified after it was made."""

    sequence: int
    """Counts the states of one run; rises by one."""
    taken_at: datetime
    monotonic: float
    source: Source
    connections: Sequence[Connection] = ()
    """TCP connections in every state, and UDP sockets with a fixed peer."""
    listeners: Sequence[Connection] = ()
    """Listening TCP and unconnected UDP sockets."""
    gone_listeners: Sequence[Connection] = ()
    """Listeners that have gone since netmon started (`closed_at` set), bounded; the latest last."""
    first_listeners: frozenset[LocalEnd] = frozenset()
    """Where there were listeners at the first poll."""
    started_at: float | None = None
    """The monotonic time of the first poll: what was there then is not new; None before it."""
    closed: Sequence[Connection] = ()
    """Connections that closed since the state before."""
    lingering: Sequence[Connection] = ()
    """Connections that closed within the last LINGER_S."""
    history: Sequence[Connection] = ()
    """The last connections that closed, oldest first, bounded."""
    closed_totals: ClosedTotals = ClosedTotals()
    opened_total: int = 0
    """Connections that appeared since netmon started, without those open at the start."""
    totals: Mapping[Direction, Totals] = NOTHING
    coverage: Coverage = Coverage()
    interfaces: Mapping[str, InterfaceRate] = NOTHING
    addresses: Mapping[str, str] = NOTHING
    """This machine's addresses, each with the name of its interface."""
    ephemeral: tuple[int, int] = (32768, 60999)
    """The first and last port that the kernel lends to outgoing connections here."""
    accepted: Mapping[LocalEnd, int] | None = None
    """Open connections by their local end, where only listeners were read; else they are in `connections`."""
    tally: ConnectionTally | None = None
    """What pressure on ports depends on, where only listeners were read; else it is in `connections`."""
    listen: ListenActivity | None = None
    """What listeners did not take; None where the system does not tell."""
    limits: PortLimits | None = None
    """The settings of queues and ports; None where they are not read."""
    processes: ProcessCount | None = None
    """All processes of the machine; None where the source does not count them."""
    lost_events: int = 0
    degradations: tuple[Degradation, ...] = ()
    privileged: bool = False
    poll_cost_s: float = 0.0
    interval_s: float = 1.0
    """The interval in force, longer than asked for where polls are expensive."""
    slowed: bool = False
    """Whether it is longer than asked for."""
    error: str | None = None
    """Why the latest poll failed; the sockets are then those of the poll before."""

    def wall_time(self, monotonic: float) -> datetime:
        """A monotonic time of this run as aware wall-clock time."""
        return (self.taken_at - timedelta(seconds=self.monotonic - monotonic)).astimezone(UTC)

    @property
    def total(self) -> Totals:
        """The sum over all directions."""
        parts = self.totals.values()
        return Totals(
            sum(p.connections for p in parts),
            sum(p.rate_sent for p in parts),
            sum(p.rate_received for p in parts),
            sum(p.time_wait for p in parts),
        )
