"""Programs that hold a port for somebody else: container engines' proxies, and systemd for its sockets.

Stopping one of these frees no port in any useful way: what stands behind it has to be stopped instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import zip_longest
from typing import NamedTuple

from netmon.model.process import Process
from netmon.model.socket import Protocol
from netmon.model.text import clean

_ENGINES = {
    "docker-proxy": "docker",
    "rootlesskit": "docker",
    "com.docker.backend": "docker",
    "vpnkit-bridge": "docker",
    "rootlessport": "podman",
    "containers-rootlessport": "podman",
    "slirp4netns": "podman",
    "pasta": "podman",
    "pasta.avx2": "podman",
    "conmon": "podman",
    "gvproxy": "podman",
}
"""Each by the engine that starts it."""

# `0.0.0.0:8080->80/tcp`, `[::]:8000-8010->8000-8010/udp`, as docker and podman write them.
_PUBLISHED = re.compile(r":(?P<first>\d{1,5})(?:-(?P<last>\d{1,5}))?->[\d-]+/(?P<protocol>tcp|udp)")


class Forwarder(NamedTuple):
    """What a process forwards."""

    engine: str
    """`docker` or `podman`, as its program is called."""
    container_end: str | None
    """Address and port in the container, where the command line tells."""


def forwarder_of(process: Process) -> Forwarder | None:
    """What a process forwards for a container engine, or None if it is no such program."""
    first = process.command[0].rpartition("/")[2] if process.command else ""
    engine = _ENGINES.get(process.name) or _ENGINES.get(first)
    return None if engine is None else Forwarder(engine, _container_end(process.command))


def _container_end(command: tuple[str, ...]) -> str | None:
    """`-container-ip` and `-container-port` of docker-proxy."""
    told = dict(_options(command))
    address, port = told.get("container-ip"), told.get("container-port")
    if address is None or port is None:
        return None
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def _options(command: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Options with their values, as Go programs take them: `-a b`, `--a b`, `-a=b`."""
    for argument, following in zip_longest(command, command[1:], fillvalue=""):
        if argument.startswith("-"):
            name, equals, value = argument.lstrip("-").partition("=")
            yield name, value if equals else following


def container_for(listing: str, protocol: Protocol, port: int) -> str | None:
    """The name of the container that publishes a port, or None.

    Args:
        listing: a line for each container: its name, a tab, its ports.
        protocol: of the port.
        port: on this machine.
    """
    for line in listing.splitlines():
        name, tab, ports = line.partition("\t")
        if tab and name and any(_publishes(found, protocol, port) for found in _PUBLISHED.finditer(ports)):
            return clean(name, 128)
    return None


def _publishes(found: re.Match[str], protocol: Protocol, port: int) -> bool:
    first = int(found["first"])
    return found["protocol"] == protocol and first <= port <= int(found["last"] or first)


def socket_unit_for(listing: str, port: int) -> str | None:
    """The socket unit that listens on a port, or None.

    Args:
        listing: a line for each socket of systemd: what it listens on, its unit, what that activates.
        port: on this machine.
    """
    for line in listing.splitlines():
        words = line.split()
        if len(words) > 1 and words[0].endswith(f":{port}") and words[1].endswith(".socket"):
            return clean(words[1], 128)
    return None
