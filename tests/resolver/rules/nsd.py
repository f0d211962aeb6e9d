"""Authoritative servers for tests: nsd on loopback, one process for each address."""

from __future__ import annotations

import shutil
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from netmon.model.endpoint import Endpoint
from netmon.resolver.each import Question, ask_each
from tests.sockets import wait_for

_CONFIG = """server:
  ip-address: {address}@{port}
  username: ""
  chroot: ""
  database: ""
  zonesdir: "{directory}"
  xfrdfile: "{directory}/xfrd.state"
  xfrdir: "{directory}"
  zonelistfile: "{directory}/zone.list"
  pidfile: "{directory}/nsd.pid"
  server-count: 1
remote-control:
  control-enable: no
"""


def program(name: str = "nsd") -> str:
    """Where a program of Debian's package nsd is; the test is skipped where it is not."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin")
    if found is None:
        pytest.skip(f"{name} is not here: it comes with Debian's package nsd")
    return found


def free_port() -> int:
    """A port that is free on loopback over UDP, for all servers of one zone."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
    return port


@contextmanager
def nsd(
    directory: Path, address: str, port: int, zones: Mapping[str, str], *, gives: bool = False
) -> Iterator[None]:
    """Serve `zones` (name to text of the zone file) until the end of the block.

    Args:
        directory: where it may write.
        address: where it serves.
        port: there.
        zones: what it serves.
        gives: whether it allows transfers.
    """
    home = directory / address
    home.mkdir()
    config = _CONFIG.format(address=address, port=port, directory=home)
    for number, (zone, text) in enumerate(zones.items()):
        (home / f"{number}.zone").write_text(text, encoding="latin-1")
        config += f'zone:\n  name: "{zone}"\n  zonefile: "{number}.zone"\n'
        config += "  provide-xfr: 0.0.0.0/0 NOKEY\n" if gives else ""
    (home / "nsd.conf").write_text(config)
    log = home / "log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [program(), "-d", "-c", str(home / "nsd.conf")], stdout=output, stderr=output
        )
    try:
        wait_for(lambda: _answers(Endpoint(address, port), process, log))
        yield
    finally:
        process.terminate()
        process.wait(10)


def _answers(server: Endpoint, process: subprocess.Popen[bytes], log: Path) -> bool:
    assert process.poll() is None, log.read_text()
    (reply,) = ask_each([Question("ready.invalid.", "A")], [server], 1.0)
    return reply.answer is not None
