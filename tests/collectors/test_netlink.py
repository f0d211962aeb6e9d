"""Framing: whatever the bytes, the answer is right, an error in words, or an end; never a hang."""

from __future__ import annotations

import errno
import socket
import struct
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.collectors import netlink
from netmon.collectors.netlink import HEADER, NetlinkError, NetlinkSocket, attributes, error_of, messages
from netmon.collectors.sock_diag import NETLINK_SOCK_DIAG, SOCK_DIAG_BY_FAMILY, decode_all, request
from tests.collectors import wire
from tests.sockets import connect, inode_of, listener

payloads = st.binary(max_size=64)
kinds = st.integers(16, 64)


# -- messages and attributes


@given(st.lists(st.tuples(kinds, payloads), max_size=8), st.booleans())
def test_messages_come_back_as_they_were_written(parts: list[tuple[int, bytes]], pad: bool) -> None:
    data = wire.datagram(*(wire.message(kind, payload) for kind, payload in parts), pad_last=pad)
    assert [(m.type, data[m.start : m.end]) for m in messages(data, len(data))] == parts


@given(st.binary(max_size=400))
def test_random_bytes_are_messages_within_the_buffer_or_an_error(data: bytes) -> None:
    end = 0
    with suppress(NetlinkError):  # and nothing else
        for message in messages(data, len(data)):
            assert end <= message.start - HEADER.size
            assert message.start <= message.end <= len(data)
            end = message.end


@given(st.lists(st.tuples(kinds, payloads), min_size=1, max_size=4), st.data())
def test_a_cut_datagram_is_an_error_unless_it_ends_between_messages(
    parts: list[tuple[int, bytes]], data: st.DataObject
) -> None:
    encoded = [wire.padded(wire.message(kind, payload)) for kind, payload in parts]
    whole = b"".join(encoded)
    cut = data.draw(st.integers(0, len(whole)))
    ends = [sum(map(len, encoded[:n])) for n in range(len(parts) + 1)]
    slack = [end for end in ends if end - 4 < cut <= end]  # only padding may be missing
    try:
        found = list(messages(whole[:cut], cut))
    except NetlinkError:
        assert cut not in ends
    else:
        assert slack
        assert [whole[m.start : m.end] for m in found] == [p for _, p in parts[: ends.index(slack[0])]]


@pytest.mark.parametrize("claimed", [0, 1, 15, 17, 0xFFFFFFFF])
def test_an_impossible_length_is_an_error_that_says_where(claimed: int) -> None:
    data = struct.pack("=IHHII", claimed, 20, 0, 1, 0)
    with pytest.raises(NetlinkError, match=f"{claimed} bytes at byte 0 of 16"):
        list(messages(data, len(data)))


@given(st.lists(st.tuples(st.integers(0, 0x3FFF), payloads), max_size=6))
def test_attributes_come_back_as_they_were_written(items: list[tuple[int, bytes]]) -> None:
    data = wire.attributes(items)
    assert [(kind, data[a:b]) for kind, a, b in attributes(data, 0, len(data))] == items


@given(st.binary(max_size=200), st.integers(0, 200), st.integers(0, 200))
def test_random_attributes_stay_within_their_bounds(data: bytes, start: int, end: int) -> None:
    start, end = min(start, len(data)), min(end, len(data))
    for _, at, stop in attributes(data, start, end):
        assert start + 4 <= at <= stop <= end


def test_attribute_flags_are_not_part_of_the_type() -> None:
    data = wire.attributes([(0x8000 | 0x4000 | 5, b"x")])
    assert [kind for kind, _, _ in attributes(data, 0, len(data))] == [5]


def test_a_cut_attribute_ends_the_sequence_and_spares_what_came_before() -> None:
    data = wire.attributes([(1, b"abcd"), (2, b"efgh")])
    assert [kind for kind, _, _ in attributes(data, 0, len(data) - 1)] == [1]


# -- errors


def _error(data: bytes) -> NetlinkError | None:
    (message,) = messages(data, len(data))
    return error_of(data, message)


def test_an_error_carries_the_kernels_number_and_words() -> None:
    error = _error(wire.error(errno.EOPNOTSUPP))
    assert error is not None
    assert error.errno == errno.EOPNOTSUPP
    assert error.strerror == "Operation not supported"


def test_an_acknowledgement_and_a_done_without_code_are_no_errors() -> None:
    assert _error(wire.error(0)) is None
    assert _error(wire.done()) is None
    assert _error(wire.done(None)) is None


def test_a_done_with_a_negative_code_and_a_cut_error_are_errors() -> None:
    failed = _error(wire.done(-errno.EIO))
    assert failed is not None
    assert failed.errno == errno.EIO
    cut = _error(wire.message(netlink.NLMSG_ERROR, b"\1"))
    assert cut is not None
    assert "cut short" in str(cut)


# -- dumps, from a kernel played by the test


@contextmanager
def played(*datagrams: bytes) -> Iterator[NetlinkSocket]:
    """A netlink socket whose kernel answers every request with these datagrams."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    link = NetlinkSocket(NETLINK_SOCK_DIAG)
    link._socket.close()
    link._socket = ours
    ours.settimeout(0.05)
    for data in datagrams:
        theirs.send(data)
    with closing(link), theirs:
        yield link


def _dump(link: NetlinkSocket) -> list[bytes]:
    return [bytes(view) for view in link.dump(SOCK_DIAG_BY_FAMILY, b"")]


ROW = wire.Sock().message()


def test_a_dump_ends_at_a_done_of_its_own_or_behind_the_last_rows() -> None:
    with played(ROW, ROW, wire.done(), ROW) as link:
        assert _dump(link) == [ROW, ROW]
    with played(ROW, wire.datagram(ROW, wire.done()), ROW) as link:
        assert _dump(link) == [ROW, wire.datagram(ROW, wire.done())]


def test_a_refusal_is_raised() -> None:
    with played(wire.error(errno.EPERM)) as link, pytest.raises(NetlinkError, match="not permitted"):
        _dump(link)


@pytest.mark.parametrize("apart", [True, False])
def test_a_dump_that_fails_midway_is_an_error_not_a_short_answer(apart: bool) -> None:
    failed = wire.done(-errno.ENOMEM)
    datagrams = (ROW, failed) if apart else (wire.datagram(ROW, failed),)
    with played(*datagrams) as link, pytest.raises(NetlinkError) as caught:
        _dump(link)
    assert caught.value.errno == errno.ENOMEM


def test_what_is_left_of_an_earlier_dump_is_skipped() -> None:
    stale = wire.datagram(wire.message(SOCK_DIAG_BY_FAMILY, bytes(72), sequence=77))
    with played(stale, wire.done(sequence=77), ROW, wire.done()) as link:
        assert _dump(link) == [ROW]


def test_a_silent_kernel_is_a_timeout() -> None:
    with played(ROW) as link, pytest.raises(TimeoutError):
        _dump(link)


@pytest.mark.parametrize("length", [1, 4, 15])
def test_a_datagram_too_short_for_a_header_is_an_error(length: int) -> None:
    with played(wire.done()[:length]) as link, pytest.raises(NetlinkError):
        _dump(link)


# -- dumps, from the real kernel


def test_the_kernel_refuses_a_family_it_does_not_know() -> None:
    with closing(NetlinkSocket(NETLINK_SOCK_DIAG)) as link, pytest.raises(NetlinkError) as caught:
        list(link.dump(SOCK_DIAG_BY_FAMILY, request(250, socket.IPPROTO_TCP)))
    assert caught.value.errno in (errno.ENOENT, errno.EINVAL)


def test_a_dump_given_up_midway_does_not_spoil_the_next() -> None:
    with listener() as server, closing(NetlinkSocket(NETLINK_SOCK_DIAG)) as link:
        pairs = [connect(server) for _ in range(400)]  # some 300 KB: many datagrams
        wanted = request(socket.AF_INET, socket.IPPROTO_TCP)
        given_up = link.dump(SOCK_DIAG_BY_FAMILY, wanted)
        next(given_up)
        given_up.close()  # type: ignore[attr-defined]
        views = [bytes(view) for view in link.dump(SOCK_DIAG_BY_FAMILY, wanted)]
        inodes = {diag.inode for view in views for diag in decode_all(view, "tcp", 0.0)}
        assert {inode_of(sock) for pair in pairs for sock in pair} <= inodes
        for pair in pairs:
            for sock in pair:
                sock.close()
