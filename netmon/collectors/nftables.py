"""The machine's firewall rules as `nft --json list ruleset` tells them, or why they cannot be read."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from netmon.model.text import clean

if TYPE_CHECKING:
    import subprocess

DEADLINE_S = 2.0
LIMIT = 8 << 20
"""Bytes of JSON that are read; a ruleset of ten thousand rules has some two million."""
LIFE_S = 3.0
"""How long an answer is good for."""
_PLACES = (
    "/usr/sbin/nft",
    "/sbin/nft",
    "/usr/local/sbin/nft",
    "/usr/bin/nft",
    "/run/current-system/sw/bin/nft",  # NixOS
)
_CAP_NET_ADMIN = 12
"""include/uapi/linux/capability.h"""
_LEGACY = ("/proc/net/ip_tables_names", "/proc/net/ip6_tables_names")


class RulesetAnswer(NamedTuple):
    """What nft said."""

    document: Any = None
    """The parsed JSON; None where it could not be read."""
    reason: str | None = None
    """Why it could not be read."""
    remedy: str | None = None


class RulesetReader:
    """Asks nft, and again only when its last answer is some seconds old; safe to use from several threads.

    It may take DEADLINE_S: never ask it on a thread that draws.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, life_s: float = LIFE_S) -> None:
        self._clock = clock
        self._life_s = life_s
        self._lock = threading.Lock()
        self._last: tuple[float, RulesetAnswer] | None = None

    def read(self) -> RulesetAnswer:
        """The rules as they are now, or were a moment ago."""
        with self._lock:
            if self._last is None or self._clock() - self._last[0] > self._life_s:
                answer = read_ruleset()
                self._last = self._clock(), answer
            return self._last[1]


def read_ruleset(places: Sequence[str] = _PLACES, deadline_s: float = DEADLINE_S) -> RulesetAnswer:
    """Ask nft for the rules of this network namespace.

    Args:
        places: Where nft may be; PATH is not asked, as root's may name a directory of somebody else.
        deadline_s: How long it may take.
    """
    if not sys.platform.startswith("linux"):
        return RulesetAnswer(reason="netmon reads the firewall of Linux only")
    if not _may_administer():
        return RulesetAnswer(reason="needs root", remedy="run netmon as root")
    if legacy := legacy_tables():
        tables = ", ".join(legacy)
        return RulesetAnswer(reason=f"legacy iptables rules may be in force too (tables: {tables})")
    program = next((place for place in places if os.access(place, os.X_OK)), None)
    if program is None:
        return _without_nft()
    return _asked([program, "--json", "list", "ruleset"], deadline_s)


def legacy_tables(paths: Sequence[str] = _LEGACY) -> list[str]:
    """The tables of the old iptables that are in force beside nftables, which nft does not show.

    A table is listed once anything asked for it, so it may be empty. Without root they cannot be read.
    """
    found: dict[str, None] = {}
    for path in paths:
        try:
            with open(path, "rb") as file:
                found.update(dict.fromkeys(clean(file.read(4096).decode("ascii", "replace")).split()))
        except OSError:  # without the module there are no such tables
            continue
    return list(found)


def _without_nft() -> RulesetAnswer:
    return RulesetAnswer(reason="nft is not installed", remedy="install nftables")


def _may_administer(path: str = "/proc/self/status") -> bool:
    """Whether this process has CAP_NET_ADMIN, without which the kernel tells no rules."""
    try:
        with open(path, "rb") as file:
            lines = file.read(16384).splitlines()
        (effective,) = (int(line.split()[1], 16) for line in lines if line.startswith(b"CapEff:"))
    except (OSError, ValueError, IndexError):
        return os.geteuid() == 0
    return bool(effective >> _CAP_NET_ADMIN & 1)


def _asked(command: Sequence[str], deadline_s: float, limit: int = LIMIT) -> RulesetAnswer:
    import json
    import subprocess  # which a start without this question does without

    try:
        with subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            try:
                said, complaint = _output(process, deadline_s, limit)
            finally:
                process.kill()
    except TimeoutError:
        return RulesetAnswer(reason=f"nft answered nothing whole within {deadline_s:g} s")
    except OverflowError:
        return RulesetAnswer(reason=f"nft has more than {limit >> 20} MB to say")
    except OSError as error:
        return RulesetAnswer(reason=f"nft cannot be run: {clean(error.strerror or str(error), 80)}")
    try:
        return RulesetAnswer(json.loads(said))
    except (ValueError, RecursionError):
        return RulesetAnswer(reason=_complaint(complaint))


def _complaint(said: bytes) -> str:
    """What nft wrote instead of an answer, one line of it."""
    words = clean(said.decode("utf-8", "replace").strip().partition("\n")[0], 120)
    return f"nft says: {words}" if words else "nft answered no JSON"


def _output(process: subprocess.Popen[bytes], deadline_s: float, limit: int) -> tuple[bytes, bytes]:
    """What a process writes until it closes both of its streams.

    Raises:
        TimeoutError: it took longer.
        OverflowError: it wrote more.
    """
    import selectors

    streams = [stream.fileno() for stream in (process.stdout, process.stderr) if stream is not None]
    ends, parts = time.monotonic() + deadline_s, {stream: bytearray() for stream in streams}
    with selectors.DefaultSelector() as selector:
        for stream in streams:
            selector.register(stream, selectors.EVENT_READ)
        while selector.get_map():
            ready = selector.select(max(0.0, ends - time.monotonic()))
            if not ready:
                raise TimeoutError
            for key, _ in ready:
                data = os.read(key.fd, 1 << 16)
                if not data:
                    selector.unregister(key.fd)
                parts[key.fd] += data
                if len(parts[key.fd]) > limit:
                    raise OverflowError
    said, complaint = parts.values()
    return bytes(said), bytes(complaint)
