"""The Linux collector as a whole: counters, identity, other users, hidden processes, no IPv6."""

from __future__ import annotations

import errno
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from netmon.collectors.base import CollectorError
from netmon.collectors.linux import LinuxCollector
from netmon.collectors.netlink import NetlinkError
from netmon.model.endpoint import Endpoint
from netmon.model.process import OwnerReason
from netmon.model.snapshot import Snapshot
from netmon.model.socket import SocketRecord, SocketState, TcpInfo, Uncounted
from tests.sockets import (
    CLONE_NEWNET,
    CLONE_NEWNS,
    NOBODY,
    dual_listener,
    in_child,
    inode_of,
    listener,
    mount_proc,
    port_of,
    receive_exactly,
    tcp_pair,
    wait_for,
)

FAMILIES = [
    pytest.param(socket.AF_INET, False, id="v4"),
    pytest.param(socket.AF_INET6, False, id="v6"),
    pytest.param(socket.AF_INET, True, id="mapped"),
]
AMOUNTS = 123_457, 7_654_321
"""Bytes that the client sends and gets."""


@pytest.fixture
def collector() -> Iterator[LinuxCollector]:
    """A collector for single readings."""
    with closing(LinuxCollector(follow=False)) as made:
        yield made


def record_of(snapshot: Snapshot, sock: socket.socket) -> SocketRecord:
    """The record of a socket of this process."""
    inode = inode_of(sock)
    (record,) = [record for record in snapshot.sockets if record.inode == inode]
    return record


def counters(record: SocketRecord) -> TcpInfo:
    """The counters, which must be there."""
    assert record.uncounted is None
    assert record.tcp is not None
    return record.tcp


def exchange(client: socket.socket, server: socket.socket, sent: int, received: int) -> None:
    """Send so much each way, all of it read, in pieces that fit every buffer."""
    for source, sink, amount in ((client, server, sent), (server, client, received)):
        while amount:
            piece = min(amount, 16384)
            source.sendall(bytes(piece))
            receive_exactly(sink, piece)
            amount -= piece


def moved(
    collector: LinuxCollector, client: socket.socket, server: socket.socket
) -> list[tuple[int | None, ...]]:
    """Sent and received by both ends, once the last acknowledgement is in."""

    def both() -> list[SocketRecord] | None:
        snapshot = collector.poll()
        records = [record_of(snapshot, client), record_of(snapshot, server)]
        return None if any(counters(r).unacked for r in records) else records

    return [(counters(r).bytes_sent, counters(r).bytes_received) for r in wait_for(both)]


# -- counters


@pytest.mark.parametrize(("family", "mapped"), FAMILIES)
def test_every_byte_is_counted_once(
    collector: LinuxCollector, family: socket.AddressFamily, mapped: bool
) -> None:
    sent, received = AMOUNTS
    with tcp_pair(family, mapped=mapped) as (client, server):
        assert moved(collector, client, server) == [(0, 0), (0, 0)]
        exchange(client, server, sent, received)
        assert moved(collector, client, server) == [(sent, received), (received, sent)]
        client.shutdown(socket.SHUT_WR)  # a FIN is no byte
        wait_for(lambda: record_of(collector.poll(), server).state is SocketState.CLOSE_WAIT)
        assert moved(collector, client, server) == [(sent, received), (received, sent)]


@pytest.mark.parametrize(("family", "mapped"), FAMILIES)
def test_addresses_families_and_who_opened(
    collector: LinuxCollector, family: socket.AddressFamily, mapped: bool
) -> None:
    with tcp_pair(family, mapped=mapped) as (client, server):
        snapshot = collector.poll()
        one, other = record_of(snapshot, client), record_of(snapshot, server)
        address = "127.0.0.1" if family == socket.AF_INET else "::1"
        ends = Endpoint(address, port_of(client)), Endpoint(address, port_of(server))
        assert ((one.local, one.remote), (other.local, other.remote)) == (ends, ends[::-1])
        assert one.family == (4 if family == socket.AF_INET else 6)
        assert other.family == (6 if mapped else one.family)
        assert (counters(one).opener_excess, counters(other).opener_excess) == (1, 0)


@pytest.mark.parametrize(("family", "mapped"), FAMILIES)
@pytest.mark.parametrize("slow", [False, True], ids=["quick-dump", "slow-dump"])
def test_without_data_the_idle_times_are_the_time_of_opening(
    collector: LinuxCollector,
    monkeypatch: pytest.MonkeyPatch,
    family: socket.AddressFamily,
    mapped: bool,
    slow: bool,
) -> None:
    dump, pause = collector._link.dump, threading.Event()

    def slowly(kind: int, payload: bytes) -> Iterator[memoryview]:
        pause.wait(0.1)
        return dump(kind, payload)

    if slow:
        monkeypatch.setattr(collector._link, "dump", slowly)
    before = time.monotonic()
    with tcp_pair(family, mapped=mapped) as (client, server):
        after = time.monotonic()
        wait_for(lambda: time.monotonic() - after > 0.1)  # so that "now" would be wrong

        def right() -> bool:  # not at every poll on a machine that has better things to do
            snapshot = collector.poll()
            infos = [counters(record_of(snapshot, sock)) for sock in (client, server)]
            times = [at for tcp in infos for at in (tcp.last_sent_at, tcp.last_received_at)]
            assert max(times) < snapshot.monotonic
            return before - 0.05 <= min(times) and max(times) <= after + 0.05

        wait_for(right, timeout=3)


def test_a_round_trip_is_measured_and_nothing_retransmitted(collector: LinuxCollector) -> None:
    with tcp_pair() as (client, server):
        exchange(client, server, 1000, 1000)
        tcp = counters(record_of(collector.poll(), client))
        assert tcp.rtt_us is not None
        assert tcp.min_rtt_us is not None
        assert 0 < tcp.min_rtt_us < 1_000_000
        assert (tcp.retransmits, tcp.bytes_retransmitted) == (0, 0)


# -- identity


def test_at_rest_every_socket_is_the_same_object(collector: LinuxCollector) -> None:
    with (
        tcp_pair() as four,
        tcp_pair(socket.AF_INET6) as six,
        listener() as server,
        dual_listener() as dual,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams,
    ):
        datagrams.bind(("127.0.0.1", 0))
        ours = [*four, *six, server, dual, datagrams]
        collector.poll()
        first = collector.poll()
        for _ in range(3):
            again = collector.poll()
            for sock in ours:
                assert record_of(again, sock) is record_of(first, sock)


@pytest.mark.parametrize(("family", "mapped"), FAMILIES)
def test_bytes_make_a_new_object_of_both_ends_and_of_nothing_else(
    collector: LinuxCollector, family: socket.AddressFamily, mapped: bool
) -> None:
    with tcp_pair(family, mapped=mapped) as (client, server), tcp_pair() as (idle, _):
        collector.poll()
        before = collector.poll()
        exchange(client, server, 1, 0)
        after = collector.poll()
        for sock in (client, server):
            old, new = record_of(before, sock), record_of(after, sock)
            assert new is not old
            assert new.key == old.key
        assert record_of(after, idle) is record_of(before, idle)


def test_a_key_is_the_cookie_and_unique(collector: LinuxCollector) -> None:
    with tcp_pair() as pair:
        snapshot = collector.poll()
        for sock in pair:
            record = record_of(snapshot, sock)
            assert record.key == record.cookie
            assert [r.key for r in snapshot.sockets].count(record.key) == 1


# -- what else a record says


def test_a_binding_to_an_interface_has_its_name(collector: LinuxCollector) -> None:
    with listener() as server:
        assert record_of(collector.poll(), server).interface is None
        server.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo\0")
        assert record_of(collector.poll(), server).interface == "lo"


def test_udp_is_not_counted_and_has_no_remote(collector: LinuxCollector) -> None:
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as datagrams:
        datagrams.bind(("::1", 0))
        record = record_of(collector.poll(), datagrams)
        assert (record.protocol, record.family, record.remote) == ("udp", 6, None)
        assert (record.tcp, record.uncounted, record.drops) == (None, Uncounted.UDP, 0)


def test_what_has_closed_is_in_the_next_snapshot_with_its_cookie() -> None:
    with closing(LinuxCollector()) as collector, tcp_pair() as (client, server):
        exchange(client, server, 100, 10)
        snapshot = collector.poll()
        assert snapshot.reports_closed
        cookies = {record_of(snapshot, sock).cookie for sock in (client, server)}
        client.close()
        server.close()
        found: list[object] = []

        def all_found() -> bool:
            found.extend(closed.record.key for closed in collector.poll().closed)
            return cookies <= set(found)

        wait_for(all_found)


def test_a_snapshot_says_when_and_of_what(collector: LinuxCollector) -> None:
    before = datetime.now(UTC)
    snapshot = collector.poll()
    assert before - timedelta(seconds=1) <= snapshot.taken_at <= datetime.now(UTC)
    assert snapshot.monotonic <= time.monotonic()
    assert (snapshot.source, snapshot.reports_closed, snapshot.closed) == ("sock_diag", False, ())
    assert snapshot.addresses["127.0.0.1"] == "lo"
    assert snapshot.privileged == (os.geteuid() == 0)
    assert snapshot.degradations == ()
    assert 0 < snapshot.cost_s < 60


def test_what_is_forgotten_does_not_grow(collector: LinuxCollector) -> None:
    with listener() as server:
        for _ in range(8):
            sockets = [socket.create_connection(server.getsockname()) for _ in range(40)]
            sockets += [server.accept()[0] for _ in range(40)]
            collector.poll()
            for sock in sockets:
                sock.close()
        sockets_now = len(collector.poll().sockets)
    assert sum(len(dump) for _, dump in collector._dumps) <= sockets_now * 1.25 + 64


# -- another user


@pytest.mark.root
@pytest.mark.parametrize(("family", "mapped"), FAMILIES)
def test_another_user_sees_every_byte_but_no_process(family: socket.AddressFamily, mapped: bool) -> None:
    sent, received = AMOUNTS
    with tcp_pair(family, mapped=mapped) as (client, server):
        exchange(client, server, sent, received)
        inode = inode_of(client)

        def look() -> tuple[SocketRecord, bool]:
            client.close()  # the copies here, which would be ours
            server.close()
            with closing(LinuxCollector()) as collector:
                snapshot = collector.poll()
                (record,) = [record for record in snapshot.sockets if record.inode == inode]
                return record, snapshot.privileged

        record, privileged = in_child(look, uid=NOBODY)
    assert not privileged
    assert (counters(record).bytes_sent, counters(record).bytes_received) == AMOUNTS
    assert (record.uid, record.owner.uid, record.owner.user) == (0, 0, "root")
    assert record.owner.reason is OwnerReason.OTHER_USER
    assert "naming the process needs root" in (record.owner.explain() or "")


@pytest.mark.root
def test_another_user_sees_its_own_processes_and_what_closes() -> None:
    def look() -> tuple[bool, bool]:
        with closing(LinuxCollector()) as collector, tcp_pair() as (client, server):
            record = record_of(collector.poll(), client)
            mine = record.owner.process is not None and record.owner.process.pid == os.getpid()
            client.close()
            server.close()
            told = wait_for(lambda: record.key in [c.record.key for c in collector.poll().closed])
            return mine, told

    assert in_child(look, uid=NOBODY) == (True, True)


@pytest.mark.root
@pytest.mark.parametrize("hidepid", [1, 2])
def test_hidden_processes_are_said_to_be_hidden(hidepid: int) -> None:
    server = listener()
    inode = inode_of(server)

    def look() -> tuple[OwnerReason | None, int | None]:
        server.close()
        with closing(LinuxCollector(follow=False)) as collector:
            (record,) = [record for record in collector.poll().sockets if record.inode == inode]
            return record.owner.reason, record.owner.uid

    def hide() -> tuple[OwnerReason | None, int | None]:
        mount_proc(f"hidepid={hidepid}")
        return in_child(look, uid=NOBODY)

    with server:
        assert in_child(hide, namespaces=CLONE_NEWNS) == (OwnerReason.HIDDEN, 0)
    with open("/proc/self/mounts") as mounts:
        assert "hidepid" not in mounts.read(), "the machine's own /proc must stay as it is"


# -- without IPv6


@pytest.mark.root
def test_a_namespace_without_ipv6_is_read_all_the_same() -> None:
    def look() -> tuple[int, tuple[object, ...]]:
        with open("/proc/sys/net/ipv6/conf/all/disable_ipv6", "w") as switch:
            switch.write("1")
        with (
            closing(LinuxCollector()) as collector,
            socket.socket() as server,
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams,
        ):
            server.bind(("0.0.0.0", 8080))
            server.listen()
            datagrams.bind(("0.0.0.0", 8080))
            snapshot = collector.poll()
            return len(snapshot.sockets), snapshot.degradations

    assert in_child(look, namespaces=CLONE_NEWNET) == (2, ())


class Refusing:
    """A link whose kernel refuses one family, as one built without IPv6 does."""

    def __init__(self, collector: LinuxCollector, family: int, error: OSError) -> None:
        self.dump_real, self.family, self.error = collector._link.dump, family, error
        self.close = collector._link.close

    def dump(self, kind: int, payload: bytes) -> Iterator[memoryview]:
        """Refuse, or ask the kernel."""
        if payload[0] == self.family:
            raise self.error
        return self.dump_real(kind, payload)


REFUSED = NetlinkError(errno.ENOENT, os.strerror(errno.ENOENT))


def test_a_kernel_without_ipv6_costs_only_ipv6(
    collector: LinuxCollector, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tcp_pair() as (client, _):
        monkeypatch.setattr(collector, "_link", Refusing(collector, socket.AF_INET6, REFUSED))
        snapshot = collector.poll()
        assert record_of(snapshot, client).owner.process is not None
        assert {record.family for record in snapshot.sockets} == {4}
        (degradation,) = snapshot.degradations
        assert degradation.subject == "ipv6"
        assert "No such file" in degradation.reason


def test_a_dump_that_works_again_is_no_degradation_any_more(
    collector: LinuxCollector, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(collector, "_link", Refusing(collector, socket.AF_INET6, TimeoutError("timed out")))
        assert [d.subject for d in collector.poll().degradations] == ["ipv6"]
    assert collector.poll().degradations == ()


def test_a_kernel_without_the_main_dump_is_an_error_in_one_line(
    collector: LinuxCollector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collector, "_link", Refusing(collector, socket.AF_INET, REFUSED))
    with pytest.raises(CollectorError, match=r"^NETLINK_SOCK_DIAG: No such file or directory$"):
        collector.poll()


def test_an_error_midway_spoils_nothing(collector: LinuxCollector, monkeypatch: pytest.MonkeyPatch) -> None:
    with tcp_pair(socket.AF_INET6) as (client, _):
        expected = record_of(collector.poll(), client)
        link = collector._link

        def broken(kind: int, payload: bytes) -> Iterator[memoryview]:
            yield from link.dump(kind, payload)
            if payload[0] == socket.AF_INET6:
                yield memoryview(b"garbage")

        with monkeypatch.context() as patched:
            patched.setattr(collector, "_link", type("Broken", (), {"dump": staticmethod(broken)})())
            snapshot = collector.poll()
            assert record_of(snapshot, client) == expected
            assert [d.subject for d in snapshot.degradations] == ["ipv6"]
        assert record_of(collector.poll(), client) == expected


def test_no_netlink_at_all_is_an_error_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EPROTONOSUPPORT, "Protocol not supported")

    monkeypatch.setattr("netmon.collectors.linux.NetlinkSocket", refuse)
    with pytest.raises(CollectorError, match=r"^NETLINK_SOCK_DIAG refused: Protocol not supported$"):
        LinuxCollector()


def test_no_destroy_events_is_a_degradation(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr("netmon.collectors.linux.DestroyListener", refuse)
    with closing(LinuxCollector()) as collector:
        snapshot = collector.poll()
    assert not snapshot.reports_closed
    assert [d.subject for d in snapshot.degradations] == ["closed"]


def test_the_parents_of_a_process_are_known(collector: LinuxCollector) -> None:
    assert collector.ancestors(os.getpid())[0].pid == os.getppid()
    assert collector.working_directory(os.getpid()) == os.getcwd()
