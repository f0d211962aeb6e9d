"""Who holds a socket: real processes that fork, pass, reuse, exec, change user and vanish."""

from __future__ import annotations

import ctypes
import glob
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress

import pytest

from netmon.collectors import owners
from netmon.collectors.linux import LinuxCollector
from netmon.collectors.owners import OwnerTable
from netmon.model.process import Owner, OwnerReason
from netmon.model.socket import SocketRecord, SocketState
from tests.sockets import (
    CLONE_NEWNET,
    NOBODY,
    Channel,
    Child,
    alone,
    become,
    connect,
    end,
    forked,
    in_child,
    inode_of,
    listener,
    port_of,
    tcp_pair,
    unshare,
    wait_for,
)


class Watch:
    """A collector, asked for owners."""

    def __init__(self, collector: LinuxCollector) -> None:
        self.collector = collector

    def records(self) -> list[SocketRecord]:
        """Every socket, at a new poll."""
        return list(self.collector.poll().sockets)

    def owner(self, inode: int) -> Owner:
        """The owner of a socket, at a new poll."""
        (owner,) = [record.owner for record in self.records() if record.inode == inode]
        return owner

    def holders(self, inode: int) -> list[int]:
        """The pids that hold a socket, at a new poll."""
        return [process.pid for process in self.owner(inode).processes]

    def rest(self, polls: int) -> None:
        """Poll so many times."""
        for _ in range(polls):
            self.collector.poll()


@contextmanager
def watching() -> Iterator[Watch]:
    """A collector without destroy events."""
    with closing(LinuxCollector(follow=False)) as collector:
        yield Watch(collector)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every descriptor is verified at every poll but one, instead of slice by slice."""
    monkeypatch.setattr(owners, "_VERIFIED_PER_POLL", 1_000_000)


@pytest.fixture
def watch() -> Iterator[Watch]:
    """A collector that has polled once."""
    with watching() as watched:
        watched.collector.poll()
        yield watched


def idle(channel: Channel) -> None:
    """What a child does that only holds what it has inherited: end when told, or when its parent has gone."""
    channel.recv()


def rename(name: str) -> None:
    """Change the name of this process."""
    ctypes.CDLL(None).prctl(15, name.encode(), 0, 0, 0)  # PR_SET_NAME


def stopped(child: Child) -> None:
    """Kill a child and wait until it is gone."""
    end(child.pid)


# -- who holds it


def bare(channel: Channel) -> None:
    """Close every descriptor; at the first signal listen, at the second close that again."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
    os.closerange(0, 4096)
    for _ in range(2):
        signal.sigwait({signal.SIGUSR1})
        server = socket.create_server(("127.0.0.1", 0))
        signal.sigwait({signal.SIGUSR1})
        server.close()


def test_a_process_without_descriptors_is_watched_all_the_same() -> None:
    def descriptors() -> list[str]:
        return os.listdir(f"/proc/{child.pid}/fd")

    def inode() -> int:
        return int(os.readlink(f"/proc/{child.pid}/fd/0")[len("socket:[") : -1])

    with forked(bare) as child:
        wait_for(lambda: not descriptors())
        with watching() as watch:
            for _ in range(2):
                watch.rest(2)
                os.kill(child.pid, signal.SIGUSR1)
                wait_for(lambda: descriptors() == ["0"])
                wait_for(lambda: watch.holders(inode()) == [child.pid])
                os.kill(child.pid, signal.SIGUSR1)
                wait_for(lambda: not descriptors())


def test_this_process_and_its_user(watch: Watch) -> None:
    with listener() as server:
        owner = watch.owner(inode_of(server))
        assert owner.process is not None
        assert (owner.process.pid, owner.uid, owner.reason) == (os.getpid(), os.getuid(), None)


def test_a_fork_holds_what_it_inherits_until_it_ends(watch: Watch) -> None:
    with listener() as server:
        inode = inode_of(server)
        assert watch.holders(inode) == [os.getpid()]
        with forked(idle) as child:
            assert watch.holders(inode) == sorted([os.getpid(), child.pid])
            stopped(child)
            assert watch.holders(inode) == [os.getpid()]


def test_every_worker_of_a_prefork_server_is_listed(watch: Watch) -> None:
    server = listener()
    inode = inode_of(server)
    with server, forked(idle) as one, forked(idle) as two, forked(idle) as three:
        server.close()
        assert watch.holders(inode) == sorted([one.pid, two.pid, three.pid])
        stopped(two)
        assert watch.holders(inode) == sorted([one.pid, three.pid])


def _make_and_pass(channel: Channel, passing: socket.socket) -> None:
    server = listener()
    channel.send(inode_of(server))
    channel.recv()
    socket.send_fds(passing, [b"x"], [server.fileno()])
    channel.send("passed")
    channel.recv()


@contextmanager
def on_its_way(watch: Watch) -> Iterator[tuple[int, socket.socket]]:
    """A listener that its maker has put into a Unix socket before it ended, and nobody has taken out."""
    passing, taking = socket.socketpair()
    with passing, taking, forked(lambda channel: _make_and_pass(channel, passing)) as maker:
        inode = maker.hear()
        assert isinstance(inode, int)
        assert watch.holders(inode) == [maker.pid]
        assert maker.ask() == "passed"
        stopped(maker)
        yield inode, taking


def test_a_descriptor_passed_on_by_a_process_that_ends(watch: Watch) -> None:
    with on_its_way(watch) as (inode, taking):
        assert watch.owner(inode).process is None
        _, (descriptor,), _, _ = socket.recv_fds(taking, 1, 1)
        try:
            assert watch.holders(inode) == [os.getpid()]
        finally:
            os.close(descriptor)


def test_one_of_two_descriptors_closed(watch: Watch) -> None:
    with listener() as server:
        copy = os.dup(server.fileno())
        assert watch.holders(inode_of(server)) == [os.getpid()]
        os.close(copy)
        assert watch.holders(inode_of(server)) == [os.getpid()]


@pytest.mark.usefixtures("quick")
def test_one_of_two_descriptors_becomes_another_socket(watch: Watch) -> None:
    with listener() as server, listener() as other:
        copy = os.dup(server.fileno())
        try:
            watch.rest(3)
            os.dup2(other.fileno(), copy)  # the number of descriptors stays
            watch.rest(3)
            assert watch.holders(inode_of(server)) == [os.getpid()]
            assert watch.holders(inode_of(other)) == [os.getpid()]
        finally:
            os.close(copy)


def test_a_number_reused_while_the_count_stays(watch: Watch) -> None:
    server = listener()
    before, descriptor = inode_of(server), server.fileno()
    assert watch.holders(before) == [os.getpid()]
    server.close()
    with listener() as other:
        assert other.fileno() == descriptor
        assert watch.holders(inode_of(other)) == [os.getpid()]
        assert before not in [record.inode for record in watch.records()]


@pytest.mark.usefixtures("quick")
def test_a_number_reused_while_the_former_socket_lives_on_elsewhere(watch: Watch) -> None:
    server = listener()
    before, descriptor = inode_of(server), server.fileno()
    with forked(idle) as child:
        assert watch.holders(before) == sorted([os.getpid(), child.pid])
        server.close()
        with listener() as other:
            assert other.fileno() == descriptor
            watch.rest(3)
            assert watch.holders(inode_of(other)) == [os.getpid()]
            assert watch.holders(before) == [child.pid]


# -- names


def _told_to(server: socket.socket) -> Callable[[Channel], None]:
    """A child that becomes a shell when told, with the listener as its descriptor; it opens more."""

    def run(channel: Channel) -> None:
        commands, ours = channel.recv()
        for descriptor in commands, server.fileno():
            os.set_inheritable(descriptor, True)
        os.close(ours)
        os.dup2(commands, 0)
        channel.send("ready")
        channel.recv()
        script = 'while read n; do eval "exec $n</dev/null"; done'
        os.execv("/bin/sh", ["sh", "-c", script])

    return run


@pytest.mark.parametrize("age", [1, 12], ids=["young", "old"])
def test_an_exec_changes_the_name(watch: Watch, age: int) -> None:
    commands, ours = os.pipe()
    server = listener()
    inode = inode_of(server)
    with server, forked(_told_to(server)) as child:
        server.close()
        child.channel.send((commands, ours))
        assert child.hear() == "ready"
        watch.rest(age)
        before = watch.owner(inode).process
        assert before is not None
        assert before.name != "sh"
        child.channel.send("exec")
        wait_for(lambda: os.readlink(f"/proc/{child.pid}/exe") != os.readlink("/proc/self/exe"))
        for number in range(3, 10):  # its descriptors never rest
            os.write(ours, b"%d\n" % number)
            wait_for(lambda n=number: os.path.exists(f"/proc/{child.pid}/fd/{n}"))  # type: ignore[misc]
            watch.collector.poll()
        after = watch.owner(inode).process
        assert after is not None
        assert (after.pid, after.name) == (child.pid, "sh")
        assert after.command[:2] == ("sh", "-c")
    os.close(ours)
    os.close(commands)


def _hold_alone(sock: socket.socket, name: str) -> Callable[[Channel], None]:
    """A child of that name with no descriptors but its pipe and, as number 200, one socket."""

    def run(channel: Channel) -> None:
        rename(name)
        os.dup2(sock.fileno(), 200)
        for descriptor in range(3, 200):
            if descriptor != channel.fileno():
                try:
                    os.close(descriptor)
                except OSError:
                    continue
        channel.send(os.getpid())
        channel.recv()

    return run


def _name_after_reuse(poll_between: bool) -> tuple[list[str], list[str]]:
    """Two processes with one number, one after the other: the names beside the socket of each, at the end."""
    with watching() as watch, listener() as one, listener() as two:
        with forked(_hold_alone(one, "first")) as first:
            pid = first.hear()
            assert pid in watch.holders(inode_of(one))
        if poll_between:
            watch.collector.poll()
        with open("/proc/sys/kernel/ns_last_pid", "w") as last:
            last.write(str(first.pid - 1))
        with forked(_hold_alone(two, "second")) as second:
            assert second.hear() == pid
            records = {record.inode: record.owner.processes for record in watch.records()}
            return (
                [process.name for process in records[inode_of(one)] if process.pid == pid],
                [process.name for process in records[inode_of(two)] if process.pid == pid],
            )


@pytest.mark.root
@pytest.mark.parametrize("poll_between", [True, False])
def test_a_reused_pid_is_another_process(poll_between: bool) -> None:
    assert alone(lambda: _name_after_reuse(poll_between)) == ([], ["second"])


# -- other users


def _listen_as_nobody(channel: Channel) -> None:
    become(NOBODY)
    with listener() as server:
        channel.send(inode_of(server))
        channel.recv()


@pytest.mark.root
def test_root_sees_another_users_process(watch: Watch) -> None:
    with forked(_listen_as_nobody) as child:
        inode = child.hear()
        assert isinstance(inode, int)
        owner = watch.owner(inode)
        assert owner.process is not None
        assert (owner.process.pid, owner.process.uid, owner.uid) == (child.pid, NOBODY, NOBODY)
        assert owner.user == owner.process.user == "nobody"


@pytest.mark.root
def test_another_user_sees_whose_roots_socket_is() -> None:
    server = listener()
    inode = inode_of(server)

    def look() -> Owner:
        server.close()  # the copy here, which would be ours
        with watching() as watch:
            return watch.owner(inode)

    with server:
        owner = in_child(look, uid=NOBODY)
    assert owner == Owner((), OwnerReason.OTHER_USER, 0, "root", owner.unit)


def _reluctant(channel: Channel) -> None:
    """A process of ours that does not let itself be read, until it does."""
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)
    with listener() as server:
        channel.send(inode_of(server))
        channel.recv()
        ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # PR_SET_DUMPABLE
        channel.send("readable")
        channel.recv()


@pytest.mark.root
def test_an_unreadable_process_is_said_to_be_so_until_it_can_be_read() -> None:
    with forked(_reluctant) as child:
        inode = child.hear()
        assert isinstance(inode, int)

        def look(channel: Channel) -> None:
            become(NOBODY)
            with watching() as watch:
                watch.rest(3)
                channel.send(watch.owner(inode).reason)
                channel.recv()
                channel.send(watch.holders(inode))

        with forked(look) as looking:
            assert looking.hear() is OwnerReason.UNREADABLE
            assert child.ask() == "readable"
            assert looking.ask() == [child.pid]


@pytest.mark.root
def test_a_holder_outside_the_pid_namespace() -> None:
    server = listener()
    inode = inode_of(server)

    def look() -> OwnerReason | None:
        with watching() as watch:
            watch.collector.poll()
            return watch.owner(inode).reason

    def first() -> OwnerReason | None:
        server.close()
        return look()

    with server:
        assert alone(first) is OwnerReason.OTHER_NAMESPACE


# -- sockets that no process has


def reason_at(watch: Watch, port: int, state: SocketState) -> OwnerReason | None:
    """The reason of the socket with that local port and state, once it is there."""

    def find() -> SocketRecord | None:
        found = [r for r in watch.records() if r.local.port == port and r.state is state]
        return found[0] if found else None

    record = wait_for(find)
    assert record.inode is None
    assert record.uid is None
    assert record.owner.process is None
    return record.owner.reason


def test_time_wait_has_no_process(watch: Watch) -> None:
    with tcp_pair() as (client, server):
        port = port_of(client)
        client.close()
        server.close()
        assert reason_at(watch, port, SocketState.TIME_WAIT) is OwnerReason.TIME_WAIT


def test_what_its_process_has_closed(watch: Watch) -> None:
    with tcp_pair() as (_client, server):
        port = port_of(server)
        server.setblocking(False)
        with suppress(BlockingIOError):
            while True:
                server.send(bytes(1 << 16))
        server.close()  # its data still waits for the client to read
        assert reason_at(watch, port, SocketState.FIN_WAIT1) is OwnerReason.CLOSED


def test_a_handshake_that_is_not_done(watch: Watch) -> None:
    with listener() as server:
        server.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 30)
        with socket.create_connection(server.getsockname()):
            assert reason_at(watch, port_of(server), SocketState.SYN_RECV) is OwnerReason.HANDSHAKE


def test_connections_that_are_not_accepted_yet(watch: Watch) -> None:
    with listener() as server, socket.create_connection(server.getsockname()) as client:
        port = port_of(server)
        assert reason_at(watch, port, SocketState.ESTABLISHED) is OwnerReason.HANDSHAKE
        client.close()
        assert reason_at(watch, port, SocketState.CLOSE_WAIT) is OwnerReason.HANDSHAKE
        accepted, _ = server.accept()
        with accepted:
            assert watch.holders(inode_of(accepted)) == [os.getpid()]


def reason_without_holder() -> OwnerReason:
    """What root may say of a socket that nobody holds: the kernel's, unless a process refuses even root."""
    for descriptors in glob.glob("/proc/[0-9]*/fd"):
        try:
            for name in os.listdir(descriptors)[:1]:
                os.readlink(f"{descriptors}/{name}")
        except PermissionError:
            return OwnerReason.UNREADABLE
        except OSError:
            continue
    return OwnerReason.KERNEL


@pytest.mark.root
def test_a_socket_of_the_kernel_itself() -> None:
    def look() -> list[tuple[OwnerReason | None, int]]:
        unshare(CLONE_NEWNET)
        if os.system(
            "ip link add v type vxlan id 5 dstport 4789 dev lo && ip link set lo up && ip link set v up"
        ):
            return []
        with watching() as watch:
            watch.collector.poll()
            return [(r.owner.reason, r.local.port) for r in watch.records() if r.protocol == "udp"]

    found = in_child(look)
    if not found:
        pytest.skip("this kernel has no vxlan, or there is no ip command")
    assert (reason_without_holder(), 4789) in found


@pytest.mark.root
def test_a_socket_that_goes_while_its_owner_is_looked_for_is_not_called_the_kernels(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    table, server = watch.collector._owners, listener()
    inode, refresh = inode_of(server), table.refresh

    def close_first(*arguments: object) -> None:
        server.close()
        refresh(*arguments)  # type: ignore[arg-type]

    with server:
        monkeypatch.setattr(table, "refresh", close_first)
        assert watch.owner(inode).reason is OwnerReason.GONE


@pytest.mark.root
def test_what_stays_without_a_holder_is_the_kernels(watch: Watch) -> None:
    with on_its_way(watch) as (inode, _):
        watch.rest(3)
        assert watch.owner(inode).reason is reason_without_holder()


# -- the cost of being incremental


def _links_read(holding: int) -> tuple[int, int]:
    """How many descriptors the first poll reads, and at most one of twenty at rest."""
    counts = [0]
    readlink = os.readlink

    def counted(path: str) -> str:
        counts[-1] += path.startswith("/proc/") and "/fd/" in path
        return readlink(path)

    unshare(CLONE_NEWNET)  # no sockets but ours
    sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(holding)]
    for sock in sockets:
        sock.bind(("0.0.0.0", 0))
    vars(os)["readlink"] = counted
    with watching() as watch:
        for _ in range(30):
            counts.append(0)
            watch.collector.poll()
    return counts[1], max(counts[-20:])


@pytest.mark.root
def test_at_rest_only_the_verified_slice_is_read() -> None:
    first, at_rest = alone(lambda: _links_read(1000))
    assert first >= 1000
    assert 0 < at_rest <= owners._VERIFIED_PER_POLL


def _hold_elsewhere(channel: Channel) -> None:
    """Hold sockets of another network namespace, and one more or less of them at every word."""
    unshare(CLONE_NEWNET)
    held = [socket.socket() for _ in range(1000)]
    channel.send("held")
    while channel.recv():
        held.append(socket.socket())
        channel.send("another")


@pytest.mark.root
def test_sockets_of_another_namespace_are_not_read_again_and_again(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    links: list[str] = []
    readlink = os.readlink

    def noted(path: str) -> str:
        links.append(path)
        return readlink(path)

    with forked(_hold_elsewhere) as child:
        assert child.hear() == "held"
        watch.rest(2)
        monkeypatch.setattr(os, "readlink", noted)
        for _ in range(4):  # its count moves, and there is a socket to look for in every process
            assert child.ask("more") == "another"
            with listener() as server:
                assert watch.holders(inode_of(server)) == [os.getpid()]
        read = sum(path.startswith(f"/proc/{child.pid}/") for path in links)
    assert 4 <= read < 1000, "a slice at each poll, and what it has inherited: not a thousand each time"


def test_owners_that_are_equal_are_one_object(watch: Watch) -> None:
    with listener() as one, listener() as two:
        found = {record.inode: record.owner for record in watch.records()}
        assert found[inode_of(one)] is found[inode_of(two)]


# -- vanishing


def _storm(channel: Channel) -> None:
    """Children that hold a listener for a moment and end, without pause, until killed."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    channel.send("begun")
    while True:
        if os.fork() == 0:
            listener()
            os._exit(0)


def test_processes_that_vanish_while_they_are_read(watch: Watch) -> None:
    with listener() as server, forked(_storm) as storm:
        storm.hear()
        for _ in range(20):
            assert os.getpid() in watch.holders(inode_of(server))
        stopped(storm)
        wait_for(lambda: watch.holders(inode_of(server)) == [os.getpid()])
        known = watch.collector._owners._processes.keys()
        gone = [pid for pid in known if not os.path.exists(f"/proc/{pid}")]
        watch.collector.poll()
        assert not [pid for pid in gone if pid in watch.collector._owners._processes]


def test_threads_that_open_and_close_meanwhile(watch: Watch) -> None:
    stop = threading.Event()

    def churn() -> None:
        while not stop.is_set():
            with listener() as server:
                for sock in connect(server):
                    sock.close()

    thread = threading.Thread(target=churn)
    thread.start()
    with listener() as server:
        try:
            for _ in range(20):
                assert watch.holders(inode_of(server)) == [os.getpid()]
        finally:
            stop.set()
            thread.join()


def test_a_process_of_nobody_knows_nothing() -> None:
    table = OwnerTable()
    table.refresh([], lambda: set())
    assert table.process(2**22 + 1) is None
    assert table.owner(SocketState.ESTABLISHED, 2**31, 0, None).process is None


def test_counts_the_processes_there_are(watch: Watch) -> None:
    with forked(lambda channel: channel.recv()):
        before = watch.collector.poll().processes
        assert before is not None
        assert before.visible >= 2
    assert before.unreadable is not None
    assert 0 <= before.unreadable < before.visible


@pytest.mark.root
def test_counts_those_that_another_user_may_not_read() -> None:
    def look() -> tuple[int, int]:
        with watching() as watch:
            counted = watch.collector.poll().processes
            assert counted is not None
            assert counted.unreadable is not None
            return counted.visible, counted.unreadable

    def alone_with_another() -> tuple[int, int]:
        with forked(lambda channel: channel.recv()):
            return in_child(look, uid=NOBODY)

    # The first process, the child that waits, and the one that looks, which alone may be read by its user.
    assert alone(alone_with_another) == (3, 2)
