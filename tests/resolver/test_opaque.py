"""What is not as its type says is kept; what is no message is none."""

from __future__ import annotations

import dns.flags
import dns.message
import dns.name
import dns.rdatatype
import dns.wire
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.resolver.answer import read, response
from netmon.resolver.opaque import rdata, reread
from tests.program import netmon
from tests.resolver.hostile import serve_reply

SHORT = b"\x03\x01\x01\xab\xcd\xef"
"""A TLSA that says SHA-256, and has three bytes of it."""


def reply(query: dns.message.Message, *records: tuple[int, bytes], junk: bytes = b"") -> bytes:
    """An answer with these types and data, all of the name that was asked for."""
    made = dns.message.make_response(query)
    made.flags |= dns.flags.AA
    wire = bytearray(made.to_wire())
    wire[6:8] = len(records).to_bytes(2, "big")
    answers = b"".join(
        b"\xc0\x0c" + kind.to_bytes(2, "big") + b"\0\x01\0\0\0\x3c" + len(data).to_bytes(2, "big") + data
        for kind, data in records
    )
    end = 12 + len(query.question[0].name.to_wire() or b"") + 4
    return bytes(wire[:end]) + answers + bytes(wire[end:]) + junk


def asked(kind: str) -> dns.message.Message:
    return dns.message.make_query("x.test.", kind, use_edns=0)


def test_a_record_that_is_not_as_its_type_says_is_kept_beside_the_others() -> None:
    query = asked("TLSA")
    message = response(query, reply(query, (52, SHORT), (52, b"\x03\x01\x00\xab"), (16, b"\x01x")))
    assert message is not None
    answer = read(message, "TLSA", "x.test.")
    assert {(record.type, record.data, record.ttl) for record in answer.records} == {
        ("TLSA", "3 1 0 ab", 60), ("TLSA", r"\# 6 030101abcdef", 60), ("TXT", '"x"', 60),
    }  # fmt: skip
    assert (answer.rcode, answer.error, message.edns) == ("NOERROR", None, 0)


@pytest.mark.parametrize(
    "wire",
    [
        reply(asked("A"), (1, b"\x01\x02\x03")),
        reply(asked("CNAME"), (5, b"\x40")),
        reply(asked("TLSA"), (52, SHORT), junk=b"!"),
        reply(asked("TLSA"), (52, SHORT))[:-12],
        reply(asked("TLSA"), (52, SHORT), (43, b"\0")),
        b"\0" * 11,
    ],
)
def test_anything_else_is_none(wire: bytes) -> None:
    assert reread(wire) is None


@given(st.integers(0, 65535), st.binary(max_size=40))
def test_data_of_any_type_is_read_kept_or_refused(kind: int, data: bytes) -> None:
    parser = dns.wire.Parser(data)
    try:
        read_data, is_opaque = rdata(parser, 1, kind, len(data))
    except (dns.exception.DNSException, ValueError, LookupError, OverflowError):
        return
    assert parser.remaining() == 0
    if is_opaque:
        assert read_data.to_wire() == data
        assert read_data.to_text().startswith(r"\#")


@given(st.binary(max_size=60))
def test_whatever_comes_is_a_message_or_none(data: bytes) -> None:
    reread(data)
    reread(reply(asked("TLSA"), (52, data)))


def test_as_a_program() -> None:
    with serve_reply(lambda query: reply(query, (52, SHORT))) as server:
        answer = netmon("dns", "x.test", "TLSA", "--server", server, "--timeout", "2")
    assert (answer.code, answer.err) == (0, "")
    assert r"  TLSA  60  \# 6 030101abcdef" in answer.out
