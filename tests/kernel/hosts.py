"""Two hosts for tests: two network namespaces of this test's own, and a cable between them.

Both live in one process: a socket belongs to the namespace in which it was made, wherever it is used. So the
process stays on its host and goes over to the other one only to make a socket there. Nothing outlives it.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import os
import socket
import subprocess
from collections.abc import Callable, Iterator
from typing import NamedTuple, ParamSpec, TypeVar

from tests.sockets import CLONE_NEWNET, Channel, forked, in_child, unshare

T = TypeVar("T")
P = ParamSpec("P")
Family = socket.AddressFamily
SERVER_PORT = 8080


class Host(NamedTuple):
    """A network namespace with an address of each family."""

    namespace: int
    """An open descriptor of it."""
    addresses: dict[int, str]

    @contextlib.contextmanager
    def entered(self) -> Iterator[None]:
        """What this thread makes meanwhile is on this host."""
        before = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        try:
            _set_namespace(self.namespace)
            try:
                yield
            finally:
                _set_namespace(before)
        finally:
            os.close(before)

    def bound(self, family: Family = socket.AF_INET, port: int = 0) -> socket.socket:
        """A TCP socket on this host, bound to its address and a port, or a free one."""
        with self.entered():
            made = socket.socket(family)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((self.addresses[family], port))
        made.settimeout(20)
        return made

    def listener(self, family: Family = socket.AF_INET, backlog: int = 64) -> socket.socket:
        """A TCP socket that listens on this host at SERVER_PORT."""
        made = self.bound(family, SERVER_PORT)
        made.listen(backlog)
        return made

    def sysctl(self, name: str, value: object) -> None:
        """Set a variable of this namespace alone (`net/…`)."""
        with self.entered(), open(f"/proc/sys/{name}", "w") as file:
            file.write(str(value))

    def lose(self, percent: int) -> None:
        """Drop so many of the packets that arrive here."""
        rules = f"""
            table inet loss {{
                chain arriving {{
                    type filter hook input priority 0
                    iifname != lo numgen random mod 100 < {percent} drop
                }}
            }}
        """
        with self.entered():
            subprocess.run(["nft", "-f", "-"], input=rules, text=True, check=True)


def _set_namespace(descriptor: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(descriptor, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


def _ip(*lines: str) -> None:
    subprocess.run(["ip", "-batch", "-"], input="\n".join(lines), text=True, check=True)


@contextlib.contextmanager
def _namespace() -> Iterator[tuple[int, int]]:
    """Another network namespace: the process that holds it for now, and a descriptor of it."""

    def hold(channel: Channel) -> None:
        unshare(CLONE_NEWNET)
        channel.send("made")
        channel.recv()

    with forked(hold) as child:
        assert child.hear() == "made"
        descriptor = os.open(f"/proc/{child.pid}/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        try:
            yield child.pid, descriptor
        finally:
            os.close(descriptor)


@contextlib.contextmanager
def _two_hosts() -> Iterator[tuple[Host, Host]]:
    """This process's own namespace and another, with a cable between them."""
    with _namespace() as (pid, namespace):
        own = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        here = Host(own, {socket.AF_INET: "10.99.0.1", socket.AF_INET6: "fd99::1"})
        there = Host(namespace, {socket.AF_INET: "10.99.0.2", socket.AF_INET6: "fd99::2"})
        _ip(f"link add cable type veth peer name cable netns {pid}")
        try:
            for host in (here, there):
                host.sysctl("net/ipv6/conf/cable/accept_dad", 0)  # or IPv6 would wait for two seconds
                host.sysctl("net/ipv6/conf/cable/router_solicitations", 0)
                with host.entered():
                    _ip("link set lo up", "link set cable up")
            for host in (here, there):
                with host.entered():
                    _ip(
                        f"address add {host.addresses[socket.AF_INET]}/24 dev cable",
                        f"address add {host.addresses[socket.AF_INET6]}/64 dev cable nodad",
                    )
            yield here, there
        finally:
            os.close(own)


def on_two_hosts(function: Callable[[Host, Host], T]) -> T:
    """Run `function(here, there)` in a child on a host of its own; needs root."""

    def run() -> T:
        with _two_hosts() as (here, there):
            return function(here, there)

    return in_child(run, namespaces=CLONE_NEWNET)


def on_a_host_alone(function: Callable[[], T]) -> T:
    """Run `function` in a child on a host with nothing but its loopback interface; needs root."""

    def run() -> T:
        _ip("link set lo up")
        return function()

    return in_child(run, namespaces=CLONE_NEWNET)


def apart(test: Callable[P, None]) -> Callable[P, None]:
    """A test that runs on a host alone where that can be had: it leaves no TIME_WAIT sockets to others."""

    @functools.wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        if os.geteuid():
            test(*args, **kwargs)
        else:
            on_a_host_alone(lambda: test(*args, **kwargs))

    return run


def pair(
    client: Host, server: Host, family: Family = socket.AF_INET, port: int = 0
) -> tuple[socket.socket, socket.socket]:
    """A connection from one host to another: its end at the client, at `port`, and that at the server."""
    with server.listener(family) as door:
        opened = client.bound(family, port)
        opened.connect(door.getsockname()[:2])
        accepted, _ = door.accept()
    accepted.settimeout(20)
    return opened, accepted
