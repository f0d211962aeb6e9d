"""The portable collector against the Linux one, on the same real sockets and processes."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from multiprocessing.connection import Connection as Channel
from typing import NamedTuple

import psutil
import pytest

from netmon.collectors.base import Collector, CollectorError
from netmon.collectors.linux import LinuxCollector
from netmon.collectors.psutil_backend import PsutilCollector
from netmon.model.endpoint import Endpoint
from netmon.model.process import Owner, OwnerReason
from netmon.model.snapshot import Snapshot
from netmon.model.socket import SocketRecord, SocketState, Uncounted
from tests.sockets import (
    NOBODY,
    Child,
    connect,
    dual_listener,
    end,
    forked,
    in_child,
    inode_of,
    listener,
    port_of,
    tcp_pair,
    wait_for,
)


@pytest.fixture
def collector() -> PsutilCollector:
    return PsutilCollector(follow=False)


@pytest.fixture
def linux() -> Iterator[LinuxCollector]:
    made = LinuxCollector(follow=False)
    yield made
    made.close()


class Place(NamedTuple):
    """Where a socket is to be found; other tests use the same ports in other protocols and directions."""

    protocol: str
    local: Endpoint
    remote: Endpoint | None
    """None for a listener: it and whatever it has accepted."""


def place_of(sock: socket.socket) -> Place:
    protocol = "tcp" if sock.type == socket.SOCK_STREAM else "udp"
    try:
        remote: Endpoint | None = endpoint_of(sock.getpeername())
    except OSError:
        remote = None
    return Place(protocol, endpoint_of(sock.getsockname()), remote)


def endpoint_of(name: tuple[str, int]) -> Endpoint:
    return Endpoint(name[0].removeprefix("::ffff:"), name[1])


def at(collector: Collector, place: Place) -> list[SocketRecord]:
    """What a new poll says of a place."""
    return [
        r
        for r in collector.poll().sockets
        if (r.protocol, r.local) == place[:2] and place.remote in (None, r.remote)
    ]


def comparable(record: SocketRecord) -> tuple[object, ...]:
    """What both collectors can see of a socket."""
    owner = record.owner
    processes = tuple(process._replace(started_at=None) for process in owner.processes)
    started = tuple(round(process.started_at or 0) for process in owner.processes)
    holders = owner._replace(processes=processes), started
    return *record[1:6], record.interface, record.inode, holders


def assert_agree(collector: Collector, linux: Collector, place: Place, count: int) -> list[SocketRecord]:
    ours, theirs = at(collector, place), at(linux, place)
    assert len(ours) == count
    assert sorted(map(comparable, ours), key=str) == sorted(map(comparable, theirs), key=str)
    return ours


# -- agreement with the Linux collector


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_listener_and_both_ends(
    family: socket.AddressFamily, collector: PsutilCollector, linux: LinuxCollector
) -> None:
    with listener(family) as server:
        client, accepted = connect(server)
        with client, accepted:
            records = assert_agree(collector, linux, place_of(server), 2)
            assert {r.state for r in records} == {SocketState.LISTEN, SocketState.ESTABLISHED}
            assert {r.inode for r in records} == {inode_of(server), inode_of(accepted)}
            (record,) = assert_agree(collector, linux, place_of(client), 1)
            assert record.remote == Endpoint(server.getsockname()[0], port_of(server))
            assert record.owner.process is not None
            assert record.owner.process.pid == os.getpid()


@pytest.mark.parametrize("mapped", [False, True])
def test_half_closed(mapped: bool, collector: PsutilCollector, linux: LinuxCollector) -> None:
    with tcp_pair(mapped=mapped) as (client, accepted):
        client.shutdown(socket.SHUT_WR)
        assert accepted.recv(1) == b""
        (waiting,) = assert_agree(collector, linux, place_of(accepted), 1)
        assert waiting.state is SocketState.CLOSE_WAIT
        assert waiting.family == (6 if mapped else 4)
        assert waiting.local.address == "127.0.0.1"
        (finished,) = assert_agree(collector, linux, place_of(client), 1)
        assert finished.state is SocketState.FIN_WAIT2
        assert finished.owner.processes  # its process has not let go of it


def test_time_wait(collector: PsutilCollector, linux: LinuxCollector) -> None:
    with tcp_pair() as (client, accepted):
        place = place_of(client)
        client.close()
        assert accepted.recv(1) == b""
    wait_for(lambda: [r for r in at(linux, place) if r.state is SocketState.TIME_WAIT])
    (record,) = assert_agree(collector, linux, place, 1)
    assert record.owner == Owner(reason=OwnerReason.TIME_WAIT)
    assert record.inode is None


def test_orphan_still_sending(collector: PsutilCollector) -> None:
    with tcp_pair() as (client, accepted):
        place = place_of(client)
        client.setblocking(False)
        with suppress(BlockingIOError):
            while True:
                client.send(bytes(65536))
        client.close()  # with more unsent than the other side takes: FIN_WAIT1
        (record,) = at(collector, place)
        assert record.state is SocketState.FIN_WAIT1
        expected = OwnerReason.CLOSED if os.geteuid() == 0 else OwnerReason.NOT_SUPPORTED
        assert record.owner.reason is expected
        assert accepted.fileno() > 0


def test_not_yet_accepted(collector: PsutilCollector) -> None:
    with listener() as server, socket.create_connection(server.getsockname()) as client:
        (waiting,) = (r for r in at(collector, place_of(server)) if r.remote)
        assert waiting.remote == Endpoint("127.0.0.1", port_of(client))
        assert waiting.owner == Owner(reason=OwnerReason.HANDSHAKE)


@pytest.mark.parametrize(
    ("family", "address"),
    [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"), (socket.AF_INET6, "::ffff:127.0.0.1")],
)
def test_udp(
    family: socket.AddressFamily, address: str, collector: PsutilCollector, linux: LinuxCollector
) -> None:
    with socket.socket(family, socket.SOCK_DGRAM) as bound, socket.socket(family, socket.SOCK_DGRAM) as other:
        bound.bind((address, 0))
        other.connect(bound.getsockname())
        (record,) = assert_agree(collector, linux, place_of(bound), 1)
        assert (record.state, record.remote) == (SocketState.UNCONNECTED, None)
        (record,) = assert_agree(collector, linux, place_of(other), 1)
        assert record.state is SocketState.ESTABLISHED
        assert record.remote == Endpoint(address.removeprefix("::ffff:"), port_of(bound))


def test_dual_stack_listener(collector: PsutilCollector, linux: LinuxCollector) -> None:
    with dual_listener() as server:
        (record,) = assert_agree(collector, linux, place_of(server), 1)
        assert (record.family, record.local.address, record.v6only) == (6, "::", None)


def test_two_sockets_on_one_port_stay_two(collector: PsutilCollector, linux: LinuxCollector) -> None:
    with socket.socket() as one, socket.socket() as other:
        for sock in (one, other):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        one.bind(("127.0.0.1", 0))
        other.bind(one.getsockname())
        one.listen()
        other.listen()
        records = assert_agree(collector, linux, place_of(one), 2)
        assert len({record.key for record in records}) == 2


def heard(child: Child) -> Place:
    place = child.hear()
    assert isinstance(place, Place)
    return place


def wait_to_be_killed(channel: Channel) -> None:
    channel.send("ready")
    signal.pause()


def test_listener_of_a_prefork_server(collector: PsutilCollector, linux: LinuxCollector) -> None:
    with listener() as server, forked(wait_to_be_killed) as first, forked(wait_to_be_killed) as second:
        assert (first.hear(), second.hear()) == ("ready", "ready")
        (record,) = assert_agree(collector, linux, place_of(server), 1)
        assert [p.pid for p in record.owner.processes] == sorted((os.getpid(), first.pid, second.pid))
        end(second.pid)
        (changed,) = assert_agree(collector, linux, place_of(server), 1)
        assert [p.pid for p in changed.owner.processes] == sorted((os.getpid(), first.pid))
        assert changed.key == record.key


def listen_as_nobody(channel: Channel) -> None:
    from tests.sockets import become

    become(NOBODY)
    with listener() as server:
        channel.send(place_of(server))
        signal.pause()


@pytest.mark.root
def test_root_sees_the_process_of_another_user(collector: PsutilCollector, linux: LinuxCollector) -> None:
    with forked(listen_as_nobody) as child:
        (record,) = assert_agree(collector, linux, heard(child), 1)
        assert (record.owner.uid, record.owner.user) == (NOBODY, "nobody")


@pytest.mark.root
def test_nobody_sees_the_socket_of_another_user_without_its_process() -> None:
    with listener() as server:
        place = place_of(server)

        def look() -> Snapshot:
            server.close()  # the copy that came with the fork
            return PsutilCollector(follow=False).poll()

        snapshot = in_child(look, uid=NOBODY)
    (record,) = (r for r in snapshot.sockets if r.local == place.local)
    assert record.owner == Owner(reason=OwnerReason.OTHER_USER)
    assert record.inode is None
    assert not snapshot.privileged
    assert "owners" in {d.subject for d in snapshot.degradations}


# -- identity


def test_unchanged_sockets_are_the_same_objects(collector: PsutilCollector) -> None:
    with ExitStack() as stack:
        server = stack.enter_context(listener())
        pairs = [connect(server) for _ in range(20)]
        for pair in pairs:
            stack.enter_context(pair[0])
            stack.enter_context(pair[1])
        before = {r.key: r for r in at(collector, place_of(server))}
        assert len(before) == 21
        pairs[0][0].shutdown(socket.SHUT_WR)
        assert pairs[0][1].recv(1) == b""
        after = {r.key: r for r in at(collector, place_of(server))}
    assert after.keys() == before.keys()
    changed = [key for key in before if after[key] is not before[key]]
    assert [(before[key].state, after[key].state) for key in changed] == [
        (SocketState.ESTABLISHED, SocketState.CLOSE_WAIT)
    ]


def test_a_connection_keeps_its_key_into_time_wait(collector: PsutilCollector) -> None:
    with tcp_pair() as (client, accepted):
        place = place_of(client)
        (before,) = at(collector, place)
        client.close()
        assert accepted.recv(1) == b""
    (after,) = wait_for(lambda: [r for r in at(collector, place) if r.state is SocketState.TIME_WAIT])
    assert after.key == before.key


def test_ancestors(collector: PsutilCollector, linux: LinuxCollector) -> None:
    with forked(wait_to_be_killed) as child:
        child.hear()
        ours = [process.pid for process in collector.ancestors(child.pid)]
        assert ours[0] == os.getpid()
        assert ours == [process.pid for process in linux.ancestors(child.pid)]
        assert collector.working_directory(child.pid) == linux.working_directory(child.pid) == os.getcwd()
    assert collector.ancestors(child.pid) == ()  # it is gone now


# -- where the system-wide list is refused


def _refused(kind: str) -> list[object]:
    raise psutil.AccessDenied(1)


def test_process_by_process(
    collector: PsutilCollector, linux: LinuxCollector, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Only macOS refuses the list as a whole; what is read in its place is real.
    monkeypatch.setattr(psutil, "net_connections", _refused)
    with (
        listener() as server,
        forked(wait_to_be_killed) as child,
        socket.socket(type=socket.SOCK_DGRAM) as udp,
    ):
        child.hear()
        udp.bind(("127.0.0.1", 0))
        (record,) = assert_agree(collector, linux, place_of(server), 1)
        assert [p.pid for p in record.owner.processes] == sorted((os.getpid(), child.pid))
        assert_agree(collector, linux, place_of(udp), 1)
        assert [d.subject for d in collector.poll().degradations].count("sockets") == 1


@pytest.mark.root
def test_process_by_process_skips_those_denied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psutil, "net_connections", _refused)

    with listener() as server, listener() as other:
        places = place_of(server).local, place_of(other).local

        def look() -> Snapshot:
            server.close()  # the copy that came with the fork; the other is ours as well
            return PsutilCollector(follow=False).poll()

        snapshot = in_child(look, uid=NOBODY)
    (record,) = (r for r in snapshot.sockets if r.local in places)
    assert record.local == places[1]
    assert "sockets" in {d.subject for d in snapshot.degradations}


def test_nothing_readable_is_an_error(collector: PsutilCollector, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psutil, "PROCFS_PATH", "/nowhere")
    with pytest.raises(CollectorError, match=r"psutil cannot read the sockets: .*nowhere"):
        collector.poll()


# -- the rest of a snapshot


def test_what_is_missing_is_said(collector: PsutilCollector) -> None:
    with listener() as server:
        client, accepted = connect(server)
        with client, accepted:
            snapshot = collector.poll()
            records = {r.key: r for r in snapshot.sockets if port_of(server) == r.local.port}
    assert {r.uncounted for r in records.values()} == {Uncounted.LISTENER, Uncounted.SOURCE}
    unknown = {(r.tcp, r.uid, r.cookie, r.receive_queue, r.send_queue) for r in records.values()}
    assert unknown == {(None,) * 5}
    assert {"bytes", "closed", "queues"} <= {d.subject for d in snapshot.degradations}
    assert (snapshot.source, snapshot.reports_closed, snapshot.closed) == ("psutil", False, ())
    assert snapshot.privileged == (os.geteuid() == 0)
    assert snapshot.cost_s > 0


def test_addresses_and_ephemeral_ports_agree(collector: PsutilCollector, linux: LinuxCollector) -> None:
    ours, theirs = collector.poll(), linux.poll()
    assert ours.addresses == theirs.addresses
    assert ours.ephemeral == theirs.ephemeral


def test_interfaces_are_read_only_for_watching() -> None:
    assert "lo" in PsutilCollector(follow=True).poll().interfaces
    assert PsutilCollector(follow=False).poll().interfaces == {}


def test_counts_all_processes_and_how_many_it_cannot_read_only_as_root(collector: PsutilCollector) -> None:
    counted = collector.poll().processes
    assert counted is not None
    assert counted.visible >= 2
    assert counted.unreadable == (0 if os.geteuid() == 0 else None)
