"""What waits at listeners, judged."""

from __future__ import annotations

from typing import Any

import pytest

from netmon.engine.state import ListenActivity, State
from netmon.model.connection import Connection
from netmon.model.finding import FindingState
from netmon.model.pressure import ConnectionTally, ListenCounters, PortLimits
from netmon.model.socket import SocketState
from netmon.ports.pressure.queues import HANDSHAKES_MANY, accept_queues, handshakes, listen_overflow
from tests.builders import listener, process, state

OK, INFO, WARN, FAIL, UNKNOWN = (
    FindingState.OK,
    FindingState.INFO,
    FindingState.WARN,
    FindingState.FAIL,
    FindingState.UNKNOWN,
)


def door(queue: int | None, backlog: int | None, local: str = "0.0.0.0:8080", **fields: Any) -> Connection:
    return listener(local, socket={"receive_queue": queue, "send_queue": backlog}, **fields)


# -- accept queues


@pytest.mark.parametrize(
    ("queue", "backlog", "verdict"),
    [
        (0, 128, OK),
        (64, 128, OK),
        (65, 128, WARN),
        (127, 128, WARN),
        (128, 128, FAIL),
        (129, 128, FAIL),
        (0, 0, OK),
        (1, 0, FAIL),
        (1, 1, FAIL),
        (1, 2, OK),
    ],
)
def test_how_full_an_accept_queue_is(queue: int, backlog: int, verdict: FindingState) -> None:
    (finding,) = accept_queues(state(listeners=[door(queue, backlog)]))
    assert finding.state is verdict
    assert str(queue) in finding.evidence
    assert str(backlog) in finding.evidence


def test_the_fullest_comes_first_and_is_named() -> None:
    doors = [door(70, 100), door(5, 5, "[::1]:443", process=process("nginx", 80)), door(0, 10)]
    first, second = accept_queues(state(listeners=doors))
    assert first.summary == "the accept queue of port 443 is full: nginx (80) does not keep up"
    assert first.evidence == "nginx (80) at [::1]:443: 5 waiting, backlog 5"
    assert second.summary.startswith("the accept queue of port 8080 is more than half full")


@pytest.mark.parametrize(
    ("somaxconn", "advice"),
    [
        (4096, "raise listen()'s backlog (now 128; net.core.somaxconn allows 4096)"),
        (128, "raise net.core.somaxconn (now 128) and listen()'s backlog"),
        (None, "raise listen()'s backlog (now 128)"),
    ],
)
def test_what_to_raise(somaxconn: int | None, advice: str) -> None:
    (finding,) = accept_queues(state(listeners=[door(128, 128)], limits=PortLimits(somaxconn)))
    assert advice in finding.fix


def test_udp_sockets_and_bound_ones_have_no_accept_queue() -> None:
    others = [door(99, 0, protocol="udp"), door(99, 0, state=SocketState.CLOSED)]
    (finding,) = accept_queues(state(listeners=others))
    assert (finding.state, finding.summary) == (OK, "none of 0 accept queues is more than half full")


def test_psutil_does_not_tell() -> None:
    for listeners in ([door(None, None)], []):
        (finding,) = accept_queues(state(listeners=listeners, source="psutil"))
        assert (finding.state, "psutil gives no queues" in finding.summary) == (UNKNOWN, True)


# -- lost connections


def lost(total: int, since_start: int, interval: int | None) -> State:
    counters = [ListenCounters(n, n) for n in (total, since_start, interval or 0)]
    return state(listen=ListenActivity(counters[0], counters[1], None if interval is None else counters[2]))


@pytest.mark.parametrize(
    ("counts", "verdict", "says"),
    [
        ((0, 0, None), OK, "no listener has lost"),
        ((0, 0, 0), OK, "no listener has lost"),
        ((8, 0, None), INFO, "lost 8 connections before netmon started"),
        ((8, 0, 0), INFO, "lost 8 connections before netmon started"),
        ((8, 3, 0), WARN, "lost 3 connections since netmon started"),
        ((8, 3, 2), FAIL, "losing connections now: 2"),
    ],
)
def test_since_when_connections_are_lost(
    counts: tuple[int, int, int | None], verdict: FindingState, says: str
) -> None:
    finding = listen_overflow(lost(*counts))
    assert (finding.state, says in finding.summary) == (verdict, True)


def test_what_old_kernels_and_other_systems_do_not_count() -> None:
    nothing, only = ListenCounters(None, None), ListenCounters(4, None)
    for unknown in (None, ListenActivity(nothing, nothing, nothing)):
        assert listen_overflow(state(listen=unknown)).state is UNKNOWN
    finding = listen_overflow(state(listen=ListenActivity(only, ListenCounters(0, None), None)))
    assert (finding.state, "lost 4" in finding.summary) == (INFO, True)


# -- handshakes


def judged(count: int, backlog: int | None, lasting: int | None = 0) -> list[tuple[FindingState, str]]:
    found = {("tcp", 4, "10.0.0.5", 8080): (count, lasting)}
    tally = ConnectionTally({}, frozenset(), (), found)
    staged = state(listeners=[door(0, backlog)], limits=PortLimits(max_syn_backlog=2048))
    return [(f.state, f"{f.summary} {f.evidence}") for f in handshakes(staged, tally)]


@pytest.mark.parametrize(
    ("count", "backlog", "lasting", "verdict"),
    [
        (3, 3, 3, OK),  # too few to be a pile
        (8, 17, 0, OK),
        (8, 16, 0, WARN),
        (15, 16, 0, WARN),
        (16, 16, 0, FAIL),
        (8, 5, None, FAIL),
        (500, 4096, HANDSHAKES_MANY - 1, OK),  # a busy server with peers that answer
        (500, 4096, HANDSHAKES_MANY, WARN),
        (63, None, None, OK),
        (64, None, None, WARN),
    ],
)
def test_piles_of_handshakes(
    count: int, backlog: int | None, lasting: int | None, verdict: FindingState
) -> None:
    ((found, said),) = judged(count, backlog, lasting)
    assert found is verdict
    assert str(count) in said


def test_a_pile_names_listener_and_limits() -> None:
    ((_, said),) = judged(16, 16, 4)
    for words in (
        "port 8080",
        "python3 (4711)",
        "0.0.0.0:8080",
        "4 of them for 5 s",
        "tcp_max_syn_backlog 2048",
    ):
        assert words in said


def test_listeners_that_share_a_port_share_its_handshakes() -> None:
    tally = ConnectionTally({}, frozenset(), (), {("tcp", 4, "10.0.0.5", 8080): (16, 0)})
    (finding,) = handshakes(state(listeners=[door(0, 16), door(0, 17)]), tally)
    assert finding.state is OK


def test_handshakes_with_all_its_addresses_are_one_listeners() -> None:
    found = {("tcp", 4, f"10.0.0.{host}", 8080): (6, host) for host in (5, 6)}
    (finding,) = handshakes(state(listeners=[door(0, 16)]), ConnectionTally({}, frozenset(), (), found))
    assert finding.state is WARN
    assert "12 in SYN_RECV, 11 of them for 5 s or longer" in finding.evidence


def test_a_listener_that_is_gone_still_has_its_pile() -> None:
    tally = ConnectionTally({}, frozenset(), (), {("tcp", 4, "10.0.0.5", 8080): (99, None)})
    (finding,) = handshakes(state(), tally)
    assert "a listener that is gone" in finding.evidence
