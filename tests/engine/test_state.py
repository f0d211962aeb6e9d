"""What a state computes: wall-clock times, the sum of its directions, an interface's accounted share."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from netmon.engine.state import InterfaceRate, Totals
from netmon.model.connection import Direction
from tests.builders import NOW, TAKEN_AT, state


def test_a_monotonic_time_is_told_in_utc() -> None:
    made = state()
    assert made.wall_time(NOW) == TAKEN_AT
    assert made.wall_time(NOW - 90.5) == TAKEN_AT - timedelta(seconds=90.5)
    assert made.wall_time(NOW + 1).utcoffset() == timedelta(0)


def test_a_state_taken_elsewhere_tells_utc_all_the_same() -> None:
    tokyo = datetime(2026, 7, 1, 21, 0, tzinfo=timezone(timedelta(hours=9)))
    wall = state(taken_at=tokyo).wall_time(NOW)
    assert (wall, wall.tzinfo) == (TAKEN_AT, UTC)


def test_the_total_is_the_sum_over_all_directions() -> None:
    totals = {
        Direction.INBOUND: Totals(1, 10.0, 100.0, 5),
        Direction.OUTBOUND: Totals(2, 20.0, 200.0, 6),
        Direction.UNKNOWN: Totals(4, 40.0, 400.0, 7),
    }
    assert state(totals=totals).total == Totals(7, 70.0, 700.0, 18)
    assert state().total == Totals()


@pytest.mark.parametrize(
    ("rate", "share"),
    [
        (InterfaceRate(80.0, 20.0, 40.0, 10.0), 0.5),
        (InterfaceRate(80.0, 20.0, 0.0, 0.0), 0.0),
        (InterfaceRate(80.0, 20.0, 90.0, 20.0), 1.0),  # read a moment apart: never more than all
        (InterfaceRate(0.0, 0.0, 0.0, 0.0), None),
    ],
)
def test_the_accounted_share(rate: InterfaceRate, share: float | None) -> None:
    assert rate.accounted == share


def test_a_state_is_never_modified() -> None:
    with pytest.raises(AttributeError):
        state().sequence = 9  # type: ignore[misc]
