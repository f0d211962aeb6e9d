"""A race as JSON."""

from __future__ import annotations

import io
import json
import math

from netmon.loopback.race.costs import Cost
from netmon.loopback.race.failures import Failure
from netmon.loopback.race.profiles import FIRST_ONLY, SEQUENTIAL
from netmon.output.json_lines import write_object
from netmon.output.race_rows import race_row
from tests.loopback.race.staged import FOUR, REFUSED, SIX, alone, raced


def test_everything_is_there_and_is_json() -> None:
    stream = io.StringIO()
    write_object(stream, race_row(raced(alone(SIX, REFUSED), alone(FOUR), wins=(FOUR,) * 20)))
    row = json.loads(stream.getvalue())
    assert row["sentence"].startswith("[::1]:5173 is refused")
    assert row["stopped"] is None
    assert row["addresses"][0]["outcome"] == "refused"
    assert row["addresses"][0]["attempts"][0]["detail"] == "Connection refused"
    assert row["addresses"][1]["connect_us"] == 60
    [first, *_] = row["contests"]
    assert (first["strategy"], first["rounds"], first["lost"]) == ("RFC 8305, 250 ms", 20, 0)
    assert [w["wins"] for w in first["winners"]] == [0, 20]
    assert first["winners"][1]["share_low"] > 0.8
    assert len(row["costs"]) == 24


def test_what_there_is_not_is_null_with_a_reason() -> None:
    costs = (
        Cost(SEQUENTIAL, Failure.BLACK_HOLE, math.inf),
        Cost(FIRST_ONLY, Failure.REFUSED, None, reason="it fails instead of falling back"),
    )
    endless, failing = race_row(raced(alone(SIX))._replace(costs=costs))["costs"]
    assert (endless["predicted_ms"], endless["falls_back"]) == (None, True)
    assert endless["reason"] == "the system's own limit is not known"
    assert (failing["predicted_ms"], failing["falls_back"]) == (None, False)
    assert failing["reason"] == "it fails instead of falling back"


def test_before_the_first_round_there_is_no_share() -> None:
    row = race_row(raced(alone(SIX), done=False))
    assert row["contests"][0]["winners"][0]["share"] is None
