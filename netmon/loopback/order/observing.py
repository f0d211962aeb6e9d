"""What getaddrinfo does with a name, in this process and, where that may be out of date, in a new one."""

from __future__ import annotations

import os
import subprocess
import sys

from netmon.loopback.resolving import resolve

OBSERVE_S = 2.0
ADDRESSES_LIMIT = 64
"""Of one name; each costs a socket."""
_OUTPUT_LIMIT = 1 << 16
_ASK = """
import socket, sys
for info in socket.getaddrinfo(sys.argv[1], 0, 0, socket.SOCK_STREAM):
    print(info[4][0] + (f"%{info[4][3]}" if any(info[4][3:]) else ""))
"""


def runs_on_glibc() -> bool:
    """Whether this process's getaddrinfo is that of glibc, the only one to read gai.conf."""
    try:
        return (os.confstr("CS_GNU_LIBC_VERSION") or "").startswith("glibc")
    except (AttributeError, OSError, ValueError):
        return False


def observe(name: str) -> tuple[str, ...]:
    """The addresses of a name in getaddrinfo's order; none if it does not answer."""
    return resolve(name, timeout_s=OBSERVE_S).zoned[:ADDRESSES_LIMIT]


def observe_afresh(name: str) -> tuple[str, ...]:
    """The same in a new process: glibc reads gai.conf once, at the first look-up of a process."""
    command = [sys.executable, "-I", "-S", "-c", _ASK, name]
    try:
        done = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=OBSERVE_S, check=True
        )
    except (OSError, ValueError, subprocess.SubprocessError):  # ValueError: a null byte in the name
        return ()
    return tuple(done.stdout[:_OUTPUT_LIMIT].decode(errors="replace").split()[:ADDRESSES_LIMIT])
