"""Connections counted straight from a dump agree with the messages in it."""

from __future__ import annotations

import random
import socket
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.collectors.accepted import RawSockets
from netmon.collectors.netlink import NetlinkError

EPHEMERAL = (32768, 60999)
HERE, THERE = socket.inet_aton("10.0.0.5"), socket.inet_aton("203.0.113.7")
ESTABLISHED, SYN_SENT, SYN_RECV, TIME_WAIT, CLOSED, CLOSE_WAIT = 1, 2, 3, 6, 7, 8


def message(
    state: int = ESTABLISHED, port: int = 40000, remote_port: int = 443, *, more: int = 0, kind: int = 20
) -> bytes:
    """One netlink message with an inet_diag_msg and so many bytes of attributes."""
    ends = struct.pack(">HH16s16s", port, remote_port, HERE, THERE)
    body = struct.pack("=BBBB", socket.AF_INET, state, 0, 0) + ends + bytes(16 + 8)
    body += struct.pack("=II", 1000, 91812) + bytes(more)
    padding = bytes(-len(body) % 4)
    return struct.pack("=IHHII", 16 + len(body), kind, 2, 1, 0) + body + padding


def read(*parts: bytes, listening: tuple[int, ...] = (8080,)) -> RawSockets:
    sockets = RawSockets(4, set(listening), EPHEMERAL)
    sockets.read(memoryview(b"".join(parts)))
    return sockets


def ports(sockets: RawSockets) -> tuple[list[int], list[int]]:
    """All that is lent, live and in TIME_WAIT."""
    live, waiting = ([port for kinds in sockets.lent.values() for port in kinds[kind]] for kind in (0, 1))
    return sorted(live), sorted(waiting)


def test_what_is_at_a_listeners_port_is_inbound_if_it_is_open() -> None:
    states = (ESTABLISHED, CLOSE_WAIT, SYN_RECV, SYN_SENT, TIME_WAIT, CLOSED)
    sockets = read(*(message(state, 8080, 50000) for state in states))
    assert sockets.inbound == {(8080, HERE + bytes(12)): 3}
    assert sockets.lent == {}


def test_what_is_in_the_range_without_a_listener_is_lent() -> None:
    sockets = read(
        message(port=40000),
        message(SYN_SENT, 40001),
        message(TIME_WAIT, 40002),
        message(port=40003, remote_port=80),
        message(port=1234),
        message(port=41000),
        listening=(41000,),
    )
    assert ports(sockets) == ([40000, 40001, 40003], [40002])
    assert len(sockets.lent) == 2
    assert sockets.inbound == {(41000, HERE + bytes(12)): 1}


def test_what_is_only_bound_is_not_lent() -> None:
    sockets = read(message(CLOSED, 40000, 0), message(CLOSED, 1234, 0))
    assert (sockets.bound, sockets.lent) == ({40000}, {})


def test_what_waits_is_kept_with_its_holder() -> None:
    sockets = read(message(CLOSE_WAIT, 40000), message(SYN_RECV, 8080), message())
    assert [(state, port) for state, port, _, _ in sockets.marked] == [(CLOSE_WAIT, 40000), (SYN_RECV, 8080)]
    assert {struct.unpack("=II", holder) for *_, holder in sockets.marked} == {(1000, 91812)}


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5), st.booleans()), max_size=40))
def test_messages_of_any_lengths_and_kinds_are_all_read(chosen: list[tuple[int, int, bool]]) -> None:
    parts, expected = [], []
    for place, (words, odd, other) in enumerate(chosen):
        port = 40000 + place
        parts.append(message(port=port, more=4 * words + odd, kind=16 if other else 20))
        expected += [] if other else [port]
    assert ports(read(*parts)) == (expected, [])


def test_a_last_message_without_its_padding() -> None:
    whole = message(more=3)
    assert ports(read(message(port=40001, more=3), whole[:-1])) == ([40000, 40001], [])


def test_a_message_too_short_to_be_a_socket_is_passed_over() -> None:
    short = struct.pack("=IHHII", 20, 20, 2, 1, 0) + bytes(4)
    assert ports(read(short, message(), short)) == ([40000], [])


@given(st.binary(max_size=400))
def test_random_bytes_are_refused_or_count_nothing_wrong(data: bytes) -> None:
    for start in (b"", message()):
        try:
            sockets = read(start, data)
        except NetlinkError:
            continue
        live, waiting = ports(sockets)
        assert len(live) + len(waiting) + sum(sockets.inbound.values()) <= (len(start) + len(data)) // 88


@given(st.integers(0, 2**32 - 1), st.integers(0, 3 * 88 - 1))
def test_a_changed_byte_never_escapes(seed: int, at: int) -> None:
    data = bytearray(message() + message(TIME_WAIT) + message(more=8))
    data[at] = random.Random(seed).randrange(256)
    try:
        sockets = read(bytes(data))
    except NetlinkError:
        return
    assert sum(map(len, ports(sockets))) <= 3


def test_a_datagram_cut_short_is_an_error() -> None:
    with pytest.raises(NetlinkError):
        read(b"\x60\0\0\0\x14\0\x02\0")
    with pytest.raises(NetlinkError):
        read(message()[:-4])
