"""Handles of real processes: both kinds hold what they promise."""

from __future__ import annotations

import errno
import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from netmon.collectors.base import Collector
from netmon.collectors.linux import LinuxCollector
from netmon.collectors.process_handle import (
    ChangedError,
    ForbiddenError,
    GoneError,
    HandleError,
    PidfdHandle,
    ProcessHandle,
    PsutilHandle,
    open_handle,
)
from netmon.collectors.psutil_backend import PsutilCollector
from netmon.model.process import Process
from netmon.model.socket import SocketRecord, SocketState
from tests.servers import Server, alive, ended, rest, served, udp_socket
from tests.sockets import (
    NOBODY,
    Channel,
    alone,
    end,
    forked,
    in_child,
    listener,
    port_of,
    wait_for,
)

KINDS = [PidfdHandle, PsutilHandle]
COLLECTORS: dict[object, Callable[[], Collector]] = {
    PidfdHandle: lambda: LinuxCollector(follow=False, listeners_only=True),
    PsutilHandle: lambda: PsutilCollector(follow=False),
}

Kind = type[PidfdHandle] | type[PsutilHandle]


def held(port: int, kind: Kind = PidfdHandle) -> tuple[Process, SocketRecord]:
    """Who holds a port, and its socket, as the collector that belongs to a kind of handle tells."""
    collector = COLLECTORS[kind]()
    try:
        sockets = collector.poll().sockets
    finally:
        collector.close()
    (found,) = [
        record
        for record in sockets
        if record.local.port == port and record.state in (SocketState.LISTEN, SocketState.UNCONNECTED)
    ]
    assert found.owner.process is not None
    return found.owner.process, found


@contextmanager
def handle_of(pid: int, kind: Kind) -> Iterator[ProcessHandle]:
    """A handle that is closed at the end."""
    handle = kind(pid)
    try:
        yield handle
    finally:
        handle.close()


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Kind:
    """Both kinds of handle."""
    chosen: Kind = request.param
    return chosen


@pytest.mark.parametrize("make", [listener, udp_socket])
def test_checks_signals_and_sees_the_end(kind: Kind, make: Callable[[], socket.socket]) -> None:
    with served(make) as server, handle_of(server.pid, kind) as handle:
        handle.check(*held(server.port, kind))
        assert not handle.wait(0)
        handle.send(signal.SIGTERM)
        assert handle.wait(10), "a zombie has ended too"
        with pytest.raises(GoneError):
            handle.check(*held_as(server))
        end(server.pid)
        with pytest.raises(GoneError, match=f"process {server.pid} has ended already"):
            handle.send(signal.SIGTERM)
        assert handle.wait(0)


def held_as(server: Server) -> tuple[Process, SocketRecord]:
    """Any process and socket: what has ended is not compared any more."""
    with listener() as other:
        _, record = held(port_of(other))
    return Process(server.pid, "python", started_at=0.0), record


def test_there_is_no_handle_of_what_is_gone(kind: Kind) -> None:
    with served() as server:
        end(server.pid)
        with pytest.raises(GoneError):
            kind(server.pid)
        with pytest.raises(GoneError):
            open_handle(server.pid, portable=kind is PsutilHandle)


def test_another_start_time_is_another_process(kind: Kind) -> None:
    with served() as server, handle_of(server.pid, kind) as handle:
        process, record = held(server.port, kind)
        assert process.started_at is not None
        for started_at in (process.started_at - 0.01, process.started_at + 3600, None):
            with pytest.raises(ChangedError, match="the number has gone to another one"):
                handle.check(process._replace(started_at=started_at), record)
        assert server.is_alive


def test_a_socket_that_was_closed_is_no_longer_held(kind: Kind) -> None:
    def closes(channel: Channel) -> None:
        with listener() as server:
            channel.send(port_of(server))
            channel.recv()
        channel.send("closed")
        rest(channel)

    with forked(closes) as child:
        port = child.hear()
        assert isinstance(port, int)
        process, record = held(port, kind)
        with handle_of(child.pid, kind) as handle:
            handle.check(process, record)
            assert child.ask() == "closed"
            with pytest.raises(ChangedError, match=f"no longer holds tcp 127.0.0.1:{port}"):
                handle.check(process, record)


def test_a_new_listener_at_the_same_port_is_not_the_same_socket() -> None:
    def reopens(channel: Channel) -> None:
        with listener() as server:
            channel.send(port := port_of(server))
            channel.recv()
        with socket.socket() as server:
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            server.bind(("127.0.0.1", port))
            server.listen()
            channel.send("again")
            rest(channel)

    with forked(reopens) as child:
        port = child.hear()
        assert isinstance(port, int)
        process, record = held(port)
        assert child.ask() == "again"
        with handle_of(child.pid, PidfdHandle) as handle, pytest.raises(ChangedError):
            handle.check(process, record)


def test_an_exec_lets_the_socket_go() -> None:
    def becomes(channel: Channel) -> None:
        with listener() as server:  # not inheritable
            channel.send(port_of(server))
            channel.recv()
            os.execv("/bin/sleep", ["sleep", "60"])

    with forked(becomes) as child:
        port = child.hear()
        assert isinstance(port, int)
        process, record = held(port)
        child.channel.send(None)
        wait_for(lambda: Path(f"/proc/{child.pid}/comm").read_text() == "sleep\n")
        with handle_of(child.pid, PidfdHandle) as handle, pytest.raises(ChangedError):
            handle.check(process, record)


# -- other users (root)


@pytest.mark.root
def test_another_users_process_is_not_read_and_not_signalled(kind: Kind) -> None:
    with served() as server:
        process, record = held(server.port, kind)

        def try_all() -> list[str]:
            said = []
            with handle_of(server.pid, kind) as handle:
                for does_send in (False, True):
                    try:
                        if does_send:
                            handle.send(signal.SIGTERM)
                        else:
                            handle.check(process, record)
                    except HandleError as error:
                        said.append(f"{type(error).__name__}: {error}")
            return said

        check, send = in_child(try_all, uid=NOBODY)
        assert check.startswith(ForbiddenError.__name__)
        assert send == f"ForbiddenError: process {server.pid} may not be signalled by this user; root may"
        assert server.is_alive


# -- a number that is given again (root)


def next_pid(pid: int) -> None:
    """Let the next process of this PID namespace have a number (proc_sys_kernel(5))."""
    Path("/proc/sys/kernel/ns_last_pid").write_text(str(pid - 1), encoding="ascii")


def listens_at(port: int) -> Callable[[Channel], None]:
    """A child that listens on a port that was held before."""

    def serve(channel: Channel) -> None:
        with socket.socket() as server:
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            server.bind(("127.0.0.1", port))
            server.listen()
            channel.send("listens")
            rest(channel)

    return serve


@pytest.mark.root
def test_a_number_that_was_given_again_is_refused(kind: Kind) -> None:
    def reuse() -> tuple[list[str], bool]:
        said = []
        with served() as first:
            process, record = held(first.port, kind)
            early = kind(first.pid)
            end(first.pid)
        next_pid(first.pid)
        with forked(listens_at(first.port)) as second:
            assert second.hear() == "listens"
            assert second.pid == process.pid, "the number was not given again"
            late = kind(second.pid)
            for handle in (early, late):
                with suppress(HandleError):
                    # What the early handle stands for is gone, whoever has its number now.
                    if handle is late:
                        handle.check(process, record)
                    handle.send(signal.SIGKILL)
                    said.append("signalled")
                handle.close()
            return said, alive(second.pid)

    assert alone(reuse) == ([], True)


def test_where_the_kernel_has_no_pidfd_psutil_does(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(pid: int) -> int:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))

    assert isinstance(open_handle(os.getpid(), portable=True), PsutilHandle)
    monkeypatch.setattr(os, "pidfd_open", refuse)  # a kernel before 5.3
    handle = open_handle(os.getpid())
    assert isinstance(handle, PsutilHandle)
    assert not handle.wait(0)


def test_a_pidfd_is_what_linux_gets() -> None:
    with served() as server:
        handle = open_handle(server.pid)
        assert isinstance(handle, PidfdHandle)
        handle.send(signal.SIGTERM)
        ended(server.pid)
        handle.close()
