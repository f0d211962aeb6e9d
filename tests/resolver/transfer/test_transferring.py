"""Transfers over TCP and TLS from servers that misbehave, and the time that they may take."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Iterable, Iterator
from threading import Event

import dns.message
import pytest

from netmon.resolver.server import Server
from netmon.resolver.transfer.result import Attempt
from netmon.resolver.transfer.transferring import Patience, transfer_from_any
from tests.resolver.authority import Certificate
from tests.resolver.transfer.givers import SMALL, SOA, Give, framed, giving, message
from tests.sockets import port_of

MANY = [f"h{n}.example.com. 60 A 192.0.2.{n % 250}" for n in range(5000)]


def ask(server: Server, silence_s: float = 5.0, times: float = 4, ca_file: str | None = None) -> Attempt:
    (attempt,) = transfer_from_any(
        "example.com.", [("ns", server)], Patience.of(silence_s, times), ca_file=ca_file
    )
    return attempt


def give_many(query: dns.message.Message) -> Iterator[bytes]:
    yield framed(message(query, [SOA, *MANY[:2000]]), message(query, MANY[2000:4000]))
    yield framed(message(query, [*MANY[4000:], SOA]))


def give_small(query: dns.message.Message) -> Iterator[bytes]:
    yield framed(message(query, SMALL))


def test_five_thousand_records_over_several_messages() -> None:
    with giving(give_many) as server:
        attempt = ask(server)
    assert attempt.zone is not None
    assert (len(attempt.zone.records), attempt.zone.messages, attempt.error) == (5001, 3, "")
    assert attempt.zone.records[-1].name == "h4999.example.com."


def test_pieces_of_any_size_make_the_same_zone() -> None:
    def give(query: dns.message.Message) -> Iterator[bytes]:
        for byte in framed(message(query, SMALL[:2]), message(query, SMALL[2:])):
            yield bytes([byte])

    with giving(give) as server:
        attempt = ask(server)
    assert attempt.zone is not None
    assert len(attempt.zone.records) == 3


def test_over_tls_with_the_certificate_verified(certificate: Certificate, ca_file: str) -> None:
    with giving(give_many, certificate) as server:
        trusted, strange = ask(server, ca_file=ca_file), ask(server)
    assert trusted.zone is not None
    assert len(trusted.zone.records) == 5001
    assert strange.zone is None
    assert strange.error.startswith("has a certificate that is not to be trusted")


def cut_in_two(query: dns.message.Message) -> Iterable[bytes]:
    return [framed(message(query, SMALL))[:-9]]


def without_an_end(query: dns.message.Message) -> Iterable[bytes]:
    return [framed(message(query, SMALL[:3]))]


def garbage(query: dns.message.Message) -> Iterable[bytes]:
    return [framed(message(query, SMALL[:3]), b"\xff" * 40)]


def other_id(query: dns.message.Message) -> Iterable[bytes]:
    wire = message(query, SMALL)
    return [framed(bytes([wire[0] ^ 1]) + wire[1:])]


def other_end(query: dns.message.Message) -> Iterable[bytes]:
    return [framed(message(query, [*SMALL[:3], SOA.replace("7", "9")]))]


def nothing(query: dns.message.Message) -> Iterable[bytes]:
    return []


@pytest.mark.parametrize(
    ("give", "why"),
    [
        (cut_in_two, "hung up without an answer"),
        (without_an_end, "hung up before the end of the zone after 3 records"),
        (garbage, "sent garbage after 3 records"),
        (other_id, "answered with an id that was not asked with"),
        (other_end, "ended with another SOA than it began with"),
        (nothing, "hung up without an answer"),
    ],
)
def test_a_broken_transfer(give: Give, why: str) -> None:
    with giving(give) as server:
        attempt = ask(server)
    assert attempt.zone is None
    assert not attempt.is_refusal
    assert attempt.error.startswith(why)


def test_silence_and_dribble_end_with_the_time() -> None:
    stopped = Event()

    def silent(query: dns.message.Message) -> Iterator[bytes]:
        yield framed(message(query, SMALL[:3]))
        stopped.wait(20)

    def dribble(query: dns.message.Message) -> Iterator[bytes]:
        yield framed(message(query, SMALL[:3]))
        yield struct.pack("!H", 60000)
        while not stopped.wait(0.05):
            yield b"x"

    try:
        with giving(silent) as server:
            assert ask(server, 0.3).error == "was silent for 0.3 s after 3 records"
            stopped.set()
        stopped.clear()
        with giving(dribble) as server:
            started = time.monotonic()
            attempt = ask(server, 0.3)
            assert attempt.error == "had not sent the whole zone when the time was up after 3 records"
            assert 1.1 < time.monotonic() - started < 5
            stopped.set()
    finally:
        stopped.set()


def test_an_endless_server_ends_with_the_time() -> None:
    def endless(query: dns.message.Message) -> Iterator[bytes]:
        yield framed(message(query, SMALL[:3]))
        wire = framed(message(query, ["a.example.com. 1 A 192.0.2.1"] * 100))
        while True:
            yield wire

    with giving(endless) as server:
        assert "when the time was up after" in ask(server, 0.2).error


def test_one_server_after_the_other_until_one_gives_it() -> None:
    def refuse(query: dns.message.Message) -> Iterable[bytes]:
        return [framed(message(query, [], rcode=5))]

    with socket.create_server(("127.0.0.1", 0)) as closed:
        nobody = Server("tcp", "127.0.0.1", port_of(closed))
    with giving(refuse) as first, giving(give_small) as second, giving(give_small) as third:
        servers = [("a", nobody), ("b", first), ("c", second), ("d", third)]
        attempts = transfer_from_any("example.com.", servers, Patience.of(5.0))
    assert [(each.name, each.is_refusal, each.zone is not None) for each in attempts] == [
        ("a", False, False), ("b", True, False), ("c", False, True),
    ]  # fmt: skip
    assert attempts[0].error == "refused: nothing serves that port"


def test_a_server_by_its_host_name() -> None:
    with giving(give_small) as server:
        attempts = transfer_from_any(
            "example.com.", [("localhost", server._replace(host="localhost"))], Patience.of(5.0)
        )
        assert attempts[-1].zone is not None
        assert attempts[-1].address == "127.0.0.1"
    (attempt,) = transfer_from_any(
        "example.com.", [("x", Server("tcp", "no-such-host.invalid", 53))], Patience.of(5.0)
    )
    assert attempt.address is None
    assert attempt.error.startswith("has no address")
