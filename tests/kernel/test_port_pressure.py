"""Real pressure on ports, made in namespaces of the tests' own, as both sources see it."""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import subprocess
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest

from netmon.collectors.base import Collector
from netmon.collectors.linux import LinuxCollector
from netmon.collectors.psutil_backend import PsutilCollector
from netmon.engine.tracker import Tracker
from netmon.model.finding import Finding, FindingState
from netmon.ports.pressure.ephemeral_use import DestinationUse
from netmon.ports.pressure.tally import LASTING_S
from netmon.ports.pressure.view import PressureView, pressure_view
from tests.kernel.hosts import Host, on_a_host_alone, on_two_hosts
from tests.sockets import NOBODY, Channel, close_with_reset, forked, in_child, wait_for

pytestmark = pytest.mark.root

RANGE = (40000, 40063)
BOTH = pytest.mark.parametrize("counted", [False, True], ids=["every connection", "only counted"])


class Watch:
    """Looks again and again, as the app does, or as `netmon ports` would."""

    def __init__(self, collector: Collector) -> None:
        self._collector, self._tracker = collector, Tracker()
        self.later_s = 0.0
        """Seconds by which the clock is put forward."""

    def look(self) -> PressureView:
        snapshot = self._collector.poll()
        moved = snapshot._replace(monotonic=snapshot.monotonic + self.later_s)
        return pressure_view(self._tracker.update(moved))

    def finding(self, check: str) -> Finding:
        """The worst finding of one check."""
        return next(finding for finding in self.look().findings if finding.check == check)

    def pressing(self, check: str, verdict: FindingState, *words: str) -> Callable[[], Finding | None]:
        """Whether a finding is such."""

        def seen() -> Finding | None:
            finding = self.finding(check)
            said = f"{finding.summary} {finding.evidence}"
            return finding if finding.state is verdict and all(word in said for word in words) else None

        return seen


@contextlib.contextmanager
def watching(counted: bool) -> Iterator[Watch]:
    """A watch from either source: every connection, or listeners with the rest counted."""
    with contextlib.closing(LinuxCollector(follow=False, listeners_only=counted)) as collector:
        yield Watch(collector)


@contextlib.contextmanager
def watching_by_psutil() -> Iterator[Watch]:
    """A watch from the portable source."""
    with contextlib.closing(PsutilCollector(follow=False)) as collector:
        yield Watch(collector)


def sysctl(name: str, value: object) -> None:
    """Set a variable of this namespace."""
    with open(f"/proc/sys/net/{name}", "w") as file:
        file.write(str(value))


# -- listeners


@BOTH
def test_a_listener_that_never_accepts(counted: bool) -> None:
    def run() -> None:
        with contextlib.ExitStack() as held, watching(counted) as watch:
            server = held.enter_context(socket.create_server(("127.0.0.1", 8080), backlog=2))
            me = f"({os.getpid()})"
            clients = [held.enter_context(socket.create_connection(("127.0.0.1", 8080)))]
            assert watch.finding("accept-queue").state is FindingState.OK
            assert watch.finding("listen-overflow").state is FindingState.OK
            clients.append(held.enter_context(socket.create_connection(("127.0.0.1", 8080))))
            wait_for(
                watch.pressing("accept-queue", FindingState.FAIL, "port 8080", me, "2 waiting, backlog 2")
            )
            clients.append(held.enter_context(socket.create_connection(("127.0.0.1", 8080))))
            wait_for(watch.pressing("accept-queue", FindingState.FAIL, "3 waiting"))
            late = held.enter_context(socket.socket())
            late.setblocking(False)
            assert late.connect_ex(("127.0.0.1", 8080)) == errno.EINPROGRESS
            wait_for(watch.pressing("listen-overflow", FindingState.FAIL, "losing connections now"))
            for _ in clients:
                held.enter_context(server.accept()[0])
            wait_for(watch.pressing("accept-queue", FindingState.OK))
            # The late one gets in when its SYN comes again; nothing is lost any more.
            wait_for(watch.pressing("listen-overflow", FindingState.WARN, "since netmon started"))
        with watching(counted) as watch:
            assert watch.finding("listen-overflow").state is FindingState.INFO

    on_a_host_alone(run)


def leave_open(channel: Channel) -> None:
    """Accept 20 connections on port 8080 and never close them."""
    with socket.create_server(("127.0.0.1", 8080)) as server:
        channel.send("listening")
        accepted = [server.accept()[0] for _ in range(20)]
        channel.send(len(accepted))
        channel.recv()


@BOTH
def test_a_process_that_does_not_close(counted: bool) -> None:
    def run() -> None:
        with forked(leave_open) as child, watching(counted) as watch:
            assert child.hear() == "listening"
            clients = [socket.create_connection(("127.0.0.1", 8080)) for _ in range(20)]
            assert child.hear() == 20
            for client in clients:
                client.close()
            who = f"({child.pid})"
            if counted:
                wait_for(watch.pressing("close-wait", FindingState.WARN, who, "port 8080 (20)", "one look"))
            else:
                wait_for(watch.pressing("close-wait", FindingState.OK, who, "20 in CLOSE_WAIT"))
                watch.later_s = LASTING_S
                assert watch.pressing(
                    "close-wait", FindingState.WARN, who, "port 8080 (20)", "5 s or longer"
                )()

    on_a_host_alone(run)


@BOTH
def test_without_root_the_user_is_named(counted: bool) -> None:
    def look() -> str:
        with watching(counted) as watch:
            finding = wait_for(watch.pressing("close-wait", verdict, "20"))
            return f"{finding.summary} {finding.evidence}"

    def run() -> str:
        with forked(leave_open) as child:
            assert child.hear() == "listening"
            clients = [socket.create_connection(("127.0.0.1", 8080)) for _ in range(20)]
            assert child.hear() == 20
            for client in clients:
                client.shutdown(socket.SHUT_WR)
            said = in_child(look, uid=NOBODY)
            for client in clients:
                client.close()
            return said

    verdict = FindingState.WARN if counted else FindingState.OK
    assert "a process of root" in on_a_host_alone(run)


@BOTH
def test_handshakes_whose_answers_are_lost(counted: bool) -> None:
    def run(here: Host, there: Host) -> None:
        rules = "table inet way { chain out { type filter hook output priority 0; tcp sport 8080 drop; }; }"
        subprocess.run(["nft", "-f", "-"], input=rules, text=True, check=True)
        with contextlib.ExitStack() as held, watching(counted) as watch:
            server = held.enter_context(here.listener(backlog=16))
            assert watch.finding("syn-recv").state is FindingState.OK

            def knock() -> None:
                client = held.enter_context(there.bound())
                client.setblocking(False)
                assert client.connect_ex(server.getsockname()) == errno.EINPROGRESS

            for _ in range(10):
                knock()
            wait_for(
                watch.pressing("syn-recv", FindingState.WARN, "10 handshakes with port 8080", "backlog 16")
            )
            for _ in range(6):
                knock()
            wait_for(watch.pressing("syn-recv", FindingState.FAIL, f"({os.getpid()})", "16 in SYN_RECV"))

    on_two_hosts(run)


# -- ephemeral ports


class Client:
    """Opens connections to one place until it cannot."""

    def __init__(self, held: contextlib.ExitStack, port: int = 8080) -> None:
        self._held, self._address = held, ("127.0.0.1", port)
        self._server = held.enter_context(socket.create_server(self._address, backlog=100))
        self.pairs: list[tuple[socket.socket, socket.socket]] = []

    def open(self) -> bool:
        """One more; whether the kernel had a port for it."""
        client = self._held.enter_context(socket.socket())
        try:
            client.connect(self._address)
        except OSError as error:
            if error.errno == errno.EADDRNOTAVAIL:
                return False
            raise
        self.pairs.append((client, self._held.enter_context(self._server.accept()[0])))
        return True

    def end(self, count: int) -> None:
        """Close so many from this side, which keeps their ports in TIME_WAIT."""
        for _ in range(count):
            client, accepted = self.pairs.pop()
            client.close()
            assert accepted.recv(1) == b""
            accepted.close()


class Figures(NamedTuple):
    """What was reported for the one destination."""

    verdict: FindingState
    live: int
    time_wait: int
    reusable: int
    free: int
    usable: int


def figures(watch: Watch, port: int = 8080) -> Figures:
    view = watch.look()
    (one,) = (use for use in view.use.destinations if use.destination.remote.port == port)
    verdict = next(f for f in view.findings if f.check == "ephemeral-destination").state
    return Figures(verdict, one.live, one.time_wait, one.reusable, one.free, one.usable)


@BOTH
def test_free_reaches_nought_exactly_when_connect_fails(counted: bool) -> None:
    def run() -> None:
        sysctl("ipv4/ip_local_port_range", f"{RANGE[0]} {RANGE[1]}")
        sysctl("ipv4/tcp_tw_reuse", 0)
        with contextlib.ExitStack() as held, watching(counted) as watch:
            client = Client(held)
            for _ in range(32):
                assert client.open()
            assert figures(watch) == (FindingState.OK, 32, 0, 0, 32, 64)
            for _ in range(20):
                assert client.open()
            assert figures(watch) == (FindingState.WARN, 52, 0, 0, 12, 64)
            while figures(watch).free:
                assert client.open()
            assert not client.open()
            assert figures(watch) == (FindingState.FAIL, 64, 0, 0, 0, 64)
            assert watch.finding("ephemeral-total").state is FindingState.FAIL
            # What is over keeps its port for a minute.
            client.end(16)
            wait_for(lambda: figures(watch) == (FindingState.FAIL, 48, 16, 0, 0, 64))
            assert not client.open()
            view = watch.look()
            assert (view.use.tcp.used, view.use.tcp.time_wait, view.use.tcp.free) == (64, 16, 0)
            # Another destination has the same ports to itself.
            other = Client(held, 8081)
            for _ in range(3):
                assert other.open()
            assert figures(watch, 8081)[1:] == (3, 0, 0, 61, 64)

    on_a_host_alone(run)


def test_psutil_counts_the_same_ports() -> None:
    def run() -> None:
        sysctl("ipv4/ip_local_port_range", f"{RANGE[0]} {RANGE[1]}")
        with contextlib.ExitStack() as held, watching_by_psutil() as watch:
            client = Client(held)
            while client.open():
                pass
            assert figures(watch) == (FindingState.FAIL, 64, 0, 0, 0, 64)
            client.end(60)
            wait_for(lambda: figures(watch) == (FindingState.OK, 4, 60, 60, 0, 64))
            assert watch.finding("accept-queue").state is FindingState.UNKNOWN

    on_a_host_alone(run)


@BOTH
def test_time_wait_that_is_lent_again_does_not_press(counted: bool) -> None:
    def run() -> None:
        sysctl("ipv4/ip_local_port_range", f"{RANGE[0]} {RANGE[1]}")
        sysctl("ipv4/tcp_tw_reuse", 2)
        with contextlib.ExitStack() as held, watching(counted) as watch:
            client = Client(held)
            while client.open():
                pass
            client.end(60)
            wait_for(lambda: figures(watch) == (FindingState.OK, 4, 60, 60, 0, 64))
            wait_for(client.open)  # as soon as they are a second old
            assert figures(watch) == (FindingState.OK, 5, 59, 59, 0, 64)

    on_a_host_alone(run)


@BOTH
def test_reserved_and_bound_ports_are_no_use_to_connect(counted: bool) -> None:
    def run() -> None:
        sysctl("ipv4/ip_local_port_range", f"{RANGE[0]} {RANGE[1]}")
        sysctl("ipv4/ip_local_reserved_ports", "39990-40003,40010,41000")
        with contextlib.ExitStack() as held, watching(counted) as watch:
            for address, port in (
                ("127.0.0.2", 40020),
                ("127.0.0.1", 40003),
            ):  # the latter is reserved as well
                held.enter_context(socket.create_server((address, port)))
            bound = held.enter_context(socket.socket())
            bound.bind(("127.0.0.3", 40021))
            client = Client(held)
            while client.open():
                pass
            room = 64 - 5 - 2
            assert len(client.pairs) == room
            assert figures(watch) == (FindingState.FAIL, room, 0, 0, 0, room)
            use = watch.look().use
            assert (use.reserved, use.usable, use.tcp.free) == (5, 59, 0)

    on_a_host_alone(run)


@BOTH
def test_udp_has_ports_of_its_own(counted: bool) -> None:
    def run() -> None:
        sysctl("ipv4/ip_local_port_range", f"{RANGE[0]} {RANGE[1]}")
        with contextlib.ExitStack() as held, watching(counted) as watch:
            for turn in range(52):
                sock = held.enter_context(socket.socket(type=socket.SOCK_DGRAM))
                if turn % 2:
                    sock.bind(("127.0.0.1", 0))
                else:
                    sock.connect(("127.0.0.1", 9))
            use = watch.look().use
            assert (use.udp.used, use.udp.free, use.tcp.used) == (52, 12, 0)
            wait_for(watch.pressing("ephemeral-total", FindingState.WARN, "by UDP"))

    on_a_host_alone(run)


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_both_sources_agree(family: socket.AddressFamily) -> None:
    def run(here: Host, there: Host) -> None:
        with contextlib.ExitStack() as held:
            door = held.enter_context(there.listener(family))
            for turn in range(12):
                with here.entered():
                    client = held.enter_context(socket.socket(family))
                client.connect(door.getsockname()[:2])
                accepted = held.enter_context(door.accept()[0])
                if turn % 3 == 0:
                    client.close()
                    assert accepted.recv(1) == b""
                    accepted.close()
                elif turn % 3 == 1:
                    close_with_reset(accepted)
            every, counted = (held.enter_context(watching(kind)) for kind in (False, True))

            def agreed() -> tuple[DestinationUse, ...] | None:
                uses = [watch.look().use for watch in (every, counted)]
                return tuple(uses[0].destinations) if uses[0] == uses[1] else None

            def settled() -> bool:
                return [(use.live, use.time_wait) for use in agreed() or ()] == [(4, 4)]

            wait_for(settled)

    on_two_hosts(run)
