"""Who opened 1,000 real connections, whatever happened on them and before; and 300 under packet loss."""

from __future__ import annotations

import contextlib
import os
import resource
import select
import socket
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from netmon.engine.state import State
from netmon.model.connection import Basis, Connection, Direction
from netmon.model.socket import SocketState
from tests.kernel.hosts import SERVER_PORT, Host, apart, on_a_host_alone, on_two_hosts
from tests.kernel.watch import Ends, ends_of, ports_of, rows_at, watching
from tests.sockets import connect, listener, receive_exactly, wait_for

HALF = 250
"""Connections of each family that are there before netmon starts, and that come after."""

Pair = tuple[socket.socket, socket.socket]
"""The end that connected, and the end that accepted."""


@pytest.fixture(autouse=True)
def enough_descriptors() -> Iterator[None]:
    """1,000 sockets of a family, and some."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


# -- on one machine


def opened(family: socket.AddressFamily, stack: contextlib.ExitStack) -> list[Pair]:
    """HALF connections in all conditions; their listener is closed again."""
    with listener(family, backlog=HALF) as server:
        pairs = [connect(server) for _ in range(HALF)]
    for number, pair in enumerate(pairs):
        for sock in pair:
            stack.enter_context(sock)
        prepare(number, *pair)
    return pairs


def prepare(number: int, client: socket.socket, server: socket.socket) -> None:
    """Leave a connection idle, let it talk, or let data lie unread at either end."""
    condition = number % 4
    if condition == 1:
        talk(client, server)
    elif condition == 2:
        client.sendall(bytes(9000))
    elif condition == 3:
        server.sendall(bytes(9000))


def talk(client: socket.socket, server: socket.socket) -> None:
    """A request and an answer."""
    client.sendall(bytes(500))
    receive_exactly(server, 500)
    server.sendall(bytes(5000))
    receive_exactly(client, 5000)


def assert_right(state: State, pairs: list[Pair]) -> set[Basis | None]:
    """Fail unless each end of each connection has its direction; the bases that they have."""
    rows = {ends_of(row): row for row in state.connections}
    for client, server in pairs:
        one, other = rows[ports_of(client)], rows[ports_of(server)]
        assert (one.direction, other.direction) == (Direction.OUTBOUND, Direction.INBOUND), (one, other)
    return {rows[ports_of(sock)].basis for pair in pairs for sock in pair}


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6], ids=["v4", "v6"])
@apart
def test_1000_connections_have_the_right_direction(family: socket.AddressFamily) -> None:
    """500 of each family; nothing but the kernel's counters tells, as no listener is left."""
    with contextlib.ExitStack() as stack:
        before = opened(family, stack)
        with watching() as watch:
            assert assert_right(watch.poll(), before) == {Basis.KERNEL}
            after = opened(family, stack)
            for _ in range(3):
                for client, server in (*before[1::4], *after[1::4]):
                    client.sendall(bytes(2000))  # busy while netmon looks
                    receive_exactly(server, 2000)
                state = watch.poll()
                assert_right(state, before + after)
            bases = wait_for(lambda: assert_right(watch.poll(), before + after) == {Basis.KERNEL})
            assert bases
            assert len(before + after) == 2 * HALF


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6], ids=["v4", "v6"])
@apart
def test_the_basis_stays_while_a_connection_is_torn_down(family: socket.AddressFamily) -> None:
    with watching() as watch, listener(family) as server:
        client, accepted = connect(server)
        with client, accepted:
            watch.settled(client)
            client.shutdown(socket.SHUT_WR)
            wait_for(lambda: watch.row(accepted).socket.state is SocketState.CLOSE_WAIT)
            state = watch.poll()
            for sock, direction in ((client, Direction.OUTBOUND), (accepted, Direction.INBOUND)):
                (row,) = rows_at(state, ports_of(sock))
                assert (row.direction, row.basis) == (direction, Basis.KERNEL)


# -- under packet loss, between two machines

LOST_PERCENT = 12
LOSSY = 300


class Talk:
    """One connection under loss: it sends a request, is answered, and then stays as it is."""

    REQUEST, ANSWER = 4000, 9000

    def __init__(self, client: socket.socket, outbound: bool) -> None:
        self.client = client
        self.outbound = outbound
        self.asked = False
        self.missing = self.ANSWER

    def proceed(self) -> None:
        """Do what can be done without waiting."""
        if not self.asked:
            error = self.client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            assert not error, os.strerror(error)
            self.asked = self.client.send(bytes(self.REQUEST)) == self.REQUEST
        with contextlib.suppress(BlockingIOError):
            self.missing -= len(self.client.recv(self.ANSWER))


class Answerer:
    """All accepted connections of one listener."""

    def __init__(self, door: socket.socket) -> None:
        self.door = door
        door.setblocking(False)
        self.open: dict[int, socket.socket] = {}
        self.missing: dict[int, int] = {}

    def proceed(self) -> None:
        """Accept, read and answer what can be without waiting."""
        with contextlib.suppress(BlockingIOError):
            while True:
                sock, _ = self.door.accept()
                sock.setblocking(False)
                self.open[sock.fileno()], self.missing[sock.fileno()] = sock, Talk.REQUEST
        for number in [n for n, missing in self.missing.items() if missing]:
            with contextlib.suppress(BlockingIOError):
                self.missing[number] -= len(self.open[number].recv(Talk.REQUEST))
            if not self.missing[number]:
                assert self.open[number].send(bytes(Talk.ANSWER)) == Talk.ANSWER

    def close(self) -> None:
        """Close all."""
        for sock in (self.door, *self.open.values()):
            sock.close()


class Judged(NamedTuple):
    """What was seen of all connections over all polls."""

    polls: int
    wrong: list[tuple[Ends, str, str | None]]
    """Rows with the wrong direction: ports, state, basis."""
    by_kernel: int
    """Connections that the kernel's counters have decided at the end."""
    retransmits: int


def start(client: Host, server: Host, family: socket.AddressFamily) -> socket.socket:
    """A connection that has begun to open."""
    sock = client.bound(family)
    sock.setblocking(False)
    sock.connect_ex((server.addresses[family], SERVER_PORT))
    return sock


def judge_under_loss(here: Host, there: Host) -> Judged:
    """Open LOSSY connections, half of them from either side, and look at them until all have talked."""
    there.lose(LOST_PERCENT)
    families = [socket.AF_INET, socket.AF_INET6]
    doors = [Answerer(host.listener(family, backlog=LOSSY)) for host in (here, there) for family in families]
    wrong: list[tuple[Ends, str, str | None]] = []
    polls = 0
    with watching() as watch:
        talks = [
            Talk(
                start(*((here, there) if number % 2 else (there, here)), families[number // 2 % 2]),
                number % 2 == 1,
            )
            for number in range(LOSSY)
        ]

        def all_decided() -> list[Connection] | None:
            nonlocal polls
            progress(talks, doors)
            state = watch.poll()
            polls += 1
            rows = [row for row in state.connections if SERVER_PORT in ends_of(row)]
            wrong.extend((ends_of(r), r.socket.state.value, r.basis) for r in rows if not is_right(r))
            by_kernel = [row for row in rows if row.basis is Basis.KERNEL]
            return by_kernel if len(by_kernel) == LOSSY and not any(t.missing for t in talks) else None

        found = wait_for(all_decided, timeout=45)
        for door in doors:
            door.close()
        for talk in talks:
            talk.client.close()
    retransmits = sum(row.socket.tcp.retransmits for row in found if row.socket.tcp)
    return Judged(polls, wrong, len(found), retransmits)


def progress(talks: list[Talk], doors: list[Answerer]) -> None:
    """Wait a moment for something to do, and do it."""
    clients = {talk.client.fileno(): talk for talk in talks if talk.missing}
    poll = select.poll()
    for number, talk in clients.items():
        poll.register(number, select.POLLIN if talk.asked else select.POLLOUT)
    for number, event in poll.poll(20):
        assert not event & select.POLLNVAL
        clients[number].proceed()
    for door in doors:
        door.proceed()


def is_right(row: Connection) -> bool:
    """Whether a row of the watched host has the direction that its ports give away."""
    return row.direction is (
        Direction.INBOUND if row.socket.local.port == SERVER_PORT else Direction.OUTBOUND
    )


@pytest.mark.root
def test_300_connections_under_loss_have_the_right_direction() -> None:
    judged = on_two_hosts(judge_under_loss)
    assert judged.wrong == []
    assert judged.by_kernel == LOSSY
    assert judged.retransmits > LOSSY / 10, "or nothing was lost, and nothing is proved"


# -- TCP Fast Open, where a SYN carries data

_TCP_FASTOPEN = 23
_MSG_FASTOPEN = 0x20000000
_TCP_INFO, _OPTIONS_AT, _SYN_DATA = 11, 5, 32


def fast_open(client: socket.socket, door: socket.socket, size: int) -> Pair:
    """A connection whose SYN carries its first data, if the client has a cookie of the server's."""
    client.settimeout(None)  # else it would not wait for the connection
    client.sendto(bytes(size), _MSG_FASTOPEN, door.getsockname()[:2])
    client.settimeout(20)
    accepted, _ = door.accept()
    accepted.settimeout(20)
    receive_exactly(accepted, size)
    return client, accepted


def syn_had_data(sock: socket.socket) -> bool:
    """Whether data in the SYN was acknowledged."""
    return bool(sock.getsockopt(socket.IPPROTO_TCP, _TCP_INFO, 16)[_OPTIONS_AT] & _SYN_DATA)


def door_at(host: Host, family: socket.AddressFamily) -> socket.socket:
    """A listener that takes data in a SYN, at a port that says nothing."""
    host.sysctl("net/ipv4/tcp_fastopen", 3)
    door = host.bound(family)
    door.setsockopt(socket.IPPROTO_TCP, _TCP_FASTOPEN, 16)
    door.listen(16)
    return door


class FastOpened(NamedTuple):
    """What netmon says of our end of a fast-opened connection, while it lives and at its end."""

    with_data: bool
    directions: set[Direction]
    live: tuple[int | None, int | None]
    final: tuple[int | None, int | None]


ASKED, ANSWERED = 700, 1300


def fast_opened(
    client: Host, server: Host, watched: str, refused: bool, family: socket.AddressFamily
) -> FastOpened:
    """Look at one end of a connection that opens fast, from before it opens until it is gone."""
    client.sysctl("net/ipv4/tcp_fastopen", 3)
    with door_at(server, family) as door:
        for sock in fast_open(client.bound(family), door, 1):  # gets the cookie
            sock.close()
        if refused:
            server.sysctl("net/ipv4/tcp_fastopen", 0)
        with watching() as watch:
            one, other = fast_open(client.bound(family), door, ASKED)
            ours, theirs = (one, other) if watched == "client" else (other, one)
            with one, other:
                seen = {watch.row(ours).direction}
                other.sendall(bytes(ANSWERED))
                receive_exactly(one, ANSWERED)
                live = watch.settled(ours)
                with_data, ends = syn_had_data(one), ports_of(ours)
                theirs.close()
                wait_for(lambda: watch.row(ours).socket.state is SocketState.CLOSE_WAIT)
                seen |= {live.direction, watch.row(ours).direction}
                ours.close()
                last = watch.last(ends)
    carried = [(row.bytes_sent, row.bytes_received) for row in (live, last)]
    return FastOpened(with_data, seen | {last.direction}, *carried)


@pytest.mark.root
@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6], ids=["v4", "v6"])
@pytest.mark.parametrize("refused", [False, True], ids=["taken", "refused"])
@pytest.mark.parametrize("watched", ["client", "server"])
def test_a_fast_open_is_never_taken_for_the_other_direction(
    watched: str, refused: bool, family: socket.AddressFamily
) -> None:
    def run(here: Host, there: Host) -> FastOpened:
        hosts = (here, there) if watched == "client" else (there, here)
        return fast_opened(*hosts, watched, refused, family)

    found = on_two_hosts(run)
    assert found.with_data is not refused
    wrong = Direction.INBOUND if watched == "client" else Direction.OUTBOUND
    assert wrong not in found.directions
    carried = (ASKED, ANSWERED) if watched == "client" else (ANSWERED, ASKED)
    assert (found.live, found.final) == (carried, carried)


@pytest.mark.root
def test_both_halves_of_a_local_fast_open_are_right() -> None:
    def run() -> tuple[bool, list[tuple[Direction, int | None]]]:
        with open("/proc/sys/net/ipv4/tcp_fastopen", "w") as file:
            file.write("3")
        with socket.socket() as door, watching() as watch:
            door.setsockopt(socket.IPPROTO_TCP, _TCP_FASTOPEN, 16)
            door.bind(("127.0.0.1", 0))
            door.listen(16)
            watch.poll()
            for sock in fast_open(socket.socket(), door, 1):
                sock.close()
            client, server = fast_open(socket.socket(), door, ASKED)
            with client, server:
                rows = [watch.settled(client), watch.settled(server)]
                return syn_had_data(client), [(r.direction, r.bytes_sent or r.bytes_received) for r in rows]

    assert on_a_host_alone(run) == (True, [(Direction.OUTBOUND, ASKED), (Direction.INBOUND, ASKED)])
