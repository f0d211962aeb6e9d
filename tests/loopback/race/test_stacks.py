"""When each way to connect tries the next address, on a network of numbers."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.engine.connect import Outcome
from netmon.loopback.race.imagined import Behaviour, Imagined
from netmon.loopback.race.stacks import Run, Strategy, connect_by
from tests.loopback.race.staged import FOUR, OTHER_SIX, SIX

SEQUENTIAL, EYEBALLS = Strategy(), Strategy(0.25, interleave=True)
NODE, FIRST = Strategy(0.25, overlap=False, interleave=True), Strategy(first_only=True)
WINDOWS = Strategy(refused_s=2.0)

FAST = Behaviour(Outcome.CARRIES, 0.01)
SLOW = Behaviour(Outcome.CARRIES, 0.4)
GONE = Behaviour(Outcome.REFUSED, 0.01)
SILENT = Behaviour(Outcome.TIMED_OUT, math.inf)


def connect(strategy: Strategy, six: Behaviour, four: Behaviour) -> Run:
    return connect_by(strategy, (SIX, FOUR), Imagined({SIX: six, FOUR: four}), 10.0)


@pytest.mark.parametrize(
    ("strategy", "six", "four", "winner", "took_s"),
    [
        (SEQUENTIAL, FAST, FAST, SIX, 0.01),
        (SEQUENTIAL, GONE, FAST, FOUR, 0.02),
        (SEQUENTIAL, SILENT, FAST, FOUR, 10.01),
        (SEQUENTIAL, GONE, GONE, None, 0.02),
        (SEQUENTIAL, SLOW, FAST, SIX, 0.4),
        (EYEBALLS, FAST, FAST, SIX, 0.01),
        (EYEBALLS, GONE, FAST, FOUR, 0.02),
        (EYEBALLS, SILENT, FAST, FOUR, 0.26),
        (EYEBALLS, SLOW, FAST, FOUR, 0.26),
        (EYEBALLS, SLOW, SLOW, SIX, 0.4),
        (EYEBALLS, SILENT, SILENT, None, 10.25),
        (NODE, SILENT, FAST, FOUR, 0.26),
        (NODE, SLOW, SLOW, FOUR, 0.65),  # the first was on its way when it was taken back
        (NODE, SLOW, SILENT, None, 10.25),
        (FIRST, FAST, FAST, SIX, 0.01),
        (FIRST, GONE, FAST, None, 0.01),
        (WINDOWS, GONE, FAST, FOUR, 2.02),
        (WINDOWS, SILENT, FAST, FOUR, 10.01),
        (WINDOWS, GONE, GONE, None, 4.02),
    ],
)
def test_who_wins_and_when(
    strategy: Strategy, six: Behaviour, four: Behaviour, winner: object, took_s: float
) -> None:
    run = connect(strategy, six, four)
    assert run.winner == winner
    assert run.took_s == pytest.approx(took_s)


def test_what_failed_before_is_told() -> None:
    run = connect(SEQUENTIAL, GONE, FAST)
    assert [(d, a.outcome) for d, a in run.ended] == [(SIX, Outcome.REFUSED), (FOUR, Outcome.CARRIES)]


def test_families_take_turns_only_where_they_are_said_to() -> None:
    places = (SIX, OTHER_SIX, FOUR)
    assert EYEBALLS.arranged(places) == [SIX, FOUR, OTHER_SIX]
    assert SEQUENTIAL.arranged(places) == [SIX, OTHER_SIX, FOUR]
    assert FIRST.arranged(places) == [SIX]
    assert EYEBALLS.arranged(()) == []


def test_nothing_to_connect_to_is_nobody_at_once() -> None:
    assert connect_by(EYEBALLS, (), Imagined({}), 1.0) == Run(None, 0.0)


behaviours = st.builds(
    Behaviour, st.sampled_from([Outcome.CARRIES, Outcome.REFUSED, Outcome.UNREACHABLE]), st.floats(0, 20)
)
strategies = st.builds(
    Strategy, st.none() | st.floats(0.01, 2), st.booleans(), st.booleans(), st.just(False), st.floats(0, 2)
)


@given(strategies, behaviours, behaviours)
def test_every_way_ends_within_its_limits_and_only_live_addresses_win(
    strategy: Strategy, six: Behaviour, four: Behaviour
) -> None:
    run = connect(strategy, six, four)
    assert 0 <= run.took_s <= 2 * (10.0 + 2.0) + 1e-9
    if run.winner is not None:
        assert {SIX: six, FOUR: four}[run.winner].outcome is Outcome.CARRIES
    elif strategy.overlap:
        assert all(b.outcome is not Outcome.CARRIES or b.after_s > 10 for b in (six, four))
