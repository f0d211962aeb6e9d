"""Sums over what a race showed."""

from __future__ import annotations

import pytest

from netmon.engine.connect import Attempt, Outcome
from netmon.loopback.race.profiles import SEQUENTIAL
from netmon.loopback.race.result import Alone, Contest
from netmon.loopback.race.stacks import Run
from tests.loopback.race.staged import CARRIES, FOUR, REFUSED, SIX, TIMED_OUT, alone, raced


def test_an_address_is_what_it_was_most_often_and_its_time_the_median() -> None:
    times = (90, 60, 70)
    seen = Alone(FOUR, (*(Attempt(Outcome.CARRIES, us) for us in times), TIMED_OUT, REFUSED))
    assert (seen.outcome, seen.connect_us) == (Outcome.CARRIES, 70)
    assert (Alone(FOUR).outcome, Alone(FOUR).connect_us) == (None, None)


def test_a_contest_counts_its_winners() -> None:
    runs = (Run(SIX, 0.001), Run(FOUR, 0.003), Run(FOUR, 0.002), Run(None, 1.0))
    contest = Contest(SEQUENTIAL, runs)
    assert (contest.wins(SIX), contest.wins(FOUR), contest.lost) == (1, 2, 1)
    assert contest.median_ms == pytest.approx(2.0)
    share = contest.share(FOUR)
    assert share is not None
    assert share.value == 0.5


def test_without_a_round_nothing_is_known() -> None:
    assert Contest(SEQUENTIAL).share(SIX) is None
    assert Contest(SEQUENTIAL).median_ms is None
    assert Contest(SEQUENTIAL, (Run(None, 1.0),)).median_ms is None


def test_the_live_addresses() -> None:
    result = raced(alone(SIX, REFUSED), alone(FOUR, CARRIES))
    assert [a.destination for a in result.live] == [FOUR]
