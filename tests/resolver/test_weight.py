"""Messages that would keep the program busy are refused before they are read; no honest one is."""

from __future__ import annotations

import struct
import time

import dns.message
import dns.name
import dns.rrset
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.resolver.answer import response
from netmon.resolver.weight import too_heavy

QUERY = dns.message.make_query("a.test.", "A")
LONG = b"\x01a" * 120 + b"\xc0\x0c"


def heavy(kind: int, front: bytes, count: int) -> bytes:
    """Records whose data is a name that ends in one of 120 labels."""
    head = dns.message.make_response(QUERY).to_wire()
    pointer = struct.pack("!H", 0xC000 | len(head))
    body = LONG + struct.pack("!HHIH", 1, 1, 1, 4) + b"\x7f\0\0\1"
    for number in range(count):
        data = front + b"\x01" + bytes([97 + number % 26]) + pointer
        body += pointer + struct.pack("!HHIH", kind, 1, 1, len(data)) + data
    return head[:6] + struct.pack("!H", count + 1) + head[8:] + body


@pytest.mark.parametrize(("kind", "front"), [(5, b""), (2, b""), (15, b"\0\1"), (33, b"\0\1\0\1\0\1")])
def test_thousands_of_long_names_are_refused_at_once(kind: int, front: bytes) -> None:
    wire = heavy(kind, front, 2500)
    assert len(wire) < 65536
    started = time.monotonic()
    assert too_heavy(wire)
    assert response(QUERY, wire) is None
    assert time.monotonic() - started < 2


def test_a_few_long_names_are_read() -> None:
    assert response(QUERY, heavy(2, b"", 20)) is not None
    assert response(QUERY, heavy(2, b"", 250)) is not None


def test_an_honest_answer_is_never_too_heavy() -> None:
    owner = dns.name.from_text(".".join("0123456789abcdef" * 2) + ".ip6.arpa.")
    names = [f"host-{number}.example.net." for number in range(2000)]
    reply = dns.message.make_response(dns.message.make_query(owner, "PTR"))
    reply.answer.append(dns.rrset.from_text(owner, 60, "IN", "PTR", *names))
    assert not too_heavy(reply.to_wire(max_size=65535))


@given(st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=20))
def test_any_bytes_are_weighed_in_no_time(parts: list[bytes]) -> None:
    wire = (b"".join(parts) * 5000)[:65535]
    started = time.monotonic()
    too_heavy(wire)
    assert time.monotonic() - started < 2
