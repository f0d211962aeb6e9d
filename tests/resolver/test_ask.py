"""Several servers and types at once: each has its answers or its own error."""

from __future__ import annotations

import time

import dns.flags
import dns.message
import dns.name
import dns.rrset
from hypothesis import given
from hypothesis import strategies as st

from netmon.resolver.answer import read, response
from netmon.resolver.ask import ask_servers
from netmon.resolver.edns import Wishes, make_query, read_extras
from netmon.resolver.server import parse_server
from netmon.resolver.transport.exchange import Deadline
from tests.resolver.asking import ask, data
from tests.resolver.server import Server

NAME = dns.name.from_text("host.wide.test.")
QUERY = make_query(NAME, "A", Wishes(), encrypted=False)


def test_a_dead_server_does_not_spoil_the_rest(wide: Server) -> None:
    servers = [parse_server(text) for text in ("127.0.0.1:9", str(wide.endpoint), f"tcp://{wide.endpoint}")]
    started = time.monotonic()
    dead, udp, tcp = ask_servers(NAME, ["A", "TXT"], servers, Wishes(), Deadline.after(4))
    assert time.monotonic() - started < 3
    assert [each.answered for each in (dead, udp, tcp)] == [False, True, True]
    assert {said.answer.error for said in dead.said} == {"refused: nothing serves that port"}
    assert sorted(data(udp)) == sorted(data(tcp))


def test_what_is_cut_short_is_asked_over_tcp_and_said(wide: Server) -> None:
    replies = ask(str(wide.endpoint), "big", "TXT", "A")
    assert len(data(replies)) == 280
    assert [said.answer.transport for said in replies.said] == ["tcp", "tcp"]
    assert replies.said[0].notes == ("cut short over UDP, so asked over TCP",)


def test_a_server_from_before_edns_is_asked_in_its_own_words(wide: Server) -> None:
    replies = ask(str(wide.endpoint), "old")
    assert data(replies) == ["192.0.2.6"]
    assert replies.said[0].notes == ("does not understand EDNS, so asked without",)


def test_a_server_whose_name_has_no_address() -> None:
    replies = ask("tls://nothing.invalid", seconds=1.0)
    assert replies.address is None
    assert "has no address" in (replies.said[0].answer.error or "")


def test_an_alias_to_nothing_is_no_answer_with_records(wide: Server) -> None:
    (said,) = ask(str(wide.endpoint), "lame").said
    assert [record.type for record in said.answer.records] == ["CNAME"]
    assert said.answer.error == "gone.wide.test. does not exist (NXDOMAIN)"


def test_a_compression_loop_is_no_answer() -> None:
    reply = dns.message.make_response(QUERY)
    wire = bytearray(reply.to_wire())
    wire[6:8] = b"\0\1"  # one answer, whose name points at itself
    end = len(wire) - 11  # before the OPT record
    looped = bytes(wire[:end]) + bytes([0xC0 | end >> 8, end & 255]) + b"\0\1\0\1\0\0\0\0\0\4abcd"
    assert response(QUERY, looped) is None


@given(st.binary(max_size=600))
def test_any_bytes_are_an_answer_or_not(noise: bytes) -> None:
    for wire in (noise, QUERY.to_wire()[:2] + noise):
        assert response(QUERY, wire) is None or wire[:2] == QUERY.to_wire()[:2]


@given(st.data())
def test_spoilt_answers_are_read_or_refused(draw: st.DataObject) -> None:
    reply = dns.message.make_response(QUERY)
    reply.answer.append(dns.rrset.from_text("host.wide.test.", 60, "IN", "A", "192.0.2.1"))
    wire = bytearray(reply.to_wire())
    for _ in range(draw.draw(st.integers(1, 4))):
        wire[draw.draw(st.integers(0, len(wire) - 1))] = draw.draw(st.integers(0, 255))
    spoilt = bytes(wire[: draw.draw(st.integers(0, len(wire)))])
    message = response(QUERY, spoilt)
    if message is not None:
        answer = read(message, "A", "host.wide.test.")
        assert all(f"{record.name}{record.data}".isprintable() for record in answer.records)
        assert all(str(each).isprintable() for each in read_extras(QUERY, message).ede)
        assert message.flags & dns.flags.QR
