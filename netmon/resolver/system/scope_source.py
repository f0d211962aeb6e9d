"""Asks the system which sets of servers it has: resolvectl behind systemd-resolved's stub, scutil on macOS.

Only there: nobody else pays for a process. It runs beside the question to the servers.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from threading import Thread
from typing import TYPE_CHECKING, NamedTuple

from netmon.model.text import clean
from netmon.resolver.system.scopes import Scope
from netmon.resolver.transport.exchange import Deadline

if TYPE_CHECKING:
    import subprocess

STUBS = ("127.0.0.53", "127.0.0.54")
"""Where systemd-resolved listens (systemd-resolved.service(8))."""
_DEADLINE_S = 1.0
"""It takes a hundredth of that, and nobody is to wait for the ornament longer than for the answer."""
_SIZE_LIMIT = 1 << 20
"""Bytes of what the program says."""


class Source(NamedTuple):
    """A program that tells the scopes."""

    command: Sequence[str]
    parse: Callable[[str], tuple[Scope, ...]]


class Scoped(NamedTuple):
    """The scopes of this machine, or why they are not known."""

    scopes: tuple[Scope, ...] = ()
    source: str = ""
    """The command that told them."""
    error: str | None = None


def source_here(servers: Sequence[str], platform: str = sys.platform) -> Source | None:
    """Who tells the scopes of this machine; None where there is one set of servers only.

    Args:
        servers: the addresses in resolv.conf.
        platform: `sys.platform`.
    """
    if platform == "darwin":
        from netmon.resolver.system.scutil import COMMAND as SCUTIL
        from netmon.resolver.system.scutil import parse_scutil

        return Source(SCUTIL, parse_scutil)
    if platform == "linux" and any(server in STUBS for server in servers):
        from netmon.resolver.system.resolved import COMMAND as RESOLVECTL
        from netmon.resolver.system.resolved import parse_status

        return Source(RESOLVECTL, parse_status)
    return None


class Asked:
    """A question to such a program, answered on a thread of its own."""

    def __init__(self, source: Source, timeout_s: float = _DEADLINE_S) -> None:
        command = " ".join(source.command)
        self._result = Scoped(source=command, error="it was silent until the time was up")
        limit_s = max(0.0, min(timeout_s, _DEADLINE_S))
        self._thread = Thread(target=self._run, args=(source, limit_s), name="scopes", daemon=True)
        self._thread.start()

    def result(self, deadline: Deadline) -> Scoped:
        """What has come of it by then."""
        deadline.join(self._thread)
        return self._result

    def _run(self, source: Source, limit_s: float) -> None:
        self._result = ask(source, limit_s)


def ask(source: Source, deadline_s: float = _DEADLINE_S, limit: int = _SIZE_LIMIT) -> Scoped:
    """Run the program and read what it says; never raises."""
    import subprocess  # which most look-ups do without

    command = " ".join(source.command)
    try:
        with subprocess.Popen(
            source.command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env=_environment(os.environ),
        ) as process:  # fmt: skip
            try:
                said = _output(process, time.monotonic() + deadline_s, limit)
                code = process.wait(deadline_s)
            finally:
                process.kill()
    except (subprocess.TimeoutExpired, TimeoutError):
        return Scoped(source=command, error=f"it said nothing whole within {deadline_s:g} s")
    except OverflowError:
        return Scoped(source=command, error=f"it has more than {limit >> 10} kB to say")
    except OSError as error:
        return Scoped(source=command, error=clean(error.strerror or str(error), 80))
    if code != 0:
        return Scoped(source=command, error=f"it ended with {code}")
    return Scoped(source.parse(said.decode("utf-8", "replace")), command)


def _environment(ours: Mapping[str, str]) -> dict[str, str]:
    """English, in one colour, and lines as long as they are."""
    return {**ours, "LC_ALL": "C", "SYSTEMD_COLORS": "0", "COLUMNS": "10000"}


def _output(process: subprocess.Popen[bytes], ends: float, limit: int) -> bytes:
    """What a process writes until it closes its output.

    Raises:
        TimeoutError: it took longer.
        OverflowError: it wrote more.
    """
    import selectors

    assert process.stdout is not None
    said = bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while len(said) <= limit:
            if not selector.select(max(0.0, ends - time.monotonic())):
                raise TimeoutError
            data = os.read(process.stdout.fileno(), 1 << 16)
            if not data:
                return bytes(said)
            said += data
    raise OverflowError
