"""What falling back is foretold to cost each kind of program, against plain sums."""

from __future__ import annotations

import math

import pytest

from netmon.loopback.race import profiles
from netmon.loopback.race.failures import Failure
from netmon.loopback.race.profiles import (
    BROWSER,
    CURL,
    FIRST_ONLY,
    NODE,
    PROFILES,
    RFC_8305,
    RFC_8305_FAST,
    SEQUENTIAL,
    WINDOWS,
    Profile,
    cost,
)

RTT_MS = 12.0


@pytest.mark.parametrize(
    ("profile", "refused", "black_hole"),
    [
        (SEQUENTIAL, RTT_MS, 131_000),
        (RFC_8305, RTT_MS, 250),
        (RFC_8305_FAST, RTT_MS, 50),
        (CURL, RTT_MS, 200),
        (BROWSER, RTT_MS, 300),
        (NODE, RTT_MS, 250),
        (WINDOWS, 2_000 + RTT_MS, 21_000),
        (FIRST_ONLY, None, None),
    ],
)
def test_the_cost_of_a_refusal_and_of_a_black_hole(
    monkeypatch: pytest.MonkeyPatch, profile: Profile, refused: float | None, black_hole: float | None
) -> None:
    monkeypatch.setattr(profiles, "syn_timeout_s", lambda: 131.0)
    assert cost(profile, Failure.REFUSED, RTT_MS) == pytest.approx(refused)
    assert cost(profile, Failure.BLACK_HOLE, RTT_MS) == pytest.approx(black_hole)


@pytest.mark.parametrize("profile", PROFILES)
def test_without_a_route_nothing_is_lost_by_those_that_fall_back(profile: Profile) -> None:
    expected = None if profile is FIRST_ONLY else pytest.approx(0, abs=1e-6)
    assert cost(profile, Failure.UNREACHABLE, RTT_MS) == expected


def test_where_the_systems_patience_is_not_known_the_wait_has_no_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(profiles, "syn_timeout_s", lambda: None)
    assert cost(SEQUENTIAL, Failure.BLACK_HOLE, RTT_MS) == math.inf
    assert cost(CURL, Failure.BLACK_HOLE, RTT_MS) == pytest.approx(200)


def test_every_profile_names_its_basis() -> None:
    assert len({profile.name for profile in PROFILES}) == len(PROFILES)
    for profile in PROFILES:
        assert profile.who
        assert profile.basis
