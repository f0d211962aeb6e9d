"""Which listeners answer localhost; the kernel agrees where it can be asked."""

from __future__ import annotations

import os
import socket

import pytest

from netmon.loopback.listeners import Answers, PortVerdict, by_port, holder, judge_listeners
from netmon.loopback.probing import Outcome, connect
from netmon.model.connection import Connection
from netmon.model.process import Owner, OwnerReason, Process
from tests import builders
from tests.loopback.staged import BOTH, NODE, listener


def verdict(order: tuple[str, ...], *listeners: Connection) -> PortVerdict:
    (found,) = judge_listeners(order, listeners)
    return found


@pytest.mark.parametrize(
    ("order", "bound", "v6only", "expected"),
    [
        (BOTH, "127.0.0.1", None, Answers.COVERED),
        (BOTH, "0.0.0.0", None, Answers.COVERED),
        (BOTH, "::", False, Answers.COVERED),
        (BOTH, "::", True, Answers.FIRST_REFUSED),
        (BOTH, "::", None, Answers.UNKNOWN),
        (BOTH, "::1", True, Answers.FIRST_REFUSED),
        (BOTH, "10.0.0.5", None, Answers.NO_LOOPBACK),
        (BOTH, "127.0.0.53", None, Answers.NO_LOOPBACK),
        (("::1", "127.0.0.1"), "127.0.0.1", None, Answers.FIRST_REFUSED),
        (("::1", "127.0.0.1"), "::", None, Answers.COVERED),
        (("127.0.0.1",), "::1", True, Answers.NOT_NAMED),
        ((), "127.0.0.1", None, Answers.UNKNOWN),
    ],
)
def test_a_listener_against_localhost(
    order: tuple[str, ...], bound: str, v6only: bool | None, expected: Answers
) -> None:
    assert verdict(order, listener(bound, v6only=v6only)).answers is expected


def test_real_listeners_answer_as_judged() -> None:
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as server:
        port = server.getsockname()[1]
        assert verdict(BOTH, listener("::1", port, True)).works == ("::1",)
        assert connect("::1", port).works
        assert connect("127.0.0.1", port).outcome is Outcome.REFUSED


def test_two_sockets_cover_a_port_together() -> None:
    found = verdict(BOTH, listener("::1", v6only=True), listener("127.0.0.1"))
    assert found.answers is Answers.COVERED
    assert found.works == BOTH


def test_a_listener_on_another_interface_answers_no_loopback() -> None:
    assert verdict(BOTH, listener("0.0.0.0", interface="eth0")).answers is Answers.NO_LOOPBACK
    assert verdict(BOTH, listener("0.0.0.0", interface="lo")).answers is Answers.COVERED


def test_only_tcp_listeners_are_judged() -> None:
    assert judge_listeners(BOTH, [builders.listener("[::1]:53", protocol="udp")]) == ()


def test_the_listeners_of_the_checks_themselves_are_passed_over() -> None:
    ours = listener("::1", 1, True, Owner((Process(os.getpid(), "netmon"),)))
    assert judge_listeners(BOTH, [ours]) == ()
    assert [port for port, _ in by_port([ours, listener("::1", 2), listener("127.0.0.1", 2)])] == [2]


@pytest.mark.parametrize(
    ("owner", "words"),
    [
        (NODE, "node (4711)"),
        (
            Owner(reason=OwnerReason.OTHER_USER, uid=33, user="www-data", unit="nginx.service"),
            "nginx.service",
        ),
        (Owner(reason=OwnerReason.OTHER_USER, uid=33, user="www-data"), "user www-data"),
        (Owner(reason=OwnerReason.OTHER_USER, uid=33), "uid 33"),
        (Owner(reason=OwnerReason.KERNEL), "held by the kernel itself"),
        (Owner(), "an unknown process"),
    ],
)
def test_holders_in_words(owner: Owner, words: str) -> None:
    assert holder(owner) == words
