"""What a collector hands over at each poll."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from netmon.model.pressure import ConnectionTally, ListenCounters, PortLimits
from netmon.model.socket import SocketRecord

Source = Literal["sock_diag", "psutil", "replay"]

NOTHING: Mapping[Any, Any] = MappingProxyType({})
"""An empty mapping that nobody can fill: the default of what was not read."""


LocalEnd = tuple[str, int, str, int]
"""Protocol, socket family (4 or 6), address and port."""


class Degradation(NamedTuple):
    """Something that could not be read, why, and what would help."""

    subject: str
    """What is missing, as a stable word: `owners`, `bytes`, `closed`, `ipv6`, `interfaces`."""
    reason: str
    remedy: str | None = None


class ClosedSocket(NamedTuple):
    """A socket that was destroyed, with its last counters."""

    record: SocketRecord
    """State CLOSED; without inode, uid and owner, which the kernel no longer tells."""
    closed_at: float
    """Monotonic time at which the event was read."""


class InterfaceCounters(NamedTuple):
    """Bytes through one interface since it came up, headers included."""

    bytes_received: int
    bytes_sent: int


class ProcessCount(NamedTuple):
    """How many processes there are, whether they use the network or not."""

    visible: int
    """All that can be seen."""
    unreadable: int | None
    """Those of them whose sockets cannot be read, which may hold any; None where that is not told."""


class Snapshot(NamedTuple):  # not a dataclass, whose module takes every command 5 ms to load
    """One poll of one source, whole."""

    taken_at: datetime
    """Wall-clock time, aware, UTC."""
    monotonic: float
    """Monotonic time at which the sockets had been read."""
    began: float
    """Monotonic time at which reading began: what closed before it is not in `sockets`."""
    source: Source
    sockets: Sequence[SocketRecord]
    closed: Sequence[ClosedSocket] = ()
    """Sockets destroyed since the poll before."""
    reports_closed: bool = False
    """Whether `closed` is reported at all; otherwise a socket has closed when it is no longer there."""
    lost_events: int = 0
    """Destroy events lost to overflow, in total: at least so many, the kernel does not say how many."""
    interfaces: Mapping[str, InterfaceCounters] = NOTHING
    """Per interface; empty where they are not read."""
    addresses: Mapping[str, str] = NOTHING
    """This machine's addresses, each with the name of its interface."""
    ephemeral: tuple[int, int] = (32768, 60999)
    """The first and last port that the kernel lends to outgoing connections here."""
    accepted: Mapping[LocalEnd, int] | None = None
    """Open connections by their local end, where only listeners were read; else they are in `sockets`."""
    tally: ConnectionTally | None = None
    """What pressure on ports depends on, where only listeners were read; else it is in `sockets`."""
    listen: ListenCounters | None = None
    """What listeners did not take; None where the system does not tell."""
    limits: PortLimits | None = None
    """The settings of queues and ports; None where they are not read."""
    degradations: tuple[Degradation, ...] = ()
    processes: ProcessCount | None = None
    """All processes; None where the source does not count them."""
    privileged: bool = False
    """Whether every process of the machine may be read (root)."""
    cost_s: float = 0.0
    """Seconds of wall-clock time that the poll took."""
