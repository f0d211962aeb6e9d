"""Run a race: each address alone, then the ways to connect in turn, then the cost of falling back."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Callable
from typing import Any, TypeVar

from netmon.engine.connect import Outcome
from netmon.loopback.race.attempt import Sockets, StoppedError
from netmon.loopback.race.costs import Cost, foretell, measure_here
from netmon.loopback.race.profiles import RFC_8305, RFC_8305_FAST, SEQUENTIAL
from netmon.loopback.race.result import Alone, Contest, RaceResult
from netmon.loopback.race.stacks import connect_by
from netmon.loopback.race.target import destinations, parse_target

T = TypeVar("T")

ROUNDS = 20
BUDGET_S = 30.0
ATTEMPT_S = 0.9
"""So that 20 rounds through a black hole fit into the budget."""
CONTENDERS = (RFC_8305, RFC_8305_FAST, SEQUENTIAL)
_ALONE = 5
_HOPELESS = 2
"""Attempts that time out before an address is not tried again."""
_COSTS_S = 4.0
"""What is kept of the budget for the cost of falling back."""
V4, V6 = "127.0.0.1", "::1"


def _nobody(result: RaceResult) -> None:
    pass


def _never() -> bool:
    return False


def run_race(
    text: str,
    progress: Callable[[RaceResult], None] = _nobody,
    cancelled: Callable[[], bool] = _never,
    *,
    rounds: int = ROUNDS,
    attempt_s: float = ATTEMPT_S,
    budget_s: float = BUDGET_S,
) -> RaceResult:
    """Race to a target; blocks for `budget_s` at most (and 5 s for its name): call it in a thread.

    Connects to what was asked for, sends nothing and hangs up with a reset.

    Args:
        text: The target as typed: `5173`, `name:443`, `[::1]:80 127.0.0.1:80`.
        progress: Hears of every step.
        cancelled: Asked several times a second whether to stop.
        rounds: How often each way to connect is taken.
        attempt_s: How long one attempt may take.
        budget_s: How long all may take.

    Raises:
        TargetError: the target is none, or its name has no address.
    """
    target = parse_target(text)
    return _Race(RaceResult(str(target), destinations(target), rounds=rounds), progress, cancelled).run(
        attempt_s, budget_s
    )


class _Race:
    def __init__(
        self, result: RaceResult, progress: Callable[[RaceResult], None], cancelled: Callable[[], bool]
    ) -> None:
        self._result = result
        self._progress = progress
        self._cancelled = cancelled
        self._ends = 0.0

    def run(self, attempt_s: float, budget_s: float) -> RaceResult:
        began = time.monotonic()
        self._tell(
            alone=tuple(Alone(destination) for destination in self._result.destinations),
            contests=tuple(Contest(profile) for profile in CONTENDERS),
        )
        with Sockets(self._stop) as sockets:
            self._ends = began + budget_s
            stopped = self._until_stopped(lambda: self._try_alone(sockets, attempt_s))
            if not stopped and self._result.live:
                self._ends = began + budget_s - min(_COSTS_S, budget_s / 4)
                stopped = self._until_stopped(lambda: self._contest(sockets, attempt_s))
                if not self._cancelled():
                    self._ends = began + budget_s
                    stopped = self._until_stopped(lambda: self._count_costs(sockets, attempt_s)) or stopped
        self._tell(done=True, stopped=stopped)
        return self._result

    def _until_stopped(self, step: Callable[[], None]) -> str:
        """Why a step did not come to its end, if it did not."""
        try:
            step()
        except StoppedError as reason:
            return str(reason)
        return ""

    def _stop(self) -> str:
        if self._cancelled():
            return "cancelled"
        return "out of time" if time.monotonic() >= self._ends else ""

    def _tell(self, **changes: Any) -> None:
        self._result = self._result._replace(**changes)
        self._progress(self._result)

    def _try_alone(self, sockets: Sockets, attempt_s: float) -> None:
        for at, alone in enumerate(self._result.alone):
            while len(alone.attempts) < _ALONE and not _hopeless(alone):
                run = connect_by(SEQUENTIAL.strategy, (alone.destination,), sockets, attempt_s)
                alone = alone._replace(attempts=(*alone.attempts, run.ended[-1][1]))
                self._tell(alone=_replaced(self._result.alone, at, alone))

    def _contest(self, sockets: Sockets, attempt_s: float) -> None:
        """Let the ways to connect take turns, so that what changes meanwhile meets them all."""
        for _ in range(self._result.rounds):
            for at, contest in enumerate(self._result.contests):
                run = connect_by(contest.profile.strategy, self._result.destinations, sockets, attempt_s)
                contest = contest._replace(runs=(*contest.runs, run))
                self._tell(contests=_replaced(self._result.contests, at, contest))

    def _count_costs(self, sockets: Sockets, attempt_s: float) -> None:
        result = self._result
        connect_ms = min(alone.connect_us or 0 for alone in result.live) / 1000
        self._tell(costs=foretell(connect_ms))
        if not all(destination.is_here for destination in result.destinations):
            return  # nothing but loopback is ever broken
        first, other = (V6, V4) if result.destinations[0].family == socket.AF_INET6 else (V4, V6)
        with contextlib.suppress(OSError):  # without the other family the foretold costs stand
            for measured in measure_here(connect_ms, first, other, sockets, attempt_s):
                self._tell(costs=_with(self._result.costs, measured))


def _hopeless(alone: Alone) -> bool:
    return [a.outcome for a in alone.attempts[:_HOPELESS]] == [Outcome.TIMED_OUT] * _HOPELESS


def _with(costs: tuple[Cost, ...], measured: Cost) -> tuple[Cost, ...]:
    same = (measured.profile, measured.failure)
    return tuple(measured if (cost.profile, cost.failure) == same else cost for cost in costs)


def _replaced(items: tuple[T, ...], at: int, item: T) -> tuple[T, ...]:
    return (*items[:at], item, *items[at + 1 :])
