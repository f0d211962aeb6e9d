"""Quantities as short text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.model.units import format_age, format_bytes, format_rate, format_rtt

PREFIXES = {"B": 1, "kB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12, "PB": 1e15}


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (None, "–"),
        (0, "0 B"),
        (40, "40 B"),
        (999, "999 B"),
        (999.6, "1.0 kB"),
        (1500, "1.5 kB"),
        (9960, "10 kB"),
        (880_000, "880 kB"),
        (999_600, "1.0 MB"),
        (2.5e18, "2500 PB"),
    ],
)
def test_bytes(count: float | None, text: str) -> None:
    assert format_bytes(count) == text


@given(st.floats(0, 9e17))
def test_bytes_are_right_to_two_digits_and_short(count: float) -> None:
    text = format_bytes(count)
    number, prefix = text.split()
    assert float(number) * PREFIXES[prefix] == pytest.approx(count, rel=0.06, abs=0.5)
    assert len(text) <= 6


def test_rates() -> None:
    assert format_rate(None) == "–"
    assert format_rate(0.0) == "0 B/s"
    assert format_rate(2.94e6) == "2.9 MB/s"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "–"),
        (0.09, "90 ms"),
        (-1, "0 ms"),
        (0.9996, "1s"),
        (8.9, "8s"),
        (59.99, "59s"),
        (60, "1m"),
        (3599, "59m"),
        (3 * 3600, "3h"),
        (12.5 * 86400, "12d"),
    ],
)
def test_ages(seconds: float | None, text: str) -> None:
    assert format_age(seconds) == text


@given(st.floats(0, 1e10))
def test_an_age_is_short(seconds: float) -> None:
    assert len(format_age(seconds)) <= 7


@pytest.mark.parametrize(
    ("microseconds", "text"),
    [
        (None, "–"),
        (60, "60 µs"),
        (1000, "1.0 ms"),
        (11_800, "11.8 ms"),
        (250_400, "250 ms"),
        (999_960, "1.0 s"),
        (1_200_000, "1.2 s"),
    ],
)
def test_round_trip_times(microseconds: int | None, text: str) -> None:
    assert format_rtt(microseconds) == text


@given(st.integers(0, 10**9))
def test_a_round_trip_time_has_a_number_and_a_unit(microseconds: int) -> None:
    number, unit = format_rtt(microseconds).split()
    scale = {"µs": 1, "ms": 1e3, "s": 1e6}[unit]
    assert float(number) * scale == pytest.approx(microseconds, rel=0.06, abs=0.5)
