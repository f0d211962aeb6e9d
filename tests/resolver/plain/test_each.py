"""Every server is asked everything, and what each says is kept apart."""

from __future__ import annotations

import socket
import time

from netmon.model.endpoint import Endpoint
from netmon.resolver.plain.each import Question, ask_each
from tests.resolver.server import Fault, serve

ZONE = {"localhost": "@ IN A 127.0.0.1\nx IN A 192.0.2.1\n"}
A, X = Question("localhost.", "A"), Question("x.localhost.", "A")


def test_every_server_is_asked_everything_once() -> None:
    with serve(ZONE) as honest, serve({}) as empty:
        replies = ask_each([A, X], [honest.endpoint, empty.endpoint])
        assert [(r.server, r.question) for r in replies] == [
            (server.endpoint, question) for server in (honest, empty) for question in (A, X)
        ]
        answers = [reply.answer for reply in replies]
        assert [answer.rcode for answer in answers if answer] == [
            "NOERROR",
            "NOERROR",
            "NXDOMAIN",
            "NXDOMAIN",
        ]
        assert [r.data for answer in answers[:2] if answer for r in answer.records] == [
            "127.0.0.1",
            "192.0.2.1",
        ]
        assert sorted(honest.asked) == [("localhost.", "A", "udp"), ("x.localhost.", "A", "udp")]


def test_silent_servers_are_given_up_together() -> None:
    faults = {"localhost.": Fault(drop=True), "x.localhost.": Fault(drop=True)}
    with serve(ZONE, faults) as one, serve(ZONE, faults) as other:
        started = time.monotonic()
        replies = ask_each([A, X], [one.endpoint, other.endpoint], 0.2)
        assert time.monotonic() - started < 1.5
    assert {(r.answer, r.error, r.silent) for r in replies} == {(None, "was silent", True)}


def test_a_port_that_nobody_serves_is_no_silence() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    (reply,) = ask_each([A], [Endpoint("127.0.0.1", port)])
    assert (reply.error, reply.silent) == ("refused: nothing serves that port", False)


def test_nobody_and_nothing_to_ask() -> None:
    assert ask_each([A], []) == ask_each([], [Endpoint("127.0.0.1", 53)]) == ()
