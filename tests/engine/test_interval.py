"""How long an interval lasted, and rates over it."""

from __future__ import annotations

import pytest

from netmon.engine.interval import Interval
from tests.staging import snapshot


def test_the_first_interval_has_no_length_and_no_rates() -> None:
    first = Interval(snapshot(at=10.0), None)
    assert first.seconds is None
    assert first.rate(100, 0) is None


@pytest.mark.parametrize(
    ("now", "before", "rate"),
    [(3000, 1000, 1000.0), (1000, 1000, 0.0), (5, 10, 0.0), (None, 1, None), (1, None, None)],
)
def test_a_rate_is_bytes_per_second_and_never_below_zero(
    now: int | None, before: int | None, rate: float | None
) -> None:
    interval = Interval(snapshot(at=12.0), snapshot(at=10.0))
    assert interval.seconds == 2.0
    assert interval.rate(now, before) == rate


def test_an_interval_without_length_has_no_rates() -> None:
    assert Interval(snapshot(at=10.0), snapshot(at=10.0)).rate(2, 1) is None
