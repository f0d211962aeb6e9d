"""Contenders measured in turns, so that whatever the machine does hits all of them alike."""

from __future__ import annotations

import resource
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from tests.benchmarks.figures import Series, milliseconds


class Cost(NamedTuple):
    """What one turn took."""

    wall_s: float
    cpu_s: float


Contender = Callable[[], Cost]


class Costs(NamedTuple):
    """What all turns of one contender took."""

    wall: Series
    cpu: Series

    def text(self) -> str:
        """Wall time and the median of the CPU time, in milliseconds."""
        return f"{self.wall.text(milliseconds)} ms (CPU {milliseconds(self.cpu.median)})"


def in_process(call: Callable[[], object], before: Callable[[], None] | None = None) -> Contender:
    """A call in this process; what it returns is dropped within the measured time."""

    def turn() -> Cost:
        if before is not None:
            before()
        cpu, wall = time.process_time(), time.perf_counter()
        call()
        return Cost(time.perf_counter() - wall, time.process_time() - cpu)

    return turn


def command(argv: Sequence[str]) -> Contender:
    """A whole process, from its start to its end, whose output goes nowhere."""

    def turn() -> Cost:
        cpu, wall = _children_cpu_s(), time.perf_counter()
        subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return Cost(time.perf_counter() - wall, _children_cpu_s() - cpu)

    return turn


def installed(argv: Sequence[str]) -> bool:
    """Whether there is such a program."""
    return shutil.which(argv[0]) is not None


def _children_cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def compete(contenders: Mapping[str, Contender], rounds: int) -> dict[str, Costs]:
    """Let each take its turn in every round, in another order each time; one round is not counted."""
    names = list(contenders)
    costs: dict[str, list[Cost]] = {name: [] for name in names}
    for number in range(rounds + 1):
        for name in names[number % len(names) :] + names[: number % len(names)]:
            cost = contenders[name]()
            if number:
                costs[name].append(cost)
    return {
        name: Costs(Series.of(c.wall_s for c in turns), Series.of(c.cpu_s for c in turns))
        for name, turns in costs.items()
    }


def ratio(costs: Mapping[str, Costs], over: str, under: str) -> float | None:
    """The median of one contender's times over another's; None if one of them did not take part."""
    if over not in costs or under not in costs:
        return None
    return costs[over].wall.median / costs[under].wall.median
