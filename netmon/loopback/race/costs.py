"""What falling back costs, foretold for each kind of program and measured where the break can be real."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from typing import NamedTuple

from netmon.loopback.race.attempt import Destination, Sockets
from netmon.loopback.race.failures import Failure, broken, listening
from netmon.loopback.race.profiles import PROFILES, Profile, cost
from netmon.loopback.race.stacks import Strategy, connect_by

_REPEATS = 3


class Cost(NamedTuple):
    """What one failure costs one kind of program."""

    profile: Profile
    failure: Failure
    predicted_ms: float | None
    """None if the program fails instead of falling back."""
    measured_ms: float | None = None
    """None if it was not measured."""
    reason: str = ""
    """Why it was not."""


def foretell(connect_ms: float) -> tuple[Cost, ...]:
    """Every cost where a connection takes `connect_ms`; nothing is measured, so nothing is broken for it."""
    reason = "foretold: nobody's network is broken to measure it"
    return tuple(
        Cost(profile, failure, cost(profile, failure, connect_ms), None, reason)
        for failure in Failure
        for profile in PROFILES
    )


def measure_here(
    connect_ms: float, first: str, other: str, sockets: Sockets, attempt_s: float, waits: int = 1
) -> Iterator[Cost]:
    """Every cost between two loopback addresses, one after the other, through listeners of our own.

    Args:
        connect_ms: How long a connection takes here.
        first: The address that is broken.
        other: The one that works.
        sockets: Where to connect.
        attempt_s: How long an attempt may last.
        waits: How often a black hole is waited for: a wait hardly varies, and takes long.

    Raises:
        StoppedError: nobody waits any more.
        OSError: one of the addresses is not here.
    """
    for failure in Failure:
        with broken(failure, first) as gone, listening(other) as live:
            for foretold in foretell(connect_ms):
                if foretold.failure is failure:
                    repeats = waits if failure is Failure.BLACK_HOLE else _REPEATS
                    yield _measured(foretold, gone, live, sockets, attempt_s, repeats)


def _measured(
    foretold: Cost,
    gone: Destination | None,
    live: Destination,
    sockets: Sockets,
    attempt_s: float,
    repeats: int,
) -> Cost:
    if reason := _why_not(foretold, gone, attempt_s):
        return foretold._replace(reason=reason)
    assert gone is not None
    measured = fallback_ms(foretold.profile.strategy, gone, live, sockets, attempt_s, repeats)
    return foretold._replace(measured_ms=measured, reason="")


def _why_not(foretold: Cost, gone: Destination | None, attempt_s: float) -> str:
    """Why a cost cannot be measured, or nothing."""
    if foretold.predicted_ms is None:
        return "it fails instead of falling back"
    if foretold.profile.modelled:
        return "another system does so, not this one"
    if gone is None:
        return "this failure cannot be made here without root"
    if foretold.predicted_ms > attempt_s * 1000:
        return "the wait ends only when the system gives up, and is not waited for"
    return ""


def fallback_ms(
    strategy: Strategy,
    gone: Destination,
    live: Destination,
    sockets: Sockets,
    attempt_s: float,
    repeats: int = _REPEATS,
) -> float | None:
    """The median time through `gone` to `live`, less that to `live` alone, in milliseconds.

    None if the strategy does not get to `live`.
    """
    through = _median_s(strategy, (gone, live), sockets, attempt_s, repeats)
    alone = _median_s(strategy, (live,), sockets, attempt_s, repeats)
    return None if through is None or alone is None else (through - alone) * 1000


def _median_s(
    strategy: Strategy, way: tuple[Destination, ...], sockets: Sockets, attempt_s: float, repeats: int
) -> float | None:
    runs = [connect_by(strategy, way, sockets, attempt_s) for _ in range(repeats)]
    if any(run.winner != way[-1] for run in runs):
        return None
    return statistics.median(run.took_s for run in runs)
