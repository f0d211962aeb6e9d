"""Connections that live for less than 10 ms are all counted, to the byte and once; and overflow is told."""

from __future__ import annotations

import socket
import statistics
import time
from collections import Counter
from functools import partial
from typing import NamedTuple

import pytest

from netmon.collectors.closed import DestroyListener
from netmon.engine.state import State
from netmon.model.connection import Connection, Direction
from netmon.model.socket import SocketState
from tests.kernel.hosts import SERVER_PORT, Host, apart, on_two_hosts, pair
from tests.kernel.watch import (
    Ends,
    Watch,
    Way,
    both_at_once,
    ends_of,
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
from tests.sockets import Channel, Child, connect, forked, listener, port_of, receive_exactly, wait_for

IN_ORDER: list[Way] = [first_end_first, second_end_first, both_at_once, first_end_half, second_end_half]
RESETS: list[Way] = [reset_by_first, reset_by_second]
POLL_S = 0.05

Row = tuple[int, int, int | None, int | None, Direction]
"""Ports, bytes and direction."""


class Short(NamedTuple):
    """A connection that came and went: what its client knows of it."""

    ends: Ends
    """The client's ports."""
    sent: int
    received: int
    lived_s: float


def live_and_die(client: socket.socket, server: socket.socket, number: int, way: Way) -> Short:
    """Send something each way, also nothing, and close."""
    sent, received = number % 1500, number * 7 % 9000
    ends, began = ports_of(client), time.monotonic()
    with client, server:
        client.sendall(bytes(sent))
        receive_exactly(server, sent)
        server.sendall(bytes(received))
        receive_exactly(client, received)
        way(client, server)
    return Short(ends, sent, received, time.monotonic() - began)


def traffic(channel: Channel, count: int, ways: list[Way]) -> None:
    """A process that makes short connections to itself when it is told to, and says what they were."""
    families = [socket.AF_INET, socket.AF_INET6]
    doors = [listener(family) for family in families]
    channel.send([port_of(door) for door in doors])
    channel.recv()
    made = []
    for number in range(count):
        client, server = connect(doors[number % 2])
        made.append(live_and_die(client, server, number, ways[number // 2 % len(ways)]))
    channel.send(made)
    channel.recv()  # lives on: its listeners stay


def watch_traffic(watch: Watch, child: Child) -> list[Short]:
    """Let the traffic pass while netmon polls; what it was."""
    ports = child.hear()
    assert isinstance(ports, list)
    wait_for(lambda: set(ports) <= {row.socket.local.port for row in watch.poll().listeners})
    child.channel.send("go")
    deadline = time.monotonic() + 50
    while not child.channel.poll(POLL_S):
        assert time.monotonic() < deadline
        watch.poll()
    made = child.hear()
    assert isinstance(made, list)
    let_events_gather()
    for _ in range(4):
        watch.poll()
    return made


def assert_counted(rows: list[Connection], sent: int, received: int, direction: Direction) -> None:
    """Fail unless there is one row, with these bytes and this direction."""
    (row,) = rows
    assert (row.bytes_sent, row.bytes_received, row.direction) == (sent, received, direction), row


def assert_none_left(state: State, ports: set[int]) -> None:
    """Fail if any row of these servers is still there, but for what the kernel keeps of it."""
    kept = {SocketState.TIME_WAIT}
    left = [row for row in state.connections if set(ends_of(row)) & ports and row.socket.state not in kept]
    assert left == []


def seen_by_both(made: list[Short]) -> Counter[Row]:
    """The rows that connections on one machine must leave: one for each end."""
    ends = ((*short.ends, short.sent, short.received, Direction.OUTBOUND) for short in made)
    others = ((*short.ends[::-1], short.received, short.sent, Direction.INBOUND) for short in made)
    return Counter(ends) + Counter(others)


@apart
def test_5000_on_one_machine_are_counted_at_both_ends() -> None:
    count = 5000
    with watching() as watch, forked(partial(traffic, count=count, ways=IN_ORDER)) as child:
        before = watch.poll()
        made = watch_traffic(watch, child)
        assert len(made) == count
        assert statistics.median(short.lived_s for short in made) < 0.01
        ports = {short.ends[1] for short in made}
        told = [row for rows in watch.closed.values() for row in rows if set(ends_of(row)) & ports]
        # The kernel may use a pair of ports again, so they are counted.
        found = Counter((*ends_of(r), r.bytes_sent, r.bytes_received, r.direction) for r in told)
        expected = seen_by_both(made)
        assert (found - expected, expected - found) == (Counter(), Counter())
        state = watch.poll()
        assert_none_left(state, ports)
        assert state.lost_events == before.lost_events == 0
        assert state.closed_totals.connections - before.closed_totals.connections >= 2 * count
        assert state.opened_total - before.opened_total >= 2 * count


@apart
def test_what_is_inbound_belongs_to_who_listened() -> None:
    with watching() as watch, forked(partial(traffic, count=50, ways=[first_end_first])) as child:
        for short in watch_traffic(watch, child):
            (row,) = watch.closed[short.ends[::-1]]
            assert row.owner.process is not None
            assert row.owner.process.pid == child.pid


@apart
def test_500_that_are_reset_are_counted_at_the_end_that_was_told() -> None:
    """Who aborts has nothing left to tell: the kernel clears the counters and the peer."""
    with watching() as watch, forked(partial(traffic, count=500, ways=RESETS)) as child:
        made = watch_traffic(watch, child)
        for number, short in enumerate(made):
            by_client = RESETS[number // 2 % 2] is reset_by_first
            told, untold = (short.ends[::-1], short.ends) if by_client else (short.ends, short.ends[::-1])
            if sum(other.ends == short.ends for other in made) > 1:
                continue  # the same ports again, reset by the other end perhaps
            assert len(watch.closed.get(untold, [])) <= 1, "one, if a poll happened to catch it alive"
            carried = (short.received, short.sent) if by_client else (short.sent, short.received)
            direction = Direction.INBOUND if by_client else Direction.OUTBOUND
            assert_counted(watch.closed[told], *carried, direction)


# -- between two machines

SHORT = 500


def between(hosts: tuple[Host, Host], number: int) -> Short:
    """One short connection from the first host to the second."""
    family = socket.AF_INET6 if number // 2 % 2 else socket.AF_INET
    client, server = pair(*hosts, family, port=40000 + number)
    way = IN_ORDER[number // 4 % len(IN_ORDER)]
    return live_and_die(client, server, number, way)


@pytest.mark.root
def test_500_between_two_machines_are_counted_at_the_end_that_is_here() -> None:
    """Odd ones are opened from here, even ones from there."""

    def run(here: Host, there: Host) -> tuple[list[Short], dict[Ends, list[Connection]], int]:
        with watching() as watch:
            made = []
            for number in range(SHORT):
                made.append(between((here, there) if number % 2 else (there, here), number))
                if number % 17 == 0:
                    watch.poll()
            let_events_gather()
            for _ in range(3):
                state = watch.poll()
            assert_none_left(state, {SERVER_PORT})
            return made, watch.closed, state.opened_total

    made, closed, opened = on_two_hosts(run)
    assert statistics.median(short.lived_s for short in made) < 0.01
    for number, short in enumerate(made):
        if number % 2:
            assert_counted(closed.pop(short.ends), short.sent, short.received, Direction.OUTBOUND)
        else:
            assert_counted(closed.pop(short.ends[::-1]), short.received, short.sent, Direction.INBOUND)
    assert (closed, opened) == ({}, SHORT)


# -- overflow


def storm(channel: Channel) -> None:
    """Connections that stay for a while; then a storm of short ones, in which they close too."""
    with listener(backlog=100) as door:
        pairs = [connect(door) for _ in range(50)]
        for client, server in pairs:
            client.sendall(bytes(100))
            receive_exactly(server, 100)
        channel.send([ports_of(client) for client, _ in pairs])
        channel.recv()
        for number in range(2000):
            for sock in connect(door):
                sock.close()
            if pairs and number % 20 == 0:
                for sock in pairs.pop():
                    sock.close()
    channel.send("over")
    channel.recv()


@apart
def test_overflow_is_counted_and_told_and_no_row_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    tiny = partial(DestroyListener, receive_buffer=1)  # the kernel gives its minimum, some two events
    monkeypatch.setattr("netmon.collectors.linux.DestroyListener", tiny)
    with watching() as watch, forked(storm) as child:
        ends = child.hear()
        assert isinstance(ends, list)
        watch.poll()
        child.channel.send("go")
        while not child.channel.poll(POLL_S):
            watch.poll()
        state = watch.poll()
        assert state.lost_events > 0
        both = {*ends, *(pair[::-1] for pair in ends)}
        wait_for(lambda: (watch.poll(), both <= watch.closed.keys())[1])
        let_events_gather()
        state = watch.poll()
        # Also where its event was lost: then it closed as it was last polled.
        for client in ends:
            assert_counted(watch.closed[client], 100, 0, Direction.OUTBOUND)
            assert_counted(watch.closed[client[::-1]], 0, 100, Direction.INBOUND)
        assert_none_left(state, {ends[0][1]})
