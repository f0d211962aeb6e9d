"""A race as a judgement."""

from __future__ import annotations

import pytest

from netmon.loopback.race.finding import race_finding
from netmon.loopback.race.result import Alone, RaceResult
from netmon.model.finding import FindingState
from tests.loopback.race.staged import FOUR, REFUSED, SIX, TIMED_OUT, alone, raced


@pytest.mark.parametrize(
    ("six", "four", "state"),
    [
        (alone(SIX), alone(FOUR), FindingState.OK),
        (alone(SIX), alone(FOUR, REFUSED), FindingState.INFO),
        (alone(SIX, REFUSED), alone(FOUR), FindingState.WARN),
        (alone(SIX, TIMED_OUT), alone(FOUR, REFUSED), FindingState.FAIL),
        (Alone(SIX), Alone(FOUR), FindingState.UNKNOWN),
    ],
)
def test_the_state(six: Alone, four: Alone, state: FindingState) -> None:
    finding = race_finding(raced(six, four))
    assert (finding.check, finding.state) == ("race", state)
    assert finding.summary


def test_a_broken_first_address_names_the_step() -> None:
    finding = race_finding(raced(alone(SIX, REFUSED), alone(FOUR)))
    assert finding.evidence == "[::1]:5173 is refused; 127.0.0.1:5173 answers in 0.06 ms"
    assert finding.fix == "Let the server answer on ::1 too, or call it as 127.0.0.1:5173."
    assert "first address fail" in finding.why


def test_a_race_that_could_not_be_run_is_unknown() -> None:
    finding = race_finding(RaceResult("x:1", error="x does not resolve"))
    assert (finding.state, finding.summary) == (FindingState.UNKNOWN, "x does not resolve")
