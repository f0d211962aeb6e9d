"""What a process costs: its CPU time with all its threads, and its resident memory, from /proc."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import NamedTuple

from tests.benchmarks.figures import Series

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


class Usage(NamedTuple):
    """The cost of a process over a stretch of time."""

    share: float
    """Of one core, over the whole stretch."""
    shares: Series
    """The same for each part of it."""
    resident: Series
    """Bytes, at the end of each part."""


def cpu_s(pid: int) -> float:
    """User and system time of a process, its threads and its children that have ended."""
    # The name in parentheses may contain anything: what follows is counted from its end.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / _TICKS_PER_S


def resident_bytes(pid: int) -> int:
    """Resident memory, `VmRSS`."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0


def watch(pid: int, seconds: float, parts: int) -> Usage:
    """Measure a process for so long."""
    pause, shares, resident = threading.Event(), [], []
    began, cpu_began = time.monotonic(), cpu_s(pid)
    since, cpu_since = began, cpu_began
    for part in range(1, parts + 1):
        pause.wait(max(0.0, began + seconds * part / parts - time.monotonic()))
        now, cpu_now = time.monotonic(), cpu_s(pid)
        shares.append((cpu_now - cpu_since) / (now - since))
        resident.append(resident_bytes(pid))
        since, cpu_since = now, cpu_now
    whole = (cpu_since - cpu_began) / (since - began)
    return Usage(whole, Series.of(shares), Series.of(resident))
