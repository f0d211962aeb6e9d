"""Real sockets, child processes and namespaces for tests; nothing here sleeps a fixed time."""

from __future__ import annotations

import contextlib
import ctypes
import os
import pickle
import signal
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import NamedTuple, TypeAlias, TypeVar

T = TypeVar("T")
Channel: TypeAlias = Connection

NOBODY = 65534
CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWNET = 0x00020000, 0x20000000, 0x40000000
_MS_REC, _MS_PRIVATE = 0x4000, 0x40000
_MNT_DETACH = 2
_CHILD_LIFE_S = 60

LOOPBACK = {socket.AF_INET: "127.0.0.1", socket.AF_INET6: "::1"}


# -- waiting


def wait_for(condition: Callable[[], T | None], timeout: float = 10.0) -> T:
    """The first true answer of `condition`, asked again and again.

    Raises:
        AssertionError: it was not true in time.
    """
    deadline, pause = time.monotonic() + timeout, threading.Event()
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"not true within {timeout} s, last: {answer!r}")
        pause.wait(0.002)


# -- sockets


def listener(family: socket.AddressFamily = socket.AF_INET, backlog: int = 64) -> socket.socket:
    """A TCP socket that listens on a free port of the loopback address."""
    server = socket.socket(family)
    server.bind((LOOPBACK[family], 0))
    server.listen(backlog)
    return server


def dual_listener() -> socket.socket:
    """An IPv6 socket that listens on `::` and takes IPv4 too."""
    server = socket.socket(socket.AF_INET6)
    server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    server.bind(("::", 0))
    server.listen(64)
    return server


def port_of(sock: socket.socket) -> int:
    """The local port of a socket."""
    port: int = sock.getsockname()[1]
    return port


def connect(server: socket.socket) -> tuple[socket.socket, socket.socket]:
    """A new connection to a listener: the client's socket and the accepted one."""
    family = socket.AF_INET if server.getsockname()[0] == "::" else server.family
    client = socket.create_connection((LOOPBACK[socket.AddressFamily(family)], port_of(server)), timeout=10)
    accepted, _ = server.accept()
    accepted.settimeout(10)
    return client, accepted


@contextlib.contextmanager
def tcp_pair(
    family: socket.AddressFamily = socket.AF_INET, *, mapped: bool = False
) -> Iterator[tuple[socket.socket, socket.socket]]:
    """The two ends of a loopback connection: the one that connected, and the one that accepted.

    With `mapped` the accepting end is an IPv6 socket whose peer is an IPv4 address.
    """
    with dual_listener() if mapped else listener(family) as server:
        client, accepted = connect(server)
    with client, accepted:
        yield client, accepted


def close_with_reset(sock: socket.socket) -> None:
    """Close a TCP socket so that it sends RST instead of FIN."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("=ii", 1, 0))
    sock.close()


def receive_exactly(sock: socket.socket, count: int) -> None:
    """Read `count` bytes and throw them away."""
    while count:
        data = sock.recv(min(count, 1 << 16))
        assert data, f"closed {count} bytes early"
        count -= len(data)


def inode_of(sock: socket.socket) -> int:
    """The inode of a socket of this process."""
    return os.fstat(sock.fileno()).st_ino


# -- processes


class Child(NamedTuple):
    """A forked child that still runs, and the pipe to it."""

    pid: int
    channel: Channel

    def ask(self, message: object = None) -> object:
        """Send `message` and wait for what the child sends."""
        self.channel.send(message)
        return self.hear()

    def hear(self) -> object:
        """The next thing that the child sends."""
        assert self.channel.poll(20), "the child is silent"
        return self.channel.recv()


def _run_child(function: Callable[[], None]) -> int:
    """Fork; the child runs `function` and ends without any of pytest's clean-up."""
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        signal.alarm(_CHILD_LIFE_S)
        function()
        status = 0
    finally:
        os._exit(status)


@contextlib.contextmanager
def forked(function: Callable[[Channel], None]) -> Iterator[Child]:
    """A child that runs `function` with its end of a pipe; killed at the end if it still runs."""
    ours, theirs = Pipe()
    pid = _run_child(lambda: function(theirs))
    theirs.close()
    try:
        yield Child(pid, ours)
    finally:
        ours.close()
        end(pid)


def end(pid: int) -> None:
    """Kill a child and reap it; one that is reaped already is fine."""
    with contextlib.suppress(ProcessLookupError, ChildProcessError):
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def in_child(function: Callable[[], T], *, uid: int | None = None, namespaces: int = 0) -> T:
    """Run `function` in a forked child: its pickled result, or its error raised here.

    Args:
        function: what to run.
        uid: change to this user first (root only), without groups or capabilities.
        namespaces: CLONE_NEW… flags to unshare before that (root only).
    """

    def work(channel: Channel) -> None:
        try:
            if namespaces:
                unshare(namespaces)
            if uid is not None:
                become(uid)
            answer: tuple[bool, object] = True, function()
        except BaseException as error:  # noqa: BLE001 - whatever it is belongs to the parent
            answer = False, error
        try:
            channel.send(answer)
        except (pickle.PicklingError, TypeError, AttributeError):
            channel.send((False, RuntimeError(f"cannot be pickled: {answer!r}")))

    with forked(work) as child:
        assert child.channel.poll(_CHILD_LIFE_S), "the child is silent"
        fine, result = child.channel.recv()
    if not fine:
        raise result
    return result  # type: ignore[no-any-return]


def become(uid: int) -> None:
    """Give up root for good; the process stays readable to its new user, as after an exec."""
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # PR_SET_DUMPABLE


# -- namespaces (root)


def _check(result: int, what: str) -> None:
    if result:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def unshare(flags: int) -> None:
    """Move this process to new namespaces; mounts made in one never leave it."""
    libc = ctypes.CDLL(None, use_errno=True)
    _check(libc.unshare(flags), "unshare")
    if flags & CLONE_NEWNS:
        _check(libc.mount(b"none", b"/", None, _MS_REC | _MS_PRIVATE, None), "mount / private")


def mount_proc(options: str = "") -> None:
    """Put a new instance of procfs over /proc, inside a new mount namespace.

    Never remount instead: that changes the options of the instance that the whole machine shares.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    _check(libc.umount2(b"/proc", _MNT_DETACH), "umount /proc")
    _check(libc.mount(b"proc", b"/proc", b"proc", 0, options.encode()), "mount /proc")


def alone(function: Callable[[], T]) -> T:
    """Run `function` as the first process of a PID namespace with a /proc of its own: nothing else moves."""

    def first() -> T:
        mount_proc()
        return function()

    def outer() -> T:
        unshare(CLONE_NEWPID | CLONE_NEWNS)
        return in_child(first)

    return in_child(outer)
