"""How many connections listeners lost: the kernel counts since the beginning, users ask since when."""

from __future__ import annotations

from netmon.engine.state import ListenActivity
from netmon.model.pressure import ListenCounters


class ListenWatch:
    """Remembers the counters of the first poll and of the one before."""

    def __init__(self) -> None:
        self._first: ListenCounters | None = None
        self._before: ListenCounters | None = None

    def update(self, now: ListenCounters | None) -> ListenActivity | None:
        """What happened up to `now`; None where the system does not tell."""
        if now is None:
            return None
        before, self._before = self._before, now
        self._first = self._first or now
        interval = None if before is None else _since(before, now)
        return ListenActivity(now, _since(self._first, now), interval)


def _since(before: ListenCounters, now: ListenCounters) -> ListenCounters:
    return ListenCounters(_increase(before.overflows, now.overflows), _increase(before.drops, now.drops))


def _increase(before: int | None, now: int | None) -> int | None:
    """Never negative: a counter that runs backwards is that of another namespace."""
    return None if before is None or now is None else max(0, now - before)
