"""A race as text."""

from __future__ import annotations

import io
import math

from netmon.loopback.race.costs import Cost
from netmon.loopback.race.failures import Failure
from netmon.loopback.race.profiles import CURL
from netmon.loopback.race.result import Contest, RaceResult
from netmon.output.race_text import cost_text, median, won, write_race
from tests.loopback.race.staged import FOUR, REFUSED, SIX, alone, raced


def written(result: RaceResult, width: int | None = None) -> list[str]:
    stream = io.StringIO()
    write_race(stream, result, width=width)
    return stream.getvalue().splitlines()


def test_the_verdict_the_addresses_the_winners_and_the_costs() -> None:
    lines = written(raced(alone(SIX, REFUSED), alone(FOUR), wins=(FOUR,) * 20))
    assert lines[0].startswith("[::1]:5173 is refused")
    assert lines[1] == "→ Let the server answer on ::1 too, or call it as 127.0.0.1:5173."
    assert lines[3].split() == ["ADDRESS", "ALONE", "MEDIAN", "TRIED"]
    assert lines[4].split() == ["[::1]:5173", "refused", "–", "5"]
    assert "RFC 8305, 250 ms  0 of 20 (0–16 %)  20 of 20 (84–100 %)" in lines[8]
    [curl] = [line for line in lines if line.startswith("curl")]
    assert curl.split()[2:] == ["ms", "0.06", "ms", "0.00", "ms", "200", "ms", "curl", "and", "libcurl"]


def test_it_fits_into_80_columns() -> None:
    lines = written(raced(alone(SIX, REFUSED), alone(FOUR), wins=(FOUR,) * 20), width=80)
    assert max(map(len, lines)) <= 80
    assert [line for line in lines if line.startswith("PROGRAM") and "BLACK HOLE" in line]


def test_a_race_that_ended_early_says_so_and_shows_what_there_is() -> None:
    lines = written(raced(alone(SIX), done=False)._replace(stopped="cancelled"))
    assert lines[1] == "Ended early: cancelled."
    assert not any(line.startswith(("BY", "PROGRAM")) for line in lines)


def test_an_error_is_one_line() -> None:
    assert written(RaceResult("x", error="x does not resolve")) == ["x does not resolve"]


def test_a_cost() -> None:
    assert cost_text(None) == "–"
    assert cost_text(Cost(CURL, Failure.REFUSED, None)) == "fails"
    assert cost_text(Cost(CURL, Failure.BLACK_HOLE, 200.0, 201.4)) == "200 ms (201 ms)"
    assert cost_text(Cost(CURL, Failure.BLACK_HOLE, math.inf)) == "minutes"


def test_before_the_first_round_nobody_has_won() -> None:
    assert won(Contest(CURL), 0, raced(alone(SIX))) == "–"
    assert median(Contest(CURL)) == "–"
