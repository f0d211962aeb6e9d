"""Listeners are proved by connecting; tests/kernel/test_reach.py does so for every kind of binding."""

from __future__ import annotations

import socket

import pytest

from netmon.engine.connect import Attempt, Outcome
from netmon.ports.reach.own_addresses import AddressReach
from netmon.ports.reach.proof import MOST, Proof, prove, why_not
from tests.builders import listener as tcp
from tests.kernel.hosts import apart
from tests.sockets import close_with_reset, dual_listener, listener, port_of

FOUR = AddressReach("127.0.0.1", "lo", True, "bound to it")
SIX = AddressReach("::1", "lo", False, "an IPv4 socket")


@apart
def test_an_ipv4_listener_answers_by_ipv4_alone() -> None:
    with listener() as server:
        first, second = prove(port_of(server), [FOUR, SIX])
    assert (first.answered, second.answered) == (True, False)
    assert (first.agrees, second.agrees) == (True, True)
    assert first.attempt is not None
    assert first.attempt.connect_us is not None


@apart
def test_an_answer_that_the_binding_does_not_promise() -> None:
    with dual_listener() as server:
        _, second = prove(port_of(server), [FOUR, SIX])
    assert (second.answered, second.agrees) == (True, False)


@apart
def test_silence_is_no_answer() -> None:
    with listener(backlog=0) as server:
        kept = []
        for _ in range(8):
            client = socket.socket()
            client.setblocking(False)
            client.connect_ex(server.getsockname())
            kept.append(client)
        (silent,) = prove(port_of(server), [FOUR], timeout_s=0.1)
        for client in kept:
            close_with_reset(client)
    assert silent.attempt is not None
    assert silent.attempt.outcome is Outcome.TIMED_OUT
    assert (silent.answered, silent.agrees) == (None, None)


@apart
def test_so_many_addresses_are_tried_and_no_more() -> None:
    with listener(backlog=2 * MOST) as server:
        proofs = prove(port_of(server), [FOUR] * (MOST + 3))
    assert [proof.answered for proof in proofs] == [True] * MOST + [None] * 3


@pytest.mark.parametrize(
    ("outcome", "reached", "agrees"),
    [
        (Outcome.CARRIES, None, None),
        (Outcome.REFUSED, True, False),
        (Outcome.UNREACHABLE, True, None),
        (Outcome.NOT_HERE, True, None),
        (Outcome.FORBIDDEN, True, None),
    ],
)
def test_agreement_needs_both_words(outcome: Outcome, reached: bool | None, agrees: bool | None) -> None:
    assert Proof(FOUR._replace(reached=reached), Attempt(outcome)).agrees is agrees


def test_what_cannot_be_proved_by_connecting() -> None:
    assert why_not(tcp("127.0.0.1:80").socket, "sock_diag") is None
    assert why_not(tcp("127.0.0.1:80").socket, "psutil") is None
    assert "recording" in (why_not(tcp("127.0.0.1:80").socket, "replay") or "")
    assert "UDP" in (why_not(tcp("127.0.0.1:53", protocol="udp").socket, "sock_diag") or "")
