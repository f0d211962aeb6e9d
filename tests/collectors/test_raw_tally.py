"""What is made of connections that were only counted, on real sockets."""

from __future__ import annotations

import contextlib
import os
import socket
import struct
from collections.abc import Iterator

import pytest

from netmon.collectors.accepted import RawSockets
from netmon.collectors.linux import LinuxCollector
from netmon.collectors.raw_tally import close_wait_inodes, local_ends, tally_raw
from netmon.model.endpoint import Endpoint
from netmon.model.pressure import ConnectionTally, Destination
from netmon.model.process import Owner
from netmon.model.snapshot import Snapshot
from tests.collectors.test_accepted import CLOSE_WAIT, EPHEMERAL, SYN_RECV, message
from tests.kernel.hosts import apart
from tests.sockets import connect, listener, port_of, wait_for


@contextlib.contextmanager
def counting() -> Iterator[LinuxCollector]:
    with contextlib.closing(LinuxCollector(follow=False, listeners_only=True)) as collector:
        yield collector


def tally(snapshot: Snapshot) -> ConnectionTally:
    assert snapshot.tally is not None
    return snapshot.tally


def test_connections_are_counted_by_their_local_end() -> None:
    with contextlib.ExitStack() as held:
        server = held.enter_context(socket.create_server(("127.0.0.1", 0)))
        dual = held.enter_context(
            socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True)
        )
        for server_socket, times in ((server, 3), (dual, 2)):
            for _ in range(times):
                held.enter_context(socket.create_connection(("127.0.0.1", port_of(server_socket))))
                held.enter_context(server_socket.accept()[0])
        snapshot = held.enter_context(counting()).poll()
        assert snapshot.accepted is not None
        assert snapshot.accepted["tcp", 4, "127.0.0.1", port_of(server)] == 3
        assert snapshot.accepted["tcp", 6, "127.0.0.1", port_of(dual)] == 2  # v4-mapped
        ports = {record.local.port for record in snapshot.sockets if record.protocol == "tcp"}
        assert {port_of(server), port_of(dual)} <= ports
        assert all(record.remote is None for record in snapshot.sockets if record.protocol == "tcp")
        lent = tally(snapshot).lent
        assert len(lent[Destination("127.0.0.1", Endpoint("127.0.0.1", port_of(server)))].live) == 3
        assert len(lent[Destination("127.0.0.1", Endpoint("127.0.0.1", port_of(dual)))].live) == 2
        assert {port_of(server), port_of(dual)} <= tally(snapshot).bound


@apart
def test_an_ipv6_socket_with_a_v4_peer_leads_to_the_same_place() -> None:
    with listener() as server, socket.socket(socket.AF_INET6) as six, counting() as collector:
        six.connect(("::ffff:127.0.0.1", port_of(server)))
        with socket.create_connection(("127.0.0.1", port_of(server))) as four:
            found = tally(collector.poll()).lent
            where = Destination("127.0.0.1", Endpoint("127.0.0.1", port_of(server)))
            assert sorted(found[where].live) == sorted([port_of(four), port_of(six)])


@apart
def test_a_socket_that_is_only_bound_holds_its_port() -> None:
    with socket.socket() as bound, counting() as collector:
        bound.bind(("127.0.0.1", 0))
        assert port_of(bound) in tally(collector.poll()).bound


@apart
def test_who_does_not_close_is_named() -> None:
    with listener() as server, counting() as collector:
        client, accepted = connect(server)
        with client:
            accepted.close()

            def seen() -> ConnectionTally | None:
                found = tally(collector.poll())
                return found if found.close_wait else None

            (pile,) = wait_for(seen).close_wait
            assert pile.owner.process is not None
            assert pile.owner.process.pid == os.getpid()
            assert pile.places == {f"to 127.0.0.1:{port_of(server)}": 1}
            assert (pile.sockets, pile.lasting) == (1, None)


def one_of_each() -> RawSockets:
    sockets = RawSockets(4, {8080}, EPHEMERAL)
    parts = [message(CLOSE_WAIT, 8080, port) for port in (50000, 50001)]
    parts += [message(SYN_RECV, 8080, port) for port in (50002, 50003, 50004)]
    sockets.read(memoryview(b"".join(parts)))
    return sockets


def test_handshakes_and_what_is_not_closed_by_local_end() -> None:
    asked: list[tuple[int, int]] = []

    def owner_of(inode: int, uid: int) -> Owner:
        asked.append((inode, uid))
        return Owner(uid=uid)

    found = tally_raw([one_of_each()], owner_of)
    assert found.syn_recv == {("tcp", 4, "10.0.0.5", 8080): (3, None)}
    assert [(pile.owner.uid, pile.places) for pile in found.close_wait] == [(1000, {"port 8080": 2})]
    assert asked == [(91812, 1000)] * 2
    assert close_wait_inodes([one_of_each()]) == [91812] * 2
    assert local_ends([one_of_each()]) == {("tcp", 4, "10.0.0.5", 8080): 5}


def test_what_is_not_accepted_yet_is_not_its_processs_fault() -> None:
    sockets = RawSockets(4, {8080}, EPHEMERAL)
    data = bytearray(message(CLOSE_WAIT, 8080, 50000))
    struct.pack_into("=I", data, len(data) - 4, 0)  # the inode
    sockets.read(memoryview(data))
    assert close_wait_inodes([sockets]) == []
    assert tally_raw([sockets], lambda inode, uid: pytest.fail("asked")).close_wait == []
