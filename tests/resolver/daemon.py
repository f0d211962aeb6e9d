"""Daemons that others wrote, for tests: found, given free ports, started, waited for, and ended for good."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import dns.message
import pytest

from tests.sockets import wait_for

_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin:/lib/systemd:/usr/lib/systemd"
_END_S = 10


def find(program: str, package: str) -> str:
    """Where a program is; the test is skipped, with the name of Debian's package, where it is not."""
    found = shutil.which(program, path=_PATH)
    if found is None:
        pytest.skip(f"no {program} here: apt-get install {package}")
    return found


def free_ports(count: int) -> list[int]:
    """Ports that are free on 127.0.0.1 over TCP and UDP."""
    taken: list[socket.socket] = []
    ports: list[int] = []
    try:
        while len(ports) < count:
            tcp = socket.create_server(("127.0.0.1", 0))
            udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            taken += [tcp, udp]
            port = int(tcp.getsockname()[1])
            try:
                udp.bind(("127.0.0.1", port))
            except OSError:
                continue
            ports.append(port)
    finally:
        for each in taken:
            each.close()
    return ports


def free_port() -> int:
    """One of them."""
    (port,) = free_ports(1)
    return port


def listens(port: int, address: str = "127.0.0.1") -> bool:
    """Whether something takes TCP connections at a port."""
    try:
        socket.create_connection((address, port), 1).close()
    except OSError:
        return False
    return True


def answers(address: str, port: int = 53) -> bool:
    """Whether a name server answers anything at all over UDP."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        sock.settimeout(0.5)
        try:
            sock.connect((address, port))  # so that a port where nobody is yet says so at once
            sock.send(dns.message.make_query("ready.invalid.", "A").to_wire())
            return bool(sock.recv(512))
        except OSError:
            return False


@contextmanager
def running(
    command: Sequence[object], ready: Callable[[], bool], log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """A daemon that is ready, until the end of the block.

    Args:
        command: a program that stays in the foreground, and its arguments as text or paths.
        ready: whether it can be asked by now.
        log: where its output goes; what it says is in the failure if it ends too early.
    """

    words = [str(each) for each in command]

    def serves() -> bool:
        assert process.poll() is None, f"{words[0]} ended: {log.read_text(errors='replace')[-2000:]}"
        return ready()

    with log.open("wb") as output:
        process = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=_environment(words[0])
        )
    try:
        wait_for(serves, 20)
        yield process
    finally:
        end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """Ask it to end, as it may have children of its own; then make it."""
    process.terminate()
    try:
        process.wait(_END_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _environment(program: str) -> dict[str, str]:
    """One whose package is only unpacked brings its libraries along."""
    root = Path(program).resolve().parents[1]
    libraries = [str(path) for path in root.glob("lib/*-linux-gnu")] if root != Path("/usr") else []
    return {**os.environ, "LD_LIBRARY_PATH": ":".join(libraries)} if libraries else dict(os.environ)
