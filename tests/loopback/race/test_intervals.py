"""The 95 % interval of a share of few rounds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.loopback.race.intervals import wilson


@pytest.mark.parametrize(
    ("wins", "rounds", "low", "high"),
    [(20, 20, 0.8389, 1.0), (0, 20, 0.0, 0.1611), (10, 20, 0.2993, 0.7007), (81, 263, 0.2553, 0.3662)],
)
def test_it_is_wilsons(wins: int, rounds: int, low: float, high: float) -> None:
    share = wilson(wins, rounds)
    assert share is not None
    assert [share.low, share.high] == pytest.approx([low, high], abs=1e-3)


def test_without_a_round_nothing_is_known() -> None:
    assert wilson(0, 0) is None


def test_it_reads_as_percent() -> None:
    assert str(wilson(20, 20)) == "100% (95 %: 84%–100%)"


@given(st.integers(1, 500).flatmap(lambda rounds: st.tuples(st.integers(0, rounds), st.just(rounds))))
def test_the_share_lies_in_its_interval(seen: tuple[int, int]) -> None:
    share = wilson(*seen)
    assert share is not None
    assert 0 <= share.low <= share.value <= share.high <= 1
