"""Attempts on real sockets: what comes of them, that several run at once, and that nothing is left behind."""

from __future__ import annotations

import math
import socket

import pytest

from netmon.engine.connect import Attempt, Outcome
from netmon.loopback.race.attempt import Destination, Sockets, StoppedError
from netmon.loopback.race.failures import Failure, broken
from netmon.model.endpoint import Endpoint
from tests.sockets import listener, port_of


def place(server: socket.socket) -> Destination:
    return Destination(Endpoint(*server.getsockname()[:2]))


def ended(sockets: Sockets) -> list[tuple[Destination, Attempt]]:
    """The next attempts that end."""
    while not (found := sockets.wait(math.inf)):
        pass
    return found


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_a_listener_is_connected_to_and_hung_up_with_a_reset(family: socket.AddressFamily) -> None:
    with listener(family) as server, Sockets() as sockets:
        sockets.start(place(server), 5)
        [(destination, attempt)] = ended(sockets)
        accepted, _ = server.accept()
        with accepted, pytest.raises(ConnectionResetError):
            accepted.recv(1)
    assert destination == place(server) if server.fileno() >= 0 else destination.family == family
    assert attempt.outcome is Outcome.CARRIES
    assert attempt.connect_us is not None
    assert attempt.connect_us < 1_000_000


def test_where_nobody_listens_it_is_refused() -> None:
    with broken(Failure.REFUSED, "127.0.0.1") as gone, Sockets() as sockets:
        assert gone is not None
        sockets.start(gone, 5)
        [(_, attempt)] = ended(sockets)
    assert attempt == Attempt(Outcome.REFUSED, detail="Connection refused")


def test_a_full_accept_queue_times_out_by_its_deadline() -> None:
    with broken(Failure.BLACK_HOLE, "127.0.0.1") as gone, Sockets() as sockets:
        assert gone is not None
        began = sockets.now()
        sockets.start(gone, 0.05)
        [(_, attempt)] = ended(sockets)
        assert sockets.now() - began >= 0.05
    assert attempt.outcome is Outcome.TIMED_OUT


def test_several_at_once_do_not_wait_for_each_other() -> None:
    with broken(Failure.BLACK_HOLE, "127.0.0.1") as gone, listener() as server, Sockets() as sockets:
        assert gone is not None
        sockets.start(gone, 30)
        sockets.start(place(server), 30)
        assert [(d, a.outcome) for d, a in ended(sockets)] == [(place(server), Outcome.CARRIES)]


def test_an_attempt_that_is_taken_back_is_heard_of_no_more() -> None:
    with listener() as server, Sockets() as sockets:
        sockets.start(place(server), 5)
        sockets.abort(place(server))
        assert sockets.wait(sockets.now()) == []
        sockets.abort(place(server))


@pytest.mark.parametrize(
    ("destination", "outcome"),
    [
        (Destination(Endpoint("fe80::1", 80), "no-such-if"), Outcome.FAILED),
        (Destination(Endpoint("255.255.255.255", 80)), Outcome.UNREACHABLE),
    ],
)
def test_what_fails_before_a_packet_is_sent(destination: Destination, outcome: Outcome) -> None:
    with Sockets() as sockets:
        sockets.start(destination, 5)
        [(named, attempt)] = ended(sockets)
    assert (named, attempt.connect_us) == (destination, None)
    assert attempt.outcome in (outcome, Outcome.FORBIDDEN)


def test_a_socket_that_meets_itself_is_a_refusal() -> None:
    with listener() as server:
        port = port_of(server)
    begun = socket.socket()
    begun.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    with begun:
        begun.bind(("127.0.0.1", port))
        begun.connect(("127.0.0.1", port))
        from netmon.loopback.race.attempt import _Open, _result

        assert _result(_Open(begun, 0, 0.0)).outcome is Outcome.REFUSED


def test_whoever_stops_ends_the_wait() -> None:
    reasons = iter(["", "", "cancelled"])
    with broken(Failure.BLACK_HOLE, "127.0.0.1") as gone, Sockets(lambda: next(reasons)) as sockets:
        assert gone is not None
        sockets.start(gone, 30)
        with pytest.raises(StoppedError, match="cancelled"):
            ended(sockets)


def test_with_nothing_under_way_it_waits_until_it_is_time() -> None:
    with Sockets() as sockets:
        until = sockets.now() + 0.01
        while sockets.now() < until:
            assert sockets.wait(until) == []


def test_what_stays_on_this_machine() -> None:
    assert Destination(Endpoint("::1", 1)).is_here
    assert not Destination(Endpoint("192.0.2.1", 1)).is_here
    assert str(Destination(Endpoint("::1", 80))) == "[::1]:80"
