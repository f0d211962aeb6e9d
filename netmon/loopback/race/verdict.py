"""A race in one sentence."""

from __future__ import annotations

from netmon.engine.connect import Outcome
from netmon.loopback.race.attempt import Destination
from netmon.loopback.race.failures import Failure
from netmon.loopback.race.profiles import SEQUENTIAL, cost
from netmon.loopback.race.result import Alone, Contest, RaceResult

_NEVER_MS = 1e6


def sentence(result: RaceResult) -> str:
    """What the user should know of the race to a target, worst first."""
    if result.error:
        return result.error
    tried = [alone for alone in result.alone if alone.attempts]
    if not tried:
        return f"{result.target}: nothing was tried"
    if not result.live:
        return f"{result.target} takes no connection: {'; '.join(map(seen, tried))}"
    first = tried[0]
    if first.outcome is not Outcome.CARRIES:
        return _broken_first(first, result.live[0])
    if len(tried) == 1:
        return f"{seen(first)} and is the only address: there is nothing to fall back to"
    dead = [alone for alone in tried if alone.outcome is not Outcome.CARRIES]
    if dead:
        return (
            f"{first.destination}, the first address, answers; {seen(dead[0])}, and nothing is lost by that"
        )
    return _all_live(result)


def _broken_first(first: Alone, live: Alone) -> str:
    lost = _lost(first, live)
    return (
        f"{seen(first)}, and it is the first address: programs that try no other fail, "
        f"those that try one after the other {lost} before they reach {live.destination}"
    )


def _lost(first: Alone, live: Alone) -> str:
    failure = {Outcome.REFUSED: Failure.REFUSED, Outcome.TIMED_OUT: Failure.BLACK_HOLE}.get(
        first.outcome or Outcome.FAILED, Failure.UNREACHABLE
    )
    foretold = cost(SEQUENTIAL, failure, (live.connect_us or 0) / 1000)
    return f"lose {duration(foretold)}"


def _all_live(result: RaceResult) -> str:
    contest = next((contest for contest in result.contests if contest.runs), None)
    if contest is None:
        return "; ".join(map(seen, result.alone))
    winner = max(result.destinations, key=contest.wins)
    return f"{winner} wins {_count(contest, winner)} by {contest.profile.name}; every address answers"


def _count(contest: Contest, winner: Destination) -> str:
    share = contest.share(winner)
    return (
        f"{contest.wins(winner)} of {len(contest.runs)} rounds ({share.low:.0%}–{share.high:.0%})"
        if share
        else ""
    )


def seen(alone: Alone) -> str:
    """What came of an address alone: `[::1]:80 is refused`."""
    name = f"{alone.destination} "
    outcome = alone.outcome
    if outcome is Outcome.CARRIES:
        return f"{name}answers in {duration((alone.connect_us or 0) / 1000)}"
    return name + {Outcome.REFUSED: "is refused", Outcome.UNREACHABLE: "is unreachable"}.get(
        outcome or Outcome.FAILED, str(outcome)
    )


def costs_heading(result: RaceResult) -> str:
    """What the costs of falling back are, and where they are from."""
    if any(cost.measured_ms is not None for cost in result.costs):
        return "What falling back costs: foretold, and (measured between listeners of our own)"
    return "What falling back costs: foretold, as nothing is broken to measure it"


def duration(milliseconds: float | None) -> str:
    """A time to connect in few characters: `0.06 ms`, `252 ms`, `131 s`; `fails` for None."""
    if milliseconds is None:
        return "fails"
    if milliseconds > _NEVER_MS:
        return "minutes"
    if milliseconds >= 9_999.5:
        return f"{milliseconds / 1000:.0f} s"
    if milliseconds >= 999.5:
        return f"{milliseconds / 1000:.1f} s"
    return f"{milliseconds:.0f} ms" if milliseconds >= 9.95 else f"{max(0.0, milliseconds):.2f} ms"
