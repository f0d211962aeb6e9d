"""BIND's name server for tests: with zones that it gives to anybody, and zones that it gives to nobody."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.resolver.authority import Certificate
from tests.sockets import wait_for

_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin:/usr/bin"


class Named(NamedTuple):
    """A running one."""

    port: int
    tls: int


def program(name: str) -> str:
    """Where a program of Debian's packages bind9, bind9-utils or knot is; without it the test skips."""
    found = shutil.which(name, path=_PATH)
    if found is None:
        package = {"named": "bind9", "knotd": "knot"}.get(name, "bind9-utils")
        pytest.skip(f"no {name} here: apt-get install {package}")
    return found


@contextmanager
def named(
    directory: Path, given: Mapping[str, str], kept: Mapping[str, str], certificate: Certificate
) -> Iterator[Named]:
    """Serve zones (name to text of the zone file) on 127.0.0.1 until the end of the block.

    Args:
        directory: where it may write.
        given: zones that it transfers to anybody.
        kept: zones that it transfers to nobody.
        certificate: for transfers over TLS.
    """
    executable = program("named")
    running = Named(*_free_ports())
    config = _CONFIG.format(directory=directory, running=running, certificate=certificate)
    for zones, whom in ((given, "any"), (kept, "none")):
        for zone, text in zones.items():
            (directory / f"{zone}.zone").write_text(text)
            config += (
                f'zone "{zone}" {{ type primary; file "{zone}.zone"; allow-transfer {{ {whom}; }}; }};\n'
            )
    (directory / "named.conf").write_text(config)
    log = directory / "log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [executable, "-g", "-n", "1", "-c", str(directory / "named.conf")], stdout=output, stderr=output
        )
    try:
        wait_for(lambda: _runs(process, log))
        yield running
    finally:
        process.kill()
        process.wait(10)


def _runs(process: subprocess.Popen[bytes], log: Path) -> bool:
    assert process.poll() is None, log.read_text()
    return log.read_text().rstrip().endswith(" running")


def _free_ports() -> tuple[int, int]:
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        return one.getsockname()[1], other.getsockname()[1]


_CONFIG = """
tls own {{ cert-file "{certificate.path}"; key-file "{certificate.key}"; }};
options {{
  directory "{directory}"; pid-file "{directory}/pid"; session-keyfile "{directory}/session.key";
  listen-on port {running.port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }};
  listen-on port {running.tls} tls own {{ 127.0.0.1; }};
  recursion no; dnssec-validation no; transfer-format many-answers;
}};
controls {{ }};
"""
