"""Authoritative servers for tests: nsd on loopback, one process for each address."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.resolver.daemon import answers, find, free_port, running

__all__ = ["free_port", "nsd", "program"]

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
    return find(name, "nsd")


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
    command = [program(), "-d", "-c", home / "nsd.conf"]
    with running(command, lambda: answers(address, port), log):
        yield
