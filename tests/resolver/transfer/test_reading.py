"""Messages of a transfer, read from bytes that nobody vouches for."""

from __future__ import annotations

import struct
import time

import dns.flags
import dns.message
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.resolver.answer import Record
from netmon.resolver.transfer.reading import GarbageError, read
from tests.resolver.transfer.givers import SMALL, SOA, ZONE, message

QUERY = dns.message.make_query(ZONE, "AXFR", id=4711)
WIRE = message(QUERY, SMALL)


def test_a_message_and_its_records() -> None:
    found = read(WIRE)
    assert (found.number, found.is_answer, found.is_cut, found.rcode) == (4711, True, False, 0)
    assert found.question == (ZONE, 252)
    records = [record for _, record in found.records]
    assert records[0] == records[3]
    assert records[0].data == "ns.example.com. h.example.com. 7 2 3 4 5"
    assert records[2] == Record("ns.example.com.", 300, "A", "127.0.0.1")


def test_what_is_a_query_and_what_is_cut_short() -> None:
    assert not read(QUERY.to_wire()).is_answer
    assert read(message(QUERY, [SOA], flags=dns.flags.TC)).is_cut
    assert read(message(QUERY, [], rcode=5)).rcode == 5


def record(kind: int, data: bytes, of_class: int = 1, ttl: int = 60) -> bytes:
    head = struct.pack("!HHHHHH", 1, 0x8400, 0, 1, 0, 0)
    return head + b"\1a\0" + struct.pack("!HHIH", kind, of_class, ttl, len(data)) + data


@pytest.mark.parametrize(
    "wire",
    [record(1, b"abc"), record(1, b"abcde"), record(41, b""), record(255, b""), record(1, b"abcd", 3),
     record(15, b"\0\1\xc0\xff"), record(5, b"\xc0\x18"), record(16, b"\5abc"), record(1, b"abcd")[:-1]],
    ids=["short", "long", "OPT", "ANY", "other class", "pointer ahead", "pointer to itself", "string", "cut"],
)  # fmt: skip
def test_records_that_are_none(wire: bytes) -> None:
    found = read(wire)
    with pytest.raises(GarbageError):
        list(found.records)


def test_a_type_that_nobody_knows_is_in_hex_and_a_negative_ttl_is_none() -> None:
    ((_, found),) = read(record(65534, b"\x1b[31m", ttl=2**31 + 5)).records
    assert found == Record("a.", 0, "TYPE65534", r"\# 5 1b5b33316d")


def test_data_that_ends_in_nothing_is_in_hex() -> None:
    ((_, key),) = read(record(48, b"\1\0\3\x0d")).records
    ((_, dhcid),) = read(record(49, b"")).records
    assert (key.data, dhcid.data) == (r"\# 4 0100030d", r"\# 0")


def test_two_questions_are_garbage() -> None:
    with pytest.raises(GarbageError):
        read(struct.pack("!HHHHHH", 1, 0x8400, 2, 0, 0, 0) + b"\0\0\1\0\1" * 2)


@given(st.binary(max_size=200))
def test_no_bytes_do_harm(noise: bytes) -> None:
    for wire in (noise, WIRE[:12] + noise, WIRE[:40] + noise + WIRE[40 + len(noise) :]):
        try:
            for _, found in read(wire).records:
                assert (found.name + found.type + found.data).isprintable()
        except GarbageError:
            pass


@given(st.integers(1, 300), st.binary(max_size=60))
def test_data_of_any_type_is_printable(kind: int, data: bytes) -> None:
    try:
        ((_, found),) = read(record(kind, data)).records
    except GarbageError:
        return
    assert found.data.isascii()
    assert found.data.isprintable()


def test_pointers_to_pointers_cost_no_time() -> None:
    chain = b"".join(struct.pack("!H", 0xC000 | max(12, 12 + 11 + 2 * n - 2)) for n in range(8000))
    body = b"\0" + struct.pack("!HHIH", 65534, 1, 0, len(chain)) + chain
    more = (b"\xff\xfe" + struct.pack("!HHIH", 16, 1, 0, 1) + b"\0") * 3000
    started = time.monotonic()
    with pytest.raises(GarbageError):
        list(read(struct.pack("!HHHHHH", 1, 0x8400, 0, 3001, 0, 0) + body + more).records)
    assert time.monotonic() - started < 5
