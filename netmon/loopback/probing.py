"""Whether a loopback address carries a connection from this machine to itself.

Nothing leaves the machine: only loopback addresses are connected to, and `probe` binds a listener of its
own there first.
"""

from __future__ import annotations

import errno
import os
import socket
import statistics
import struct
import time
from enum import StrEnum
from typing import NamedTuple

from netmon.model.endpoint import Scope, scope_of
from netmon.model.text import clean

CONNECT_S = 1.0
_REPEATS = 3
"""Connections per address; their median is reported, as the first one pays for cold caches."""
_RESET = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)
"""`struct linger`: on, and no time to linger."""


class Outcome(StrEnum):
    """What came of one connection."""

    CARRIES = "carries a connection"
    REFUSED = "refused"
    TIMED_OUT = "timed out"
    UNREACHABLE = "unreachable"
    FORBIDDEN = "forbidden"
    NOT_HERE = "not an address of this machine"
    NO_FAMILY = "the address family is switched off"
    NOT_LOOPBACK = "not a loopback address, so not tried"
    FAILED = "failed"


class Probe(NamedTuple):
    """Whether one address carries a connection from this machine to itself."""

    address: str
    outcome: Outcome
    connect_us: int | None = None
    """Median time to connect; None when it does not."""
    detail: str = ""
    """The system's words for a failure."""

    @property
    def works(self) -> bool:
        """Whether a connection went through."""
        return self.outcome is Outcome.CARRIES


_ERRNO = {
    errno.ECONNREFUSED: Outcome.REFUSED,
    errno.ECONNRESET: Outcome.REFUSED,
    errno.ETIMEDOUT: Outcome.TIMED_OUT,
    errno.ENETUNREACH: Outcome.UNREACHABLE,
    errno.EHOSTUNREACH: Outcome.UNREACHABLE,
    errno.EACCES: Outcome.FORBIDDEN,
    errno.EPERM: Outcome.FORBIDDEN,
    errno.EADDRNOTAVAIL: Outcome.NOT_HERE,
    errno.EAFNOSUPPORT: Outcome.NO_FAMILY,
}


def probe(address: str, timeout_s: float = CONNECT_S) -> Probe:
    """Listen on `address` and connect to it, a few times."""
    if scope_of(address) is not Scope.LOOPBACK:
        return Probe(address, Outcome.NOT_LOOPBACK)
    deadline = time.monotonic() + timeout_s
    times: list[int] = []
    try:
        with socket.socket(_family(address), socket.SOCK_STREAM) as listener:
            listener.bind((address, 0))
            listener.listen(_REPEATS)
            port = listener.getsockname()[1]
            for _ in range(_REPEATS):
                attempt = connect(address, port, max(0.001, deadline - time.monotonic()))
                if attempt.connect_us is None:
                    return attempt
                times.append(attempt.connect_us)
    except OSError as error:
        return _failed(address, error)
    return Probe(address, Outcome.CARRIES, int(statistics.median(times)))


def connect(address: str, port: int, timeout_s: float = CONNECT_S) -> Probe:
    """Connect once to a loopback address and hang up."""
    try:
        with socket.socket(_family(address), socket.SOCK_STREAM) as sock:
            sock.settimeout(timeout_s)
            # Reset at the end: a check that leaves TIME_WAIT sockets behind would show up in netmon itself.
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            started = time.perf_counter_ns()
            sock.connect((address, port))
            return Probe(address, Outcome.CARRIES, (time.perf_counter_ns() - started) // 1000)
    except OSError as error:
        return _failed(address, error)


def _failed(address: str, error: OSError) -> Probe:
    timed_out = isinstance(error, TimeoutError)
    outcome = Outcome.TIMED_OUT if timed_out else _ERRNO.get(error.errno or 0, Outcome.FAILED)
    return Probe(address, outcome, detail=clean(error.strerror or str(error)))


def _family(address: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in address else socket.AF_INET
