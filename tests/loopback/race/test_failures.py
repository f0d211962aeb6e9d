"""The failures that anyone can make on loopback are real ones."""

from __future__ import annotations

import math
import socket

import pytest

from netmon.engine.connect import Outcome, connect_once
from netmon.loopback.race.failures import Failure, behaviour, broken, listening
from netmon.loopback.race.imagined import Behaviour

ADDRESSES = ["127.0.0.1", "::1"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_refusal_is_the_kernels(address: str) -> None:
    with broken(Failure.REFUSED, address) as gone:
        assert gone is not None
        assert connect_once(*gone.endpoint).outcome is Outcome.REFUSED


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_black_hole_stays_one(address: str) -> None:
    with broken(Failure.BLACK_HOLE, address) as gone:
        assert gone is not None
        outcomes = [connect_once(*gone.endpoint, timeout_s=0.05).outcome for _ in range(3)]
    assert outcomes == [Outcome.TIMED_OUT] * 3


def test_a_missing_route_cannot_be_made_without_root() -> None:
    with broken(Failure.UNREACHABLE, "::1") as gone:
        assert gone is None


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_listener_of_ours_carries_many_connections(address: str) -> None:
    with listening(address) as live:
        assert {connect_once(*live.endpoint).outcome for _ in range(60)} == {Outcome.CARRIES}
        assert (live.endpoint.address, live.is_here) == (address, True)


def test_an_address_that_is_not_here_says_so() -> None:
    with pytest.raises(OSError, match=r"."), listening("192.0.2.1"):
        pytest.fail("it listens")
    with pytest.raises(OSError, match=r"."), broken(Failure.REFUSED, "2001:db8::1"):
        pytest.fail("it is bound")


def test_what_is_heard_of_each() -> None:
    assert behaviour(Failure.REFUSED, 0.02) == Behaviour(Outcome.REFUSED, 0.02)
    assert behaviour(Failure.UNREACHABLE, 0.02) == Behaviour(Outcome.UNREACHABLE, 0.0)
    assert behaviour(Failure.BLACK_HOLE, 0.02) == Behaviour(Outcome.TIMED_OUT, math.inf)


def test_nothing_is_left_bound() -> None:
    with listening("127.0.0.1") as live:
        port = live.endpoint.port
    with socket.socket() as again:
        again.bind(("127.0.0.1", port))
