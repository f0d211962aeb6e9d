"""Server processes to stop: alone, in groups that share a port, deaf to SIGTERM, or in disguise."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, TypeAlias

from tests.sockets import Channel, Child, end, forked, listener, port_of, wait_for

Listening: TypeAlias = Callable[[], socket.socket]


class Server(NamedTuple):
    """A process that holds a port."""

    child: Child
    port: int

    @property
    def pid(self) -> int:
        """Its number."""
        return self.child.pid

    @property
    def is_alive(self) -> bool:
        """Whether it still runs; once it has ended it stays a zombie until its context is left."""
        return alive(self.pid)


def alive(pid: int) -> bool:
    """Whether a child of this process still runs."""
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None


def udp_socket() -> socket.socket:
    """A UDP socket that is bound to a free port of the loopback address."""
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.bind(("127.0.0.1", 0))
    return made


def sharing(port: int = 0) -> Listening:
    """Makes listeners that share a port with others (SO_REUSEPORT)."""

    def make() -> socket.socket:
        server = socket.socket()
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        server.bind(("127.0.0.1", port))
        server.listen(8)
        return server

    return make


def rest(channel: Channel) -> None:
    """Live until a signal comes, and at most as long as every child of a test."""
    while True:
        channel.recv()


@contextmanager
def served(make: Listening = listener, *, deaf: bool = False) -> Iterator[Server]:
    """A child that alone holds a socket.

    Args:
        make: makes the socket.
        deaf: ignore SIGTERM.
    """

    def serve(channel: Channel) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN if deaf else signal.SIG_DFL)
        with make() as server:
            channel.send(port_of(server))
            rest(channel)

    with forked(serve) as child:
        port = child.hear()
        assert isinstance(port, int)
        yield Server(child, port)


class Prefork(NamedTuple):
    """A master and its workers, who hold one inherited listener."""

    server: Server
    workers: tuple[int, ...]


def _worker() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.alarm(60)
    while True:
        signal.pause()


def _fork_worker() -> int:
    pid = os.fork()
    if pid == 0:
        try:
            _worker()
        finally:
            os._exit(1)
    return pid


@contextmanager
def preforked(count: int = 2) -> Iterator[Prefork]:
    """A master that ends its workers when it gets SIGTERM; killed, it leaves them behind."""

    def master(channel: Channel) -> None:
        server = listener()
        workers = [_fork_worker() for _ in range(count)]

        def stop(*_: object) -> None:
            for worker in workers:
                end(worker)
            os._exit(0)

        signal.signal(signal.SIGTERM, stop)
        channel.send((port_of(server), tuple(workers)))
        rest(channel)

    with forked(master) as child:
        heard = child.hear()
        assert isinstance(heard, tuple)
        port: int = heard[0]
        workers: tuple[int, ...] = heard[1]
        try:
            yield Prefork(Server(child, port), workers)
        finally:
            for worker in workers:
                _kill_orphan(worker)


def _kill_orphan(pid: int) -> None:
    """End a worker, if its master has not; while its master lives, its number cannot be another's."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def gone(pid: int) -> bool:
    """Whether a process that is no child of this one has ended (or is only not reaped yet)."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return True
    return stat.rpartition(")")[2].split()[0] in ("Z", "X")


_LISTENS = """
import socket, sys
server = socket.create_server(("127.0.0.1", 0))
print(server.getsockname()[1], flush=True)
sys.stdin.read()
"""


class Disguised(NamedTuple):
    """A program under a chosen name that holds a port."""

    process: subprocess.Popen[str]
    port: int


@contextmanager
def disguised(name: str, place: Path, arguments: Sequence[str] = ()) -> Iterator[Disguised]:
    """A program of this name, with these arguments, that listens."""
    program = place / name
    if not program.exists():
        program.symlink_to(Path(sys.executable).resolve())
    with subprocess.Popen(
        [program, "-c", _LISTENS, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        assert process.stdout is not None
        try:
            yield Disguised(process, int(process.stdout.readline()))
        finally:
            process.kill()


def script(place: Path, name: str, text: str) -> Path:
    """An executable shell script in a folder of its own, to stand first in PATH."""
    folder = place / "bin"
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return folder


def ended(pid: int) -> None:
    """Wait until a child has ended."""
    wait_for(lambda: not alive(pid))
