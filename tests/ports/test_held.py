"""Which sockets a question means."""

from __future__ import annotations

import pytest

from netmon.collectors.bound import Bound
from netmon.model.socket import SocketState
from netmon.ports.held import holding, listener_of, serving
from netmon.ports.question import parse_question
from tests.builders import endpoint, listener

ANY4, ANY6, LO4, LO6 = (
    Bound(4, "0.0.0.0", 1, None),
    Bound(6, "::", 2, False),
    Bound(4, "127.0.0.1", 3, None),
    Bound(6, "::1", 4, True),
)
ONLY6 = Bound(6, "::", 5, True)


@pytest.mark.parametrize(
    ("bound", "address", "found"),
    [
        ([ANY4, LO4, LO6], None, [ANY4, LO4, LO6]),
        ([ANY4, ANY6, LO4], "127.0.0.1", [LO4]),
        ([ANY4, ANY6], "127.0.0.1", [ANY4]),
        ([ANY6], "127.0.0.1", [ANY6]),
        ([ONLY6], "127.0.0.1", []),
        ([ANY6._replace(v6only=None)], "127.0.0.1", [ANY6._replace(v6only=None)]),
        ([ANY4, ANY6, LO6], "::1", [LO6]),
        ([ANY4, ONLY6], "::1", [ONLY6]),
        ([ANY4, LO4], "::1", []),
        ([Bound(6, "fe80::1", 6, True)], "fe80::1%eth0", [Bound(6, "fe80::1", 6, True)]),
        ([ANY4, LO4], "0.0.0.0", [ANY4]),
        ([], "127.0.0.1", []),
    ],
)
def test_the_most_specific_takes_what_comes(
    bound: list[Bound], address: str | None, found: list[Bound]
) -> None:
    assert serving(bound, address) == found


TCP = listener("0.0.0.0:8080")
TCP_LOCAL = listener("127.0.0.1:8080")
UDP = listener("0.0.0.0:8080", protocol="udp")
OTHER = listener("0.0.0.0:8081")
UDP_ONLY = listener("0.0.0.0:53", protocol="udp")
ALL = [TCP, TCP_LOCAL, UDP, OTHER, UDP_ONLY]


def test_what_is_bound_and_does_not_listen_takes_nobody() -> None:
    bound = listener("127.0.0.1:8080", state=SocketState.CLOSED)
    assert holding([bound], parse_question("8080")) == []
    assert listener_of(endpoint("127.0.0.1:8080"), [TCP, bound]) == [TCP]


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("8080", [TCP, TCP_LOCAL]),
        ("8080/tcp", [TCP, TCP_LOCAL]),
        ("8080/udp", [UDP]),
        ("127.0.0.1:8080", [TCP_LOCAL]),
        ("10.0.0.5:8080", [TCP]),
        ("127.0.0.1:8080/udp", [UDP]),
        ("53", [UDP_ONLY]),
        ("53/tcp", []),
        ("8082", []),
    ],
)
def test_tcp_is_meant_first(question: str, found: list[object]) -> None:
    assert holding(ALL, parse_question(question)) == found


def test_the_listener_that_took_a_connection() -> None:
    assert listener_of(endpoint("127.0.0.1:8080"), ALL) == [TCP_LOCAL]
    assert listener_of(endpoint("10.0.0.5:8080"), ALL) == [TCP]
    assert listener_of(endpoint("10.0.0.5:50000"), ALL) == []
