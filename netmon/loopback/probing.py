"""Whether a loopback address carries a connection from this machine to itself.

Nothing leaves the machine: only loopback addresses are connected to, and `probe` binds a listener of its
own there first.
"""

from __future__ import annotations

import socket
import statistics
import time
from typing import NamedTuple

from netmon.engine.connect import CONNECT_S, Attempt, Outcome, connect_once, failed, family_of
from netmon.model.endpoint import Scope, scope_of

__all__ = ["CONNECT_S", "Outcome", "Probe", "connect", "probe"]

_REPEATS = 3
"""Connections per address; their median is reported, as the first one pays for cold caches."""


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


def probe(address: str, timeout_s: float = CONNECT_S) -> Probe:
    """Listen on `address` and connect to it, a few times."""
    if scope_of(address) is not Scope.LOOPBACK:
        return Probe(address, Outcome.NOT_LOOPBACK)
    deadline = time.monotonic() + timeout_s
    times: list[int] = []
    try:
        with socket.socket(family_of(address), socket.SOCK_STREAM) as listener:
            listener.bind((address, 0))
            listener.listen(_REPEATS)
            port = listener.getsockname()[1]
            for _ in range(_REPEATS):
                attempt = connect(address, port, max(0.001, deadline - time.monotonic()))
                if attempt.connect_us is None:
                    return attempt
                times.append(attempt.connect_us)
    except OSError as error:
        return _probe(address, failed(error))
    return Probe(address, Outcome.CARRIES, int(statistics.median(times)))


def connect(address: str, port: int, timeout_s: float = CONNECT_S) -> Probe:
    """Connect once to a loopback address and hang up."""
    return _probe(address, connect_once(address, port, timeout_s))


def _probe(address: str, attempt: Attempt) -> Probe:
    return Probe(address, attempt.outcome, attempt.connect_us, attempt.detail)
