"""A network namespace of the benchmark's own, so that nobody else's sockets are measured."""

from __future__ import annotations

import ctypes
import fcntl
import os
import socket
import struct
import threading
import time
from pathlib import Path

_CLONE_NEWNET = 0x40000000
_SIOCSIFFLAGS, _IFF_UP = 0x8914, 0x1
_TIME_WAIT_S = 70.0


def isolate() -> bool:
    """Move this process, and all that it starts from now on, into a new namespace with its loopback up.

    Returns:
        Whether it was allowed to.
    """
    if ctypes.CDLL(None, use_errno=True).unshare(_CLONE_NEWNET) != 0:
        return False
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", _IFF_UP))
    return True


def time_wait_count() -> int:
    """How many TIME_WAIT sockets this namespace has (/proc/net/sockstat)."""
    for line in Path("/proc/net/sockstat").read_text().splitlines():
        if line.startswith("TCP:"):
            words = line.split()
            return int(words[words.index("tw") + 1])
    return 0


def wait_for_calm(limit_s: float = _TIME_WAIT_S) -> int:
    """Wait until the TIME_WAIT sockets of earlier loads are gone; how many are left after `limit_s`."""
    deadline, pause = time.monotonic() + limit_s, threading.Event()
    while (left := time_wait_count()) and time.monotonic() < deadline:
        pause.wait(0.25)
    return left


def namespace() -> str:
    """The name of this process's network namespace."""
    return os.readlink("/proc/self/ns/net")
