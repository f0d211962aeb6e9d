"""Time that runs out, and why there is no answer."""

from __future__ import annotations

import socket
import ssl
from threading import Event

import pytest

from netmon.resolver.transport.exchange import Deadline, TransportError, explain, receive


def test_a_deadline_has_some_left_or_is_over() -> None:
    assert 0 < Deadline.after(5).left() <= 5
    with pytest.raises(TimeoutError):
        Deadline.after(0).left()
    assert 0 < Deadline.after(5).seconds <= 5
    assert Deadline.after(0).seconds == 0


def test_who_gives_up_has_no_time_left() -> None:
    stop = Event()
    deadline = Deadline.after(5, stop)
    assert deadline.seconds > 0
    stop.set()
    assert (deadline.seconds, deadline.given_up) == (0, True)
    with pytest.raises(TimeoutError):
        deadline.left()


def test_what_arrives_is_read_until_the_other_side_hangs_up() -> None:
    here, there = socket.socketpair()
    with here:
        with there:
            there.sendall(b"abc")
            assert receive(here, Deadline.after(5), 2) == b"ab"
            assert receive(here, Deadline.after(5)) == b"c"
            with pytest.raises(TimeoutError):
                receive(here, Deadline.after(0.05))
        with pytest.raises(TransportError, match="hung up"):
            receive(here, Deadline.after(5))


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (TransportError("broke off its answer"), "broke off its answer"),
        (TimeoutError(), "was silent until the time was up"),
        (ConnectionRefusedError(111, "x"), "refused: nothing serves that port"),
        (ConnectionResetError(104, "reset\x1b[31m"), "broke the connection (reset\ufffd[31m)"),
        (OSError(101, "Network is unreachable"), "cannot be reached (Network is unreachable)"),
        (ssl.SSLError("odd"), "cannot be spoken to over TLS ('odd')"),
    ],
)
def test_every_failure_completes_a_sentence(error: OSError | TransportError, why: str) -> None:
    assert explain(error).startswith(why[:30])
