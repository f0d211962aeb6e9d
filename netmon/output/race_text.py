"""A race as text for people: the verdict, each address, who wins, what falling back costs."""

from __future__ import annotations

import textwrap
from typing import TextIO

from netmon.loopback.race.costs import Cost
from netmon.loopback.race.failures import Failure
from netmon.loopback.race.finding import race_finding
from netmon.loopback.race.profiles import PROFILES, Profile
from netmon.loopback.race.result import Alone, Contest, RaceResult
from netmon.loopback.race.verdict import costs_heading, duration, sentence
from netmon.model.units import UNKNOWN, format_rtt
from netmon.output.layout import Column, terminal_width, write_line, write_table

_PIPED = 1 << 16
"""Where there is no terminal a sentence stays one line."""


def write_race(stream: TextIO, result: RaceResult, *, width: int | None = None) -> None:
    """Write what a race showed; a cost reads `foretold` or `foretold (measured)`."""
    width = width or terminal_width(stream)
    step = race_finding(result).fix
    for text in (sentence(result), step and f"→ {step}"):
        for line in textwrap.wrap(text, width or _PIPED, break_on_hyphens=False):
            write_line(stream, line)
    if result.stopped:
        write_line(stream, f"Ended early: {result.stopped}.")
    if result.alone:
        write_line(stream, "")
        write_table(stream, _ADDRESSES, result.alone, width)
    if any(contest.runs for contest in result.contests):
        write_line(stream, "")
        write_table(stream, _contests(result), result.contests, width)
    if result.costs:
        write_line(stream, "")
        write_line(stream, costs_heading(result))
        write_table(stream, _costs(result), PROFILES, width)


_ADDRESSES: list[Column[Alone]] = [
    Column("ADDRESS", lambda alone: str(alone.destination)),
    Column("ALONE", lambda alone: str(alone.outcome or "not tried"), least=10),
    Column("MEDIAN", lambda alone: format_rtt(alone.connect_us), right=True),
    Column("TRIED", lambda alone: str(len(alone.attempts)), rank=1, right=True),
]


def _contests(result: RaceResult) -> list[Column[Contest]]:
    def wins(at: int) -> Column[Contest]:
        place = result.destinations[at]
        return Column(str(place), lambda contest: won(contest, at, result), rank=3 if at > 1 else 0)

    return [
        Column("BY", lambda contest: contest.profile.name),
        *map(wins, range(len(result.destinations))),
        Column("NONE", lambda contest: str(contest.lost), rank=2, right=True),
        Column("MEDIAN", lambda contest: median(contest), rank=1, right=True),
    ]


def won(contest: Contest, at: int, result: RaceResult) -> str:
    """How often an address won, with the 95 % interval: `20 of 20 (84–100 %)`."""
    destination = result.destinations[at]
    share = contest.share(destination)
    if share is None:
        return UNKNOWN
    interval = f"{share.low * 100:.0f}–{share.high * 100:.0f} %"
    return f"{contest.wins(destination)} of {len(contest.runs)} ({interval})"


def median(contest: Contest) -> str:
    """The median time to a connection."""
    return UNKNOWN if contest.median_ms is None else duration(contest.median_ms)


def _costs(result: RaceResult) -> list[Column[Profile]]:
    table = {(cost.profile, cost.failure): cost for cost in result.costs}

    def column(failure: Failure) -> Column[Profile]:
        return Column(failure.upper(), lambda profile: cost_text(table.get((profile, failure))))

    return [
        Column("PROGRAM", lambda profile: profile.name),
        *map(column, Failure),
        Column("SUCH AS", lambda profile: profile.who, rank=1, least=20),
    ]


def cost_text(cost: Cost | None) -> str:
    """A cost in few characters: `fails`, `131 s`, `250 ms (254 ms)`."""
    if cost is None:
        return UNKNOWN
    measured = "" if cost.measured_ms is None else f" ({duration(cost.measured_ms)})"
    return duration(cost.predicted_ms) + measured
