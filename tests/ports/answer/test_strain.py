"""A server that does not accept, or does not close, is told in the answer on its port."""

from __future__ import annotations

import os
import socket
from contextlib import ExitStack

import pytest

from netmon.model.finding import FindingState
from netmon.ports.answer.strain import strain
from netmon.ports.pressure.leftovers import CLOSE_WAIT_MANY
from tests.builders import listener as built_listener
from tests.ports.asking import ask_one
from tests.sockets import connect, listener, port_of


def test_a_full_accept_queue_is_a_warning_before_anything_else() -> None:
    with ExitStack() as stack:
        server = stack.enter_context(listener(backlog=1))
        port = port_of(server)
        for _ in range(2):
            stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=10))
        answer = ask_one(f"{port}/tcp")
    told = answer.findings[0]
    assert (told.check, told.state) == ("accept-queue", FindingState.WARN)
    assert told.summary.startswith(f"The accept queue of port {port} is full: ")
    assert told.summary.endswith("does not keep up.")
    assert "2 waiting, backlog 1" in told.evidence


@pytest.mark.parametrize("portable", [False, True])
@pytest.mark.parametrize(("left", "told"), [(CLOSE_WAIT_MANY, True), (CLOSE_WAIT_MANY - 1, False)])
def test_connections_that_are_not_closed_pile_up(left: int, told: bool, portable: bool) -> None:
    with ExitStack() as stack:
        server = stack.enter_context(listener())
        for _ in range(left):
            client, taken = connect(server)
            stack.enter_context(taken)
            client.close()
            assert taken.recv(1) == b""
        answer = ask_one(f"{port_of(server)}/tcp", portable=portable)
        name = f"({os.getpid()}) has not closed {left} connections that its peers closed."
    piles = [finding for finding in answer.findings if finding.check == "close-wait"]
    assert bool(piles) is told
    if told:
        assert piles[0].summary.endswith(name)
        assert piles[0].state is FindingState.WARN


def test_a_server_that_keeps_up_is_not_remarked_on() -> None:
    assert strain([built_listener()], [], None) == ()
