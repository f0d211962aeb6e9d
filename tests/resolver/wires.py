"""Responses that are nearly right: real questions, and behind them whatever a stranger might send."""

from __future__ import annotations

import struct

import dns.name
import dns.rdatatype
from hypothesis import strategies as st

NAME = dns.name.from_text("host.wide.test.")
KINDS = sorted(
    {*dns.rdatatype.RdataType, dns.rdatatype.RdataType.make(65534)}
    - {kind for kind in dns.rdatatype.RdataType if dns.rdatatype.is_metatype(kind)}
    - {dns.rdatatype.NONE}
)
_LENGTH = len(NAME.to_digestable())
_OWNERS = [
    b"\xc0\x0c",
    b"\xc0\x11",
    b"\0",
    b"\x04evil\xc0\x0c",
    b"\x03\x1b[2\0",
    b"\xff",
    b"\xc0\xff",
    b"\xc0\x40",
]
"""The name, one above it, the root, others, and pointers that lead forward or nowhere."""
_TARGETS = [b"\xc0\x0c", b"\x01a\xc0\x0c", b"\0", b"\xc0\x2c", b"\x05alias\xc0\x11"]
_OPTIONS = [3, 8, 10, 12, 15, 18, 65001]
_LENGTHS = [0, 1, 2, 4, 7, 8, 16, 20, 40]


def _data() -> st.SearchStrategy[bytes]:
    """Of a record: anything, small numbers that may pass for lengths, or a name."""
    small = st.lists(st.sampled_from([0, 1, 2, 3, 4, 8, 16, 32, 27, 192, 12, 255]), max_size=40).map(bytes)
    return st.one_of(st.binary(max_size=60), small, st.sampled_from(_TARGETS))


def _records(kind: dns.rdatatype.RdataType) -> st.SearchStrategy[bytes]:
    kinds = st.sampled_from([kind, kind, 1, 2, 5, 6, 28, 39, 46, *KINDS])
    classes = st.sampled_from([1, 1, 1, 1, 3, 4, 254, 255])
    ttls = st.sampled_from([0, 60, 2**31, 2**32 - 1])
    return st.builds(
        _record, st.sampled_from(_OWNERS), kinds, classes, ttls, _data(), st.sampled_from([0] * 19 + [1])
    )


def _record(owner: bytes, kind: int, group: int, ttl: int, data: bytes, lie: int) -> bytes:
    return owner + struct.pack("!HHIH", kind, group, ttl, len(data) + lie) + data


def _opt() -> st.SearchStrategy[bytes]:
    """An OPT record with options that are odd."""
    option = st.builds(
        lambda code, data: struct.pack("!HH", code, len(data)) + data,
        st.sampled_from(_OPTIONS),
        st.one_of(
            st.binary(max_size=40), st.sampled_from(_LENGTHS).map(lambda size: b"\0\x09\x1b[2J"[:size])
        ),
    )
    head = st.tuples(st.integers(0, 65535), st.sampled_from([0, 0x8000, 1 << 16, 1 << 24]))
    return st.builds(
        lambda head, options: b"\0" + struct.pack("!HHIH", 41, *head, len(options)) + options,
        head,
        st.lists(option, max_size=4).map(b"".join),
    )


@st.composite
def wires(draw: st.DrawFn, query: bytes, kind: dns.rdatatype.RdataType) -> bytes:
    """A response to `query` (a question for NAME) in which nothing but its id and question is sure."""
    sections = [draw(st.lists(_records(kind), max_size=4)) for _ in range(3)]
    if draw(st.booleans()):
        sections[2].append(draw(_opt()))
    counts = [len(section) + draw(st.sampled_from([0] * 19 + [60000])) for section in sections]
    flags = draw(st.sampled_from([0x8180, 0x8580, 0x8380, 0x8182, 0x8183, 0x8185, 0xFFFF]))
    question = query[12 : 12 + _LENGTH + 4]
    wire = query[:2] + struct.pack("!HHHHH", flags, 1, *counts) + question + b"".join(map(b"".join, sections))
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 3]))):
        at = draw(st.integers(2, len(wire) - 1))
        wire = wire[:at] + bytes([draw(st.integers(0, 255))]) + wire[at + 1 :]
    return wire if draw(st.booleans()) else wire[: draw(st.integers(0, len(wire)))]
