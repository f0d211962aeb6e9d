"""Snapshots that were recorded or staged, handed out again in turn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from netmon.collectors.base import CollectorError
from netmon.model.process import Process
from netmon.model.snapshot import Snapshot, Source

STEP_S = 1.0
"""Seconds by which the times of a single snapshot are moved on."""


class ReplayCollector:
    """Gives one snapshot a poll; after the last, that one again and again at later times.

    At its end the recording stands still: every socket is there as it was, nothing closes, and all rates
    fall to 0. Each snapshot keeps the source it was recorded from, so that what is said of it stays true;
    that it is a replay is told by the collector.
    """

    def __init__(
        self, snapshots: Sequence[Snapshot], ancestors: Mapping[int, tuple[Process, ...]] | None = None
    ) -> None:
        """Begin before the first snapshot.

        Args:
            snapshots: in the order of their times.
            ancestors: the parents of processes by pid, nearest first.

        Raises:
            CollectorError: there is no snapshot.
        """
        if not snapshots:
            raise CollectorError("the recording is empty")
        self.source: Source = "replay"
        self._coming = iter(snapshots)
        self._ancestors = dict(ancestors or {})
        self._step_s = snapshots[-1].monotonic - snapshots[-2].monotonic if snapshots[1:] else STEP_S
        self._last = snapshots[-1]

    def poll(self) -> Snapshot:
        """The next snapshot, or the last one as of one step later."""
        if (snapshot := next(self._coming, None)) is not None:
            return snapshot
        self._last = _later(self._last, self._step_s)
        return self._last

    def ancestors(self, pid: int) -> tuple[Process, ...]:
        """The parents of a process as they were recorded, nearest first."""
        return self._ancestors.get(pid, ())

    def working_directory(self, pid: int) -> str | None:
        """Unknown: a recording holds no directories."""
        return None

    def close(self) -> None:
        """Nothing is held."""


def _later(snapshot: Snapshot, seconds: float) -> Snapshot:
    """The same sockets at a later time, with nothing closed in between."""
    return snapshot._replace(
        taken_at=snapshot.taken_at + timedelta(seconds=seconds),
        monotonic=snapshot.monotonic + seconds,
        began=snapshot.began + seconds,
        closed=(),
    )
