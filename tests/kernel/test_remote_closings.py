"""Final bytes of connections whose other half is on another machine, in the canonical ways to close."""

from __future__ import annotations

import socket
from collections.abc import Callable

import pytest

from netmon.model.connection import Basis, Connection, Direction
from netmon.model.process import OwnerReason
from netmon.model.socket import SocketState
from tests.kernel.hosts import Host, on_two_hosts, pair
from tests.kernel.watch import (
    Watch,
    Way,
    both_at_once,
    ends_of,
    first_end_first,
    first_end_half,
    ports_of,
    reset_by_first,
    reset_by_second,
    second_end_first,
    second_end_half,
    watching,
)
from tests.sockets import receive_exactly

pytestmark = pytest.mark.root

SENT, RECEIVED = 1000, 77
CASES = [
    (family, amounts)
    for family in (socket.AF_INET, socket.AF_INET6)
    for amounts in ((SENT, RECEIVED), (SENT, 0), (0, RECEIVED), (0, 0))
]
FIRST_PORT = 40000
# The first end is always ours, on the watched host.
IN_ORDER = [first_end_first, second_end_first, both_at_once, first_end_half, second_end_half]

Case = tuple[socket.AddressFamily, tuple[int, int]]
Run = Callable[[Watch, socket.socket, socket.socket], Connection]


def exchange(ours: socket.socket, theirs: socket.socket, amounts: tuple[int, int]) -> None:
    """Send so much each way, and read it."""
    sent, received = amounts
    ours.sendall(bytes(sent))
    receive_exactly(theirs, sent)
    theirs.sendall(bytes(received))
    receive_exactly(ours, received)


def told(outbound: bool, run: Run) -> dict[Case, Connection]:
    """What `run` gives for a connection of each case, between our host and another, opened by either."""

    def all_cases(here: Host, there: Host) -> dict[Case, Connection]:
        found = {}
        with watching() as watch:
            for number, (family, amounts) in enumerate(CASES):
                hosts = (here, there) if outbound else (there, here)
                client, server = pair(*hosts, family, port=FIRST_PORT + number)  # no pair of ports twice
                with client, server:
                    ours, theirs = (client, server) if outbound else (server, client)
                    exchange(ours, theirs, amounts)
                    found[family, amounts] = run(watch, ours, theirs)
        return found

    return on_two_hosts(all_cases)


def assert_exact(found: dict[Case, Connection], outbound: bool) -> None:
    """Fail unless every case has its bytes and its direction."""
    counted = {case: (row.bytes_sent, row.bytes_received) for case, row in found.items()}
    assert counted == {case: case[1] for case in CASES}
    assert {row.direction for row in found.values()} == {
        Direction.OUTBOUND if outbound else Direction.INBOUND
    }
    assert all(row.peer is None for row in found.values()), "the other half is on another machine"


@pytest.mark.parametrize("outbound", [True, False], ids=["outbound", "inbound"])
@pytest.mark.parametrize("way", [*IN_ORDER, reset_by_first, reset_by_second], ids=lambda way: way.__name__)
def test_of_a_connection_that_was_polled_the_final_bytes_are_exact(way: Way, outbound: bool) -> None:
    def run(watch: Watch, ours: socket.socket, theirs: socket.socket) -> Connection:
        watch.settled(ours)
        ends = ports_of(ours)
        way(ours, theirs)
        return watch.last(ends)

    found = told(outbound, run)
    assert_exact(found, outbound)
    assert {row.basis for row in found.values()} == {Basis.KERNEL}
    assert {row.owner.processes[0].name for row in found.values()} == {own_name()}


@pytest.mark.parametrize("outbound", [True, False], ids=["outbound", "inbound"])
@pytest.mark.parametrize("way", [*IN_ORDER, reset_by_second], ids=lambda way: way.__name__)
def test_of_one_that_came_and_went_between_two_polls_they_are_exact_too(way: Way, outbound: bool) -> None:
    def run(watch: Watch, ours: socket.socket, theirs: socket.socket) -> Connection:
        ends = ports_of(ours)
        way(ours, theirs)
        return watch.last(ends)

    assert_exact(told(outbound, run), outbound)


@pytest.mark.parametrize("outbound", [True, False], ids=["outbound", "inbound"])
@pytest.mark.parametrize("way", IN_ORDER, ids=lambda way: way.__name__)
def test_of_one_that_was_polled_before_its_data_they_are_exact_too(way: Way, outbound: bool) -> None:
    def run(watch: Watch, ours: socket.socket, theirs: socket.socket) -> Connection:
        watch.settled(ours)
        exchange(ours, theirs, (5000, 5000))
        ends = ports_of(ours)
        way(ours, theirs)
        row = watch.last(ends)
        assert row.bytes_sent is not None
        assert row.bytes_received is not None
        return row._replace(bytes_sent=row.bytes_sent - 5000, bytes_received=row.bytes_received - 5000)

    assert_exact(told(outbound, run), outbound)


@pytest.mark.parametrize("way", [first_end_first, both_at_once], ids=lambda way: way.__name__)
def test_what_the_kernel_keeps_of_it_carries_them(way: Way) -> None:
    def run(watch: Watch, ours: socket.socket, theirs: socket.socket) -> Connection:
        watch.settled(ours)
        ends = ports_of(ours)
        way(ours, theirs)
        closed = watch.last(ends)
        (remains,) = [row for row in watch.poll().connections if ends_of(row) == ends]
        assert remains.socket.state is SocketState.TIME_WAIT
        assert remains.owner.reason is OwnerReason.TIME_WAIT
        assert remains.owner.former == closed.owner.processes
        return remains

    found = told(True, run)
    assert_exact(found, outbound=True)


def test_of_one_that_we_abort_between_two_polls_nothing_is_invented() -> None:
    """The kernel clears its counters and its remote end: there is nothing to make a row of."""

    def run(here: Host, there: Host) -> int:
        with watching() as watch:
            ours, theirs = pair(here, there, port=FIRST_PORT)
            exchange(ours, theirs, (SENT, RECEIVED))
            aborted = ports_of(ours)
            reset_by_first(ours, theirs)
            ours, theirs = pair(here, there, port=FIRST_PORT + 1)
            later = ports_of(ours)
            first_end_first(ours, theirs)
            watch.last(later)
            assert aborted not in watch.closed
            return watch.poll().closed_totals.connections

    assert on_two_hosts(run) == 1


def own_name() -> str:
    """This process's name, as the kernel knows it."""
    with open("/proc/self/comm") as file:
        return file.read().strip()
