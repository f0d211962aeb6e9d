"""Transfers of known size are read to the byte: live, after they closed, and in the total rates."""

from __future__ import annotations

import socket
import threading

import pytest

from netmon.model.connection import Basis, Direction, Peer
from tests.kernel.hosts import apart, on_a_host_alone
from tests.kernel.watch import (
    Watch,
    Way,
    both_at_once,
    first_end_first,
    first_end_half,
    let_events_gather,
    ports_of,
    reset_by_first,
    reset_by_second,
    second_end_first,
    second_end_half,
    watching,
)
from tests.sockets import receive_exactly, tcp_pair

FAMILIES = [
    pytest.param(socket.AF_INET, False, id="v4"),
    pytest.param(socket.AF_INET6, False, id="v6"),
    pytest.param(socket.AF_INET, True, id="mapped"),
]
IN_ORDER = [first_end_first, second_end_first, both_at_once, first_end_half, second_end_half]
RESETS = [reset_by_first, reset_by_second]
WAYS = [*IN_ORDER, *RESETS]
SEGMENT = 1448
"""The payload of one full Ethernet segment."""


def transfer(source: socket.socket, sink: socket.socket, size: int) -> None:
    """Send so many bytes, all of which are read."""
    sender = threading.Thread(target=source.sendall, args=(bytes(size),))
    sender.start()
    receive_exactly(sink, size)
    sender.join()


def assert_live(watch: Watch, client: socket.socket, server: socket.socket, sent: int, back: int) -> None:
    """Fail unless both halves show what was sent from client to server and back, and each other."""
    one, other = watch.settled(client), watch.settled(server)
    assert (one.bytes_sent, one.bytes_received) == (sent, back)
    assert (other.bytes_sent, other.bytes_received) == (back, sent)
    assert (one.direction, other.direction) == (Direction.OUTBOUND, Direction.INBOUND)
    assert one.basis is other.basis is Basis.KERNEL
    assert one.peer == Peer(other.key, other.owner)
    assert other.peer == Peer(one.key, one.owner)


def assert_closed(watch: Watch, ends: tuple[int, int], sent: int, back: int) -> None:
    """Fail unless both halves have closed with these bytes."""
    one, other = watch.last(ends), watch.last(ends[::-1])
    assert (one.bytes_sent, one.bytes_received) == (sent, back)
    assert (other.bytes_sent, other.bytes_received) == (back, sent)
    assert (one.direction, other.direction) == (Direction.OUTBOUND, Direction.INBOUND)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
@pytest.mark.parametrize(("family", "mapped"), FAMILIES)
@apart
def test_what_was_polled_is_exact_live_and_closed(
    family: socket.AddressFamily, mapped: bool, way: Way
) -> None:
    with watching() as watch:
        for sent, back in ((0, 0), (1, 0), (0, 1), (SEGMENT, 1), (1, SEGMENT), (1_000_000, 999_999)):
            with tcp_pair(family, mapped=mapped) as (client, server):
                transfer(client, server, sent)
                transfer(server, client, back)
                assert_live(watch, client, server, sent, back)
                ends = ports_of(client)
                way(client, server)
                assert_closed(watch, ends, sent, back)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
@pytest.mark.parametrize(("family", "mapped"), FAMILIES)
@apart
def test_what_moved_after_the_last_poll_is_in_the_final_bytes(
    family: socket.AddressFamily, mapped: bool, way: Way
) -> None:
    with watching() as watch:
        for sent, back in ((0, 0), (1, 0), (0, 1), (SEGMENT, 1), (1, SEGMENT), (100_000, 99_999)):
            with tcp_pair(family, mapped=mapped) as (client, server):
                assert_live(watch, client, server, 0, 0)
                transfer(client, server, sent)
                transfer(server, client, back)
                ends = ports_of(client)
                way(client, server)
                if way in RESETS:  # the end that aborts is known from the other, if both are told together
                    let_events_gather()
                assert_closed(watch, ends, sent, back)


@pytest.mark.parametrize("way", IN_ORDER, ids=lambda way: way.__name__)
@pytest.mark.parametrize(("family", "mapped"), FAMILIES)
@apart
def test_what_was_never_polled_is_exact_too(family: socket.AddressFamily, mapped: bool, way: Way) -> None:
    with watching() as watch:
        for sent, back in ((0, 0), (1, 0), (0, 1), (SEGMENT, 1), (100_000, 99_999)):
            with tcp_pair(family, mapped=mapped) as (client, server):
                transfer(client, server, sent)
                transfer(server, client, back)
                ends = ports_of(client)
                way(client, server)
            one, other = watch.last(ends), watch.last(ends[::-1])
            assert (one.bytes_sent, one.bytes_received) == (sent, back)
            assert (other.bytes_sent, other.bytes_received) == (back, sent)


@pytest.mark.parametrize(
    ("family", "mapped", "way"),
    [
        pytest.param(socket.AF_INET, False, first_end_first, id="v4"),
        pytest.param(socket.AF_INET6, False, second_end_first, id="v6"),
        pytest.param(socket.AF_INET, True, first_end_half, id="mapped"),
    ],
)
@apart
def test_fifty_megabytes_are_exact_too(family: socket.AddressFamily, mapped: bool, way: Way) -> None:
    size = 50_000_000
    with watching() as watch, tcp_pair(family, mapped=mapped) as (client, server):
        transfer(client, server, size)
        transfer(server, client, size)
        assert_live(watch, client, server, size, size)
        ends = ports_of(client)
        way(client, server)
        assert_closed(watch, ends, size, size)


@pytest.mark.root
@pytest.mark.parametrize("way", IN_ORDER, ids=lambda way: way.__name__)
def test_the_total_rates_add_up_to_what_was_carried(way: Way) -> None:
    """With nothing else on the host, the rates over all intervals are all bytes: sent by both ends."""
    pieces = [1, SEGMENT, 70_000, 300_000]

    def run() -> tuple[float, float]:
        with watching() as watch:
            for polled in (True, False):
                with tcp_pair() as (client, server):
                    for piece in pieces:
                        transfer(client, server, piece)
                        transfer(server, client, 2 * piece)
                        if polled:
                            watch.settled(client)
                    ends = ports_of(client)
                    way(client, server)
                    watch.last(ends)
                    watch.last(ends[::-1])
            for _ in range(3):
                watch.poll()
            return watch.carried

    assert on_a_host_alone(run) == pytest.approx((6 * sum(pieces), 6 * sum(pieces)), abs=0.01)
