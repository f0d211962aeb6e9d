"""One TCP connection, opened and hung up at once: what came of it, and how long it took.

To whom it may be opened is for the callers to decide: this one opens it to whatever it is given.
"""

from __future__ import annotations

import errno
import os
import socket
import struct
import time
from enum import StrEnum
from typing import NamedTuple

from netmon.model.endpoint import Scope, scope_of
from netmon.model.text import clean

CONNECT_S = 1.0
RESET = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)
"""`struct linger`: on, and no time to linger; so that what only looks leaves no TIME_WAIT sockets behind."""


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


class Attempt(NamedTuple):
    """One connection."""

    outcome: Outcome
    connect_us: int | None = None
    """Time to connect in microseconds; None when it does not."""
    detail: str = ""
    """The system's words for a failure."""


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


def connect_once(
    address: str, port: int, timeout_s: float = CONNECT_S, *, interface: str = "", to_itself: bool = False
) -> Attempt:
    """Connect once and hang up.

    Args:
        address: An IPv4 or IPv6 address.
        port: Where to.
        timeout_s: How long it may take.
        interface: The one whose link a link-local address is on.
        to_itself: Connect from the same address, which works only if it is this machine's own: nothing then
            leaves the machine, even if the address went to another one a moment ago.
    """
    try:
        with socket.socket(family_of(address), socket.SOCK_STREAM) as sock:
            sock.settimeout(timeout_s)
            # Reset at the end: a check that leaves TIME_WAIT sockets behind would show up in netmon itself.
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            target = _target(address, port, interface)
            if to_itself:
                sock.bind((address, 0, *target[2:]))
            started = time.perf_counter_ns()
            sock.connect(target)
            took_us = (time.perf_counter_ns() - started) // 1000
            # The kernel may lend the very port that is asked for: the socket then talks to itself.
            if sock.getsockname()[:2] == sock.getpeername()[:2]:
                return Attempt(Outcome.REFUSED, detail="nothing listens there")
            return Attempt(Outcome.CARRIES, took_us)
    except OSError as error:
        return failed(error)


def failed(error: OSError) -> Attempt:
    """What an error of the system says of a connection."""
    timed_out = isinstance(error, TimeoutError)
    outcome = Outcome.TIMED_OUT if timed_out else _ERRNO.get(error.errno or 0, Outcome.FAILED)
    return Attempt(outcome, detail=clean(error.strerror or str(error)))


def family_of(address: str) -> socket.AddressFamily:
    """The address family of an address."""
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def _target(address: str, port: int, interface: str) -> tuple[str | int, ...]:
    if interface and scope_of(address) is Scope.LINK_LOCAL and ":" in address:
        return address, port, 0, socket.if_nametoindex(interface)
    return address, port
