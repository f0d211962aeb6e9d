"""The kernel's extended TCP counters (/proc/net/netstat), of which netmon wants what listeners lost."""

from __future__ import annotations

import os

from netmon.model.pressure import ListenCounters

_PATH = "/proc/thread-self/net/netstat"  # of this thread's network namespace; /proc/net is the main thread's
_LIMIT = 1 << 16
"""Bytes; the file has some 6,000."""


def read_listen_counters(path: str = _PATH) -> ListenCounters | None:
    """What listeners of this network namespace did not take since it came up; None where no file tells."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        counters = parse_netstat(os.read(descriptor, _LIMIT))
    except OSError:
        return None
    finally:
        os.close(descriptor)
    return ListenCounters(counters.get("ListenOverflows"), counters.get("ListenDrops"))


def parse_netstat(text: bytes, group: str = "TcpExt") -> dict[str, int]:
    """The counters of one group, by name.

    The format is two lines a group (net/ipv4/proc.c, `netstat_seq_show`): `TcpExt: Name Name …` and then
    `TcpExt: 1 2 …`. What has no value, or one that is no number, is left out; a later kernel has more names.
    """
    prefix = group.encode() + b": "
    lines = [line[len(prefix) :].split() for line in text.split(b"\n") if line.startswith(prefix)]
    if len(lines) < 2:
        return {}
    return {
        name.decode("ascii", "replace"): int(value)
        for name, value in zip(lines[0], lines[1], strict=False)
        if value.isdigit() and len(value) <= 20  # of 64 bits
    }
