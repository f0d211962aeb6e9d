"""One question to one real server, well-behaved and not."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from threading import Event, Timer

import dns.name
import pytest

from netmon.model.endpoint import Endpoint
from netmon.resolver.answer import Answer
from netmon.resolver.plain.exchange import TRY_S, NoAnswerError, exchange
from netmon.resolver.transport.exchange import Deadline
from tests.resolver.server import Fault, Server, serve

ZONE = """
host A 192.0.2.1
old  A 192.0.2.5
""" + "".join(f"big A 198.51.100.{n}\n" for n in range(200))

FAULTS = {
    "big.example.test.": Fault(truncate=True),
    "cut.example.test.": Fault(truncate=True, tcp_hangs_up=True),
    "cutgarbage.example.test.": Fault(truncate=True, tcp_garbage=True),
    "drop.example.test.": Fault(drop=True),
    "host.example.test.": Fault(garbage=b"\xff" * 40),
    "noise.example.test.": Fault(garbage=b"\x00\x01garbage", only_garbage=True),
    "old.example.test.": Fault(no_edns=True),
}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serve({"example.test.": ZONE}, FAULTS) as running:
        yield running


def ask(server: Endpoint, name: str, seconds: float = 3.0) -> Answer:
    return exchange(dns.name.from_text(f"{name}.example.test"), "A", server, Deadline.after(seconds))


def refusal(server: Endpoint, name: str = "host", seconds: float = 1.0) -> NoAnswerError:
    with pytest.raises(NoAnswerError) as raised:
        ask(server, name, seconds)
    return raised.value


def test_the_answer_says_who_gave_it_how_and_when(server: Server) -> None:
    before = time.monotonic()
    answer = ask(server.endpoint, "host")
    assert [record.data for record in answer.records] == ["192.0.2.1"]  # past garbage
    assert (answer.server, answer.transport) == (server.endpoint, "udp")
    assert answer.ms is not None
    assert 0 < answer.ms < 3000
    assert answer.received_at is not None
    assert before < answer.received_at <= time.monotonic()


def test_a_cut_answer_is_fetched_over_tcp(server: Server) -> None:
    answer = ask(server.endpoint, "big")
    assert answer.transport == "tcp"
    assert len(answer.records) == 200


@pytest.mark.parametrize(
    ("name", "what"), [("cut", "hung up over TCP"), ("cutgarbage", "sent garbage over TCP")]
)
def test_a_cut_answer_whose_tcp_fails(server: Server, name: str, what: str) -> None:
    error = refusal(server.endpoint, name)
    assert (str(error), error.again) == (f"cut its UDP answer short and then {what}", False)


def test_a_server_from_before_edns_is_asked_again_without(server: Server) -> None:
    assert [record.data for record in ask(server.endpoint, "old").records] == ["192.0.2.5"]


@pytest.mark.parametrize(("name", "what"), [("drop", "was silent"), ("noise", "sent only garbage")])
def test_who_says_nothing_of_use_may_be_asked_again(server: Server, name: str, what: str) -> None:
    started = time.monotonic()
    error = refusal(server.endpoint, name, 0.2)
    assert time.monotonic() - started < 1.0
    assert (str(error), error.again) == (what, True)


def test_a_port_that_nobody_serves_is_not_asked_again() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        nobody = Endpoint("127.0.0.1", sock.getsockname()[1])
    error = refusal(nobody)
    assert (str(error), error.again) == ("refused: nothing serves that port", False)


def test_a_server_that_cannot_be_reached_says_so() -> None:
    error = refusal(Endpoint("fe80::1%nosuch", 53))
    assert str(error).startswith("cannot be reached (")
    assert not error.again


def test_the_wait_ends_when_the_user_gives_up(server: Server) -> None:
    stop = Event()
    started = time.monotonic()
    timer = Timer(0.1, stop.set)
    timer.start()
    with pytest.raises(NoAnswerError, match="was silent"):
        exchange(dns.name.from_text("drop.example.test"), "A", server.endpoint, Deadline.after(30, stop))
    timer.join()
    assert time.monotonic() - started < TRY_S / 2
