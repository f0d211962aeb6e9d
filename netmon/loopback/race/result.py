"""What a race showed, so far or in the end."""

from __future__ import annotations

import statistics
from collections import Counter
from typing import NamedTuple

from netmon.engine.connect import Attempt, Outcome
from netmon.loopback.race.attempt import Destination
from netmon.loopback.race.costs import Cost
from netmon.loopback.race.intervals import Share, wilson
from netmon.loopback.race.profiles import Profile
from netmon.loopback.race.stacks import Run


class Alone(NamedTuple):
    """One address, tried alone a few times."""

    destination: Destination
    attempts: tuple[Attempt, ...] = ()

    @property
    def outcome(self) -> Outcome | None:
        """What came of it most often; None before the first attempt."""
        counts = Counter(attempt.outcome for attempt in self.attempts)
        return counts.most_common(1)[0][0] if counts else None

    @property
    def connect_us(self) -> int | None:
        """The median time of those attempts that connected."""
        times = [a.connect_us for a in self.attempts if a.connect_us is not None]
        return int(statistics.median(times)) if times else None


class Contest(NamedTuple):
    """The rounds of one way to connect."""

    profile: Profile
    runs: tuple[Run, ...] = ()

    def wins(self, destination: Destination) -> int:
        """How many rounds ended at that address."""
        return sum(run.winner == destination for run in self.runs)

    def share(self, destination: Destination) -> Share | None:
        """That as a share of all rounds, with its interval; None without a round."""
        return wilson(self.wins(destination), len(self.runs))

    @property
    def lost(self) -> int:
        """How many rounds ended nowhere."""
        return sum(run.winner is None for run in self.runs)

    @property
    def median_ms(self) -> float | None:
        """The median time to a connection, of the rounds that ended with one."""
        times = [run.took_s * 1000 for run in self.runs if run.winner is not None]
        return statistics.median(times) if times else None


class RaceResult(NamedTuple):
    """Everything that was seen."""

    target: str
    destinations: tuple[Destination, ...] = ()
    """The addresses in the resolver's order."""
    alone: tuple[Alone, ...] = ()
    contests: tuple[Contest, ...] = ()
    costs: tuple[Cost, ...] = ()
    rounds: int = 20
    """How many rounds each contest is to have."""
    done: bool = False
    stopped: str = ""
    """Why it ended early, if it did."""
    error: str = ""
    """Why it could not be run at all."""

    @property
    def live(self) -> tuple[Alone, ...]:
        """The addresses that carry a connection."""
        return tuple(alone for alone in self.alone if alone.outcome is Outcome.CARRIES)
