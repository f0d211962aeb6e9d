"""unbound for tests: what all of them set, so that each says only what it is about."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.resolver.daemon import find, running

_CONFIG = """
server:
  chroot: ""
  username: ""
  directory: "{directory}"
  pidfile: ""
  use-syslog: no
  verbosity: 0
  num-threads: 1
  do-not-query-localhost: no
  {server}
{rest}
remote-control:
  control-enable: no
"""


@contextmanager
def unbound(directory: Path, server: str, ready: Callable[[], bool], rest: str = "") -> Iterator[None]:
    """Run it until the end of the block; the test is skipped where it is not.

    Args:
        directory: for its files.
        server: lines of the `server:` part of its configuration: where it listens, and more.
        ready: whether it can be asked by now.
        rest: further parts.
    """
    program = find("unbound", "unbound")
    config = directory / "unbound.conf"
    config.write_text(_CONFIG.format(directory=directory, server=server, rest=rest))
    with running([program, "-d", "-p", "-c", config], ready, directory / "unbound.log"):
        yield
