"""A network of numbers alone: what a strategy would do if addresses behaved so, found in no time."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

from netmon.engine.connect import Attempt, Outcome
from netmon.loopback.race.attempt import Destination


class Behaviour(NamedTuple):
    """What an address answers, and when."""

    outcome: Outcome
    after_s: float
    """Seconds; infinite if it never answers."""


class Imagined:
    """Attempts to addresses that behave as told; its clock goes as far as it is waited for."""

    def __init__(self, behaviours: Mapping[Destination, Behaviour]) -> None:
        self._behaviours = behaviours
        self._now = 0.0
        self._ends: dict[Destination, tuple[float, Attempt]] = {}

    def now(self) -> float:
        """Seconds since it was made."""
        return self._now

    def start(self, destination: Destination, attempt_s: float) -> None:
        """Begin to connect."""
        outcome, after_s = self._behaviours[destination]
        if after_s > attempt_s:
            outcome, after_s = Outcome.TIMED_OUT, attempt_s
        took_us = round(after_s * 1e6) if outcome is Outcome.CARRIES else None
        self._ends[destination] = self._now + after_s, Attempt(outcome, took_us)

    def abort(self, destination: Destination) -> None:
        """Take an attempt back."""
        self._ends.pop(destination, None)

    def wait(self, until: float) -> list[tuple[Destination, Attempt]]:
        """What happens next, if that is by the time `until`."""
        first = min((end for end, _ in self._ends.values()), default=math.inf)
        self._now = max(self._now, min(first, until))
        ended = [(d, attempt) for d, (end, attempt) in self._ends.items() if end <= self._now]
        for destination, _ in ended:
            del self._ends[destination]
        return ended
