"""One question to one real server, well-behaved and not."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from threading import Event, Timer

import dns.flags
import dns.name
import pytest

from netmon.resolver.trace import asking
from netmon.resolver.trace.asking import Heard, Network
from netmon.resolver.trace.steps import Outcome
from netmon.resolver.transport.exchange import Deadline
from tests.resolver.server import Fault, Server, serve

FAULTS = {
    "big.example.test.": Fault(truncate=True),
    "cut.example.test.": Fault(truncate=True, tcp_hangs_up=True),
    "cutgarbage.example.test.": Fault(truncate=True, tcp_garbage=True),
    "drop.example.test.": Fault(drop=True),
    "noise.example.test.": Fault(garbage=b"\x00\x01garbage", only_garbage=True),
    "late.example.test.": Fault(garbage=b"\xff" * 40),
    "old.example.test.": Fault(no_edns=True),
}
ZONE = "host A 192.0.2.1\nbig A 192.0.2.2\nold A 192.0.2.3\nlate A 192.0.2.4\n"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serve({"example.test.": ZONE}, FAULTS) as running:
        yield running


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "TRIES_S", (0.1, 0.1))


def ask(server: Server, host: str, stop: Event | None = None) -> Heard:
    network = Network(Deadline.after(5, stop), server.endpoint.port)
    return network(server.endpoint.address, dns.name.from_text(f"{host}.example.test."), "A")


@pytest.mark.parametrize(
    ("host", "transport"), [("host", "udp"), ("late", "udp"), ("big", "tcp"), ("old", "udp")]
)
def test_an_answer_with_its_time_and_transport(server: Server, host: str, transport: str) -> None:
    heard = ask(server, host)
    assert heard.message is not None
    assert heard.transport == transport
    assert heard.ms is not None
    assert heard.ms > 0
    assert not heard.message.flags & dns.flags.RD  # nobody is to ask others for us


@pytest.mark.parametrize(
    ("host", "failure", "said"),
    [
        ("drop", Outcome.SILENT, "is silent"),
        ("noise", Outcome.GARBAGE, "sends only what is no response to the question"),
        ("cut", Outcome.UNREACHABLE, "cuts its UDP answer short and then does not answer over TCP"),
        ("cutgarbage", Outcome.GARBAGE, "cuts its UDP answer short and then sends garbage over TCP"),
    ],
)
def test_no_answer_and_why(server: Server, host: str, failure: Outcome, said: str) -> None:
    heard = ask(server, host)
    assert (heard.message, heard.ms, heard.failure, heard.detail) == (None, None, failure, said)


def test_a_lost_packet_is_sent_again(server: Server) -> None:
    server.asked.clear()
    ask(server, "drop")
    assert server.asked == [("drop.example.test.", "A", "udp")] * 2


def test_a_port_that_nobody_serves() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    heard = Network(Deadline.after(5), port)("127.0.0.1", dns.name.root, "NS")
    assert (heard.failure, heard.message) == (Outcome.UNREACHABLE, None)
    assert "nothing serves DNS there" in heard.detail


def test_an_address_that_cannot_be_reached() -> None:
    heard = Network(Deadline.after(5))("255.255.255.255", dns.name.root, "NS")
    assert heard.failure is Outcome.UNREACHABLE
    assert heard.detail.startswith("cannot be reached (")


def test_the_wait_ends_when_the_user_gives_up(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "TRIES_S", (30.0, 30.0))
    stop = Event()
    timer = Timer(0.1, stop.set)
    timer.start()
    started = time.monotonic()
    assert ask(server, "drop", stop).failure is Outcome.SILENT
    timer.join()
    assert time.monotonic() - started < 5
