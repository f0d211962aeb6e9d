"""Waits until a port is free or open, and says so within milliseconds.

The sockets of that one port are asked for again and again, at first every two milliseconds, then more and
more seldom. A real bind proves that a port is free, but could be in the way of a server that starts just
then: it is tried only when no socket is there any more, and then less often than the sockets are read.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import NamedTuple

from netmon.collectors.bound import Bound, BoundSockets
from netmon.ports.held import serving
from netmon.ports.question import PortQuestion
from netmon.ports.server_bind import Binding, try_binding

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.002, 0.02
_GROWTH = 1.1
_LARGEST_SHARE = 0.05
"""The share of a core that asking may take, where asking is dear."""
_BINDS_EVERY_S = 0.25


class Wait(NamedTuple):
    """How it ended."""

    is_so: bool
    sockets: tuple[Bound, ...] = ()
    """What took what comes to the port, at the last look."""


class PortWait:
    """One port that is waited for.

    Args:
        question: the port; TCP unless it says otherwise.
        bound: tells which sockets are there.
        clock: monotonic seconds.
        pause: waits so many seconds.
        bind: tries to bind the port.
    """

    def __init__(
        self,
        question: PortQuestion,
        bound: BoundSockets,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], object] | None = None,
        bind: Callable[..., Binding] = try_binding,
    ) -> None:
        self._port, self._address = question.port, question.address
        self._protocol = question.protocol or "tcp"
        self._bound = bound
        self._clock = clock
        self._pause = pause or threading.Event().wait
        self._bind = bind
        self._next_bind = float("-inf")

    def until(self, *, free: bool, timeout_s: float | None = None) -> Wait:
        """Wait until it is free, or else open.

        Args:
            free: whether free is what is waited for.
            timeout_s: how long at most; None for ever, 0 for one look.

        Raises:
            CollectorError: the sockets cannot be read.
        """
        deadline = None if timeout_s is None else self._clock() + timeout_s
        pause = FIRST_PAUSE_S
        while True:
            sockets = serving(self._bound.at(self._protocol, self._port), self._address)
            if (self._is_free(sockets) if free else bool(sockets)) is True:
                return Wait(True, tuple(sockets))
            left = None if deadline is None else deadline - self._clock()
            if left is not None and left <= 0:
                return Wait(False, tuple(sockets))
            chosen = max(pause, self._bound.costs_s / _LARGEST_SHARE)
            self._pause(chosen if left is None else min(chosen, left))
            pause = min(pause * _GROWTH, LONGEST_PAUSE_S)

    def _is_free(self, sockets: list[Bound]) -> bool:
        """Whether no socket is there and a server could bind; where that is not provable, the former."""
        if sockets or self._clock() < self._next_bind:
            return False
        self._next_bind = self._clock() + _BINDS_EVERY_S
        return self._bind(self._protocol, self._port, self._address) is not Binding.TAKEN
