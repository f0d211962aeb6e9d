"""What one update of the tracker works with, from one snapshot to the next."""

from __future__ import annotations

from netmon.engine.closing import Pair
from netmon.engine.totals import IntervalRates
from netmon.model.connection import Connection
from netmon.model.snapshot import Snapshot


class Interval:
    """The new snapshot, and what has been made of it so far."""

    __slots__ = (
        "appeared",
        "before",
        "closed",
        "connections",
        "finals",
        "listeners",
        "over",
        "rates",
        "rows",
        "seconds",
        "snapshot",
        "told_late",
    )

    def __init__(self, snapshot: Snapshot, before: Snapshot | None) -> None:
        """Begin with nothing.

        Args:
            snapshot: the new one.
            before: the one before; None at the first.
        """
        self.snapshot = snapshot
        self.before = before
        self.seconds = None if before is None else snapshot.monotonic - before.monotonic
        """How long it lasted; None at the first snapshot. Taken once: thousands of rates are made from it."""
        self.rows: dict[object, Connection] = {}
        """Every socket of the snapshot by its key."""
        self.appeared = 0
        """How many of them were not there before."""
        self.connections: list[Connection] = []
        self.listeners: list[Connection] = []
        self.closed: list[Connection] = []
        self.finals: dict[Pair, Connection] = {}
        """What closed, by what its TIME_WAIT socket is known by."""
        self.over: list[Connection] = []
        """Rows of the poll before whose sockets have given way to what the kernel keeps of them."""
        self.told_late: list[object] = []
        """Keys of TIME_WAIT sockets of the poll before whose connection's end is known only now."""
        self.rates = IntervalRates()

    def rate(self, now: int | None, before: int | None) -> float | None:
        """Bytes per second between two counts; None where either is unknown."""
        seconds = self.seconds
        if now is None or before is None or not seconds or seconds <= 0:
            return None
        return max(0, now - before) / seconds
