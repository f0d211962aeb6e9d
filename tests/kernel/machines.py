"""Machines that take localhost otherwise: network and mount namespaces of this test's own; needs root."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from tests.resolver.server import Fault, serve_udp
from tests.sockets import CLONE_NEWNET, CLONE_NEWNS, in_child

T = TypeVar("T")

HOSTS = "127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n"

_CABLE = """
    ip link set lo up
    ip link add out type veth peer name far
    echo 0 > /proc/sys/net/ipv6/conf/out/accept_dad
    ip link set out up; ip link set far up
    ip address add 203.0.113.2/24 dev out
    ip route add default via 203.0.113.1
"""
SIX = """
    ip address add 2001:db8:1::2/64 dev out nodad
    ip -6 route add default via 2001:db8:1::1 dev out
"""

_SERVER = """
import socket, sys
address, port, v6only = sys.argv[1], int(sys.argv[2]), sys.argv[3]
server = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
if ":" in address:
    server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(v6only))
server.bind((address, port))
server.listen()
print("ready", flush=True)
sys.stdin.read()
"""


@dataclass(frozen=True)
class Program:
    """A server of its own: where it listens, and what tells it from others."""

    address: str
    v6only: bool = True
    port: int = 5173
    name: str = "one"


@dataclass(frozen=True)
class Machine:
    """How a machine is set up, and which checks it must fail and be warned by: no others."""

    expected: Mapping[str, str] = field(default_factory=dict)
    six: str = SIX
    """How it is connected over IPv6."""
    then: str = ""
    hosts: str = HOSTS
    nsswitch: str = "hosts: files dns\n"
    gai: str = ""
    resolv: str = ""
    programs: Sequence[Program] = ()
    zones: Mapping[str, str] | None = None
    """A resolver on 127.0.0.1 serves them; None for no resolver."""
    faults: Mapping[str, Fault] = field(default_factory=dict)
    resolvers: str = "localhost"

    @property
    def files(self) -> dict[str, str]:
        """What /etc is to hold."""
        resolv = self.resolv or ("" if self.zones is None else "nameserver 127.0.0.1\n")
        return {
            "hosts": self.hosts, "nsswitch.conf": self.nsswitch, "gai.conf": self.gai, "resolv.conf": resolv,
        }  # fmt: skip


def on_machine(machine: Machine, function: Callable[[], T]) -> T:
    """Run `function` in a child on such a machine."""

    def run() -> T:
        with ExitStack() as stack:
            directory = stack.enter_context(tempfile.TemporaryDirectory())
            _set_up(machine, Path(directory))
            for program in machine.programs:
                stack.enter_context(_running(program))
            if machine.zones is not None:
                stack.enter_context(serve_udp(machine.zones, machine.faults))
            return function()

    return in_child(run, namespaces=CLONE_NEWNET | CLONE_NEWNS)


def _set_up(machine: Machine, directory: Path) -> None:
    directory.chmod(0o755)
    lines = ["set -e", _CABLE, machine.six, machine.then]
    for name, text in machine.files.items():
        (directory / name).write_text(text)
        lines.append(f"mount --bind {directory}/{name} /etc/{name}")
    subprocess.run(["sh", "-c", "\n".join(lines)], check=True)


@contextmanager
def _running(program: Program) -> Iterator[None]:
    arguments = [program.address, str(program.port), str(int(program.v6only)), program.name]
    command = [sys.executable, "-c", _SERVER, *arguments]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, text=True, stdin=pipe, stdout=pipe) as running:
        assert running.stdout is not None
        try:
            assert running.stdout.readline() == "ready\n"
            yield
        finally:
            running.kill()
