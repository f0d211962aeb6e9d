"""BIND's name server for tests: with zones that it gives to anybody, and zones that it gives to nobody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.resolver.authority import Certificate
from tests.resolver.daemon import find, free_ports, running


class Named(NamedTuple):
    """A running one."""

    port: int
    tls: int


def program(name: str) -> str:
    """Where a program of Debian's packages bind9 or bind9-utils is; without it the test skips."""
    return find(name, "bind9" if name == "named" else "bind9-utils")


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
    ports = Named(*free_ports(2))
    config = _CONFIG.format(directory=directory, running=ports, certificate=certificate)
    for zones, whom in ((given, "any"), (kept, "none")):
        for zone, text in zones.items():
            (directory / f"{zone}.zone").write_text(text)
            config += (
                f'zone "{zone}" {{ type primary; file "{zone}.zone"; allow-transfer {{ {whom}; }}; }};\n'
            )
    (directory / "named.conf").write_text(config)
    log = directory / "log"
    command = [executable, "-g", "-n", "1", "-c", directory / "named.conf"]
    with running(command, lambda: log.read_text().rstrip().endswith(" running"), log):
        yield ports


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
