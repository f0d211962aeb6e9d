"""What is said of a race in one sentence."""

from __future__ import annotations

import math

import pytest

from netmon.engine.connect import Attempt, Outcome
from netmon.loopback.race.result import Alone, RaceResult
from netmon.loopback.race.verdict import costs_heading, duration, seen, sentence
from tests.loopback.race.staged import FOUR, REFUSED, SIX, TIMED_OUT, alone, raced


def test_a_first_address_that_is_refused_is_the_news() -> None:
    assert sentence(raced(alone(SIX, REFUSED), alone(FOUR))) == (
        "[::1]:5173 is refused, and it is the first address: programs that try no other fail, "
        "those that try one after the other lose 0.06 ms before they reach 127.0.0.1:5173"
    )


def test_a_first_address_that_is_silent_costs_the_systems_patience() -> None:
    assert " s before they reach 127.0.0.1:5173" in sentence(raced(alone(SIX, TIMED_OUT, 2), alone(FOUR)))


def test_a_later_address_that_is_dead_loses_nothing() -> None:
    said = sentence(raced(alone(SIX), alone(FOUR, Attempt(Outcome.UNREACHABLE))))
    assert said == (
        "[::1]:5173, the first address, answers; 127.0.0.1:5173 is unreachable, and nothing is lost by that"
    )


def test_both_alive() -> None:
    said = sentence(raced(alone(SIX), alone(FOUR), wins=(SIX,) * 19 + (FOUR,)))
    assert said == "[::1]:5173 wins 19 of 20 rounds (76%–99%) by RFC 8305, 250 ms; every address answers"


def test_both_alive_before_the_first_round() -> None:
    assert sentence(raced(alone(SIX), alone(FOUR), done=False)) == (
        "[::1]:5173 answers in 0.06 ms; 127.0.0.1:5173 answers in 0.06 ms"
    )


def test_one_address_alone() -> None:
    assert sentence(raced(alone(FOUR))) == (
        "127.0.0.1:5173 answers in 0.06 ms and is the only address: there is nothing to fall back to"
    )


def test_none() -> None:
    said = sentence(raced(alone(SIX, REFUSED), alone(FOUR, TIMED_OUT)))
    assert said == "localhost:5173 takes no connection: [::1]:5173 is refused; 127.0.0.1:5173 timed out"


def test_nothing_tried_and_nothing_to_try() -> None:
    assert sentence(raced(Alone(SIX), done=False)) == "localhost:5173: nothing was tried"
    assert sentence(RaceResult("x", error="x does not resolve")) == "x does not resolve"


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [
        (None, "fails"),
        (math.inf, "minutes"),
        (131_000.0, "131 s"),
        (2_000.0, "2.0 s"),
        (252.4, "252 ms"),
        (0.063, "0.06 ms"),
        (-0.02, "0.00 ms"),
    ],
)
def test_a_duration(milliseconds: float | None, text: str) -> None:
    assert duration(milliseconds) == text


def test_what_came_of_an_address_alone() -> None:
    assert seen(alone(SIX, REFUSED)) == "[::1]:5173 is refused"
    assert seen(alone(FOUR)) == "127.0.0.1:5173 answers in 0.06 ms"


def test_costs_say_whether_they_were_measured() -> None:
    result = raced(alone(FOUR))
    assert costs_heading(result).endswith("foretold, as nothing is broken to measure it")
    measured = result.costs[0]._replace(measured_ms=0.1)
    assert "(measured " in costs_heading(result._replace(costs=(measured,)))
