"""Fallback costs measured with real sockets against what the profiles foretell, within 20 ms."""

from __future__ import annotations

import socket

import pytest

from netmon.engine.connect import Outcome, connect_once
from netmon.loopback.race.attempt import Destination, Sockets
from netmon.loopback.race.costs import fallback_ms, foretell, measure_here
from netmon.loopback.race.failures import Failure, broken, listening
from netmon.loopback.race.profiles import FIRST_ONLY, PROFILES, SEQUENTIAL, Profile, cost
from netmon.model.endpoint import Endpoint
from tests.kernel.hosts import SERVER_PORT, Host, on_two_hosts
from tests.kernel.silence import nowhere, silent

TOLERANCE_MS = 20
FALLING_BACK = [p for p in PROFILES if not p.modelled and p is not FIRST_ONLY]
NOT_WAITING = [p for p in FALLING_BACK if p is not SEQUENTIAL]
RACED = 0.9


def foretold(profile: Profile, failure: Failure) -> float:
    predicted = cost(profile, failure, 0.06)
    assert predicted is not None
    return predicted


@pytest.mark.parametrize(("first", "other"), [("::1", "127.0.0.1"), ("127.0.0.1", "::1")])
def test_costs_on_loopback_are_those_foretold(first: str, other: str) -> None:
    with Sockets() as sockets:
        costs = list(measure_here(0.06, first, other, sockets, RACED, waits=3))
    assert [(c.profile, c.failure) for c in costs] == [(p, f) for f in Failure for p in PROFILES]
    measured = {(c.failure, c.profile): c for c in costs if c.measured_ms is not None}
    assert set(measured) == {(Failure.REFUSED, p) for p in FALLING_BACK} | {
        (Failure.BLACK_HOLE, p) for p in NOT_WAITING
    }
    for found in measured.values():
        assert found.measured_ms == pytest.approx(found.predicted_ms, abs=TOLERANCE_MS), found
    assert all(c.reason for c in costs if c.measured_ms is None)


def _between_hosts(failure: Failure, profiles: list[Profile], repeats: int = 3) -> dict[str, float | None]:
    """The costs through an IPv6 address that is broken in a network of the test's own."""

    def run(here: Host, there: Host) -> dict[str, float | None]:
        address = silent(socket.AF_INET6) if failure is Failure.BLACK_HOLE else nowhere(socket.AF_INET6)
        gone = Destination(Endpoint(address, SERVER_PORT))
        live = Destination(Endpoint(there.addresses[socket.AF_INET], SERVER_PORT))
        expected = Outcome.TIMED_OUT if failure is Failure.BLACK_HOLE else Outcome.UNREACHABLE
        assert connect_once(*gone.endpoint, timeout_s=0.05).outcome is expected
        with there.listener(), Sockets() as sockets:
            return {p.name: fallback_ms(p.strategy, gone, live, sockets, RACED, repeats) for p in profiles}

    return on_two_hosts(run)


@pytest.mark.root
def test_costs_through_a_black_hole() -> None:
    for name, measured in _between_hosts(Failure.BLACK_HOLE, NOT_WAITING).items():
        [profile] = [p for p in PROFILES if p.name == name]
        assert measured == pytest.approx(foretold(profile, Failure.BLACK_HOLE), abs=TOLERANCE_MS), name


@pytest.mark.root
def test_costs_without_a_route() -> None:
    for name, measured in _between_hosts(Failure.UNREACHABLE, FALLING_BACK).items():
        assert measured == pytest.approx(0, abs=TOLERANCE_MS), name


@pytest.mark.root
def test_one_after_the_other_waits_as_long_as_an_attempt_may_last() -> None:
    [measured] = _between_hosts(Failure.BLACK_HOLE, [SEQUENTIAL], 1).values()
    assert measured == pytest.approx(RACED * 1000, abs=TOLERANCE_MS)


def test_who_never_falls_back_has_no_cost() -> None:
    with broken(Failure.REFUSED, "::1") as gone, listening("127.0.0.1") as live, Sockets() as sockets:
        assert gone is not None
        assert fallback_ms(FIRST_ONLY.strategy, gone, live, sockets, RACED) is None


def test_foretold_costs_say_that_they_are() -> None:
    costs = foretell(12.0)
    assert len(costs) == len(PROFILES) * len(Failure)
    assert {c.measured_ms for c in costs} == {None}
    assert all("foretold" in c.reason for c in costs)
