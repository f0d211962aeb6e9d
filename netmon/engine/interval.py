"""What one update of the tracker works with, from one snapshot to the next."""

from __future__ import annotations

from dataclasses import dataclass, field

from netmon.engine.closing import Pair
from netmon.engine.totals import IntervalRates
from netmon.model.connection import Connection
from netmon.model.snapshot import Snapshot


@dataclass(slots=True)
class Interval:
    """The new snapshot, and what has been made of it so far."""

    snapshot: Snapshot
    before: Snapshot | None
    """The snapshot before; None at the first."""
    rows: dict[object, Connection] = field(default_factory=dict)
    """Every socket of the snapshot by its key."""
    appeared: int = 0
    """How many of them were not there before."""
    connections: list[Connection] = field(default_factory=list)
    listeners: list[Connection] = field(default_factory=list)
    closed: list[Connection] = field(default_factory=list)
    finals: dict[Pair, Connection] = field(default_factory=dict)
    """What closed, by what its TIME_WAIT socket is known by."""
    over: list[Connection] = field(default_factory=list)
    """Rows of the poll before whose sockets have given way to what the kernel keeps of them."""
    told_late: list[object] = field(default_factory=list)
    """Keys of TIME_WAIT sockets of the poll before whose connection's end is known only now."""
    rates: IntervalRates = field(default_factory=IntervalRates)
    seconds: float | None = field(init=False)
    """How long it lasted; None at the first snapshot."""

    def __post_init__(self) -> None:
        """Take the time once: thousands of rates are made from it."""
        self.seconds = None if self.before is None else self.snapshot.monotonic - self.before.monotonic

    def rate(self, now: int | None, before: int | None) -> float | None:
        """Bytes per second between two counts; None where either is unknown."""
        seconds = self.seconds
        if now is None or before is None or not seconds or seconds <= 0:
            return None
        return max(0, now - before) / seconds
