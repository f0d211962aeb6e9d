"""DNS over UDP with real servers, well-behaved and not."""

from __future__ import annotations

import socket
import struct
from threading import Thread

import dns.message
import dns.rcode
import pytest

from netmon.resolver.transport import datagrams
from tests.resolver.asking import ask, data, failure
from tests.resolver.server import Server

_AGAIN_S = 0.5
"""Silence here is believed sooner."""


def test_every_type_is_asked_at_once(wide: Server) -> None:
    replies = ask(str(wide.endpoint), "host", "A", "AAAA", "TXT")
    assert data(replies)[-2:] == ["2001:db8::1", '"hi \\027[31m there"']
    assert {said.answer.transport for said in replies.said} == {"udp"}
    assert all(said.answer.ms and said.answer.ms <= replies.ms for said in replies.said)


def test_garbage_is_passed_over_and_told_of(wide: Server) -> None:
    said = failure(ask(str(wide.endpoint), "noise", seconds=0.6))
    assert said == "sent only garbage, or answers to other questions"


def test_silence_and_refusal_are_not_the_same(wide: Server) -> None:
    assert failure(ask(str(wide.endpoint), "drop", seconds=0.3)) == "was silent until the time was up"
    assert failure(ask("127.0.0.1:9")) == "refused: nothing serves that port"


def test_one_silent_type_leaves_the_others_alone(wide: Server) -> None:
    replies = ask(str(wide.endpoint), "half", "A", "AAAA", seconds=0.5)
    assert [said.answer.rcode for said in replies.said] == ["NOERROR", None]
    assert data(replies) == ["192.0.2.5"]


@pytest.mark.parametrize("spoil", ["id", "question", "twice"])
def test_forgeries_are_passed_over(spoil: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first packet has the wrong id or question, or never comes; the second answers."""
    monkeypatch.setattr(datagrams, "AGAIN_S", _AGAIN_S)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(_AGAIN_S + 3)
        thread = Thread(target=_answer, args=(server, spoil))
        thread.start()
        replies = ask(f"127.0.0.1:{server.getsockname()[1]}", seconds=_AGAIN_S + 3)
        thread.join()
    assert replies.said[0].answer.rcode == "REFUSED"
    assert (replies.ms > _AGAIN_S * 1000) == (spoil == "twice")


def _answer(server: socket.socket, spoil: str) -> None:
    wire, client = server.recvfrom(4096)
    right = dns.message.make_response(dns.message.from_wire(wire))
    right.set_rcode(dns.rcode.REFUSED)
    if spoil == "id":
        wrong = struct.pack("!H", right.id ^ 1) + right.to_wire()[2:]
        server.sendto(wrong, client)
    elif spoil == "question":
        other = dns.message.make_query("other.test", "A", id=right.id)
        server.sendto(dns.message.make_response(other).to_wire(), client)
    else:
        server.recvfrom(4096)
    server.sendto(right.to_wire(), client)
