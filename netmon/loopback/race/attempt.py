"""Attempts to connect, any number at once, each with a deadline; nothing is ever sent over what they open."""

from __future__ import annotations

import errno
import os
import selectors
import socket
import time
from collections.abc import Callable
from threading import Event
from types import TracebackType
from typing import NamedTuple, Protocol

from netmon.engine.connect import RESET, Attempt, Outcome, failed, family_of
from netmon.model.endpoint import Endpoint, Scope, scope_of

_SLICE_S = 0.1
"""How long a race may go on after it was called off."""
_UNDER_WAY = {0, errno.EINPROGRESS, errno.EWOULDBLOCK, getattr(errno, "WSAEWOULDBLOCK", errno.EWOULDBLOCK)}


class Destination(NamedTuple):
    """One address that takes part."""

    endpoint: Endpoint
    interface: str = ""
    """The one whose link a link-local address is on."""

    @property
    def family(self) -> socket.AddressFamily:
        """Its address family."""
        return family_of(self.endpoint.address)

    @property
    def is_here(self) -> bool:
        """Whether a connection to it never leaves the machine."""
        return scope_of(self.endpoint.address) is Scope.LOOPBACK

    def socket_address(self) -> tuple[str | int, ...]:
        """It as connect() takes it.

        Raises:
            OSError: there is no such interface.
        """
        zone = (0, socket.if_nametoindex(self.interface)) if self.interface else ()
        return (*self.endpoint, *zone)

    def __str__(self) -> str:
        return str(self.endpoint)


class StoppedError(Exception):
    """A race was called off, or ran out of time; its text says which."""


class Network(Protocol):
    """Where attempts are made, and the clock that they are measured by."""

    def now(self) -> float:
        """Seconds on this network's clock."""

    def start(self, destination: Destination, attempt_s: float) -> None:
        """Begin to connect; after `attempt_s` the attempt has timed out."""

    def abort(self, destination: Destination) -> None:
        """Take an attempt back; nothing more is heard of it."""

    def wait(self, until: float) -> list[tuple[Destination, Attempt]]:
        """What came of attempts; returns by the time `until`, perhaps earlier with nothing.

        Raises:
            StoppedError: nobody waits for it any more.
        """


class _Open(NamedTuple):
    sock: socket.socket
    started_ns: int
    gives_up: float


def _never() -> str:
    return ""


class Sockets:
    """Attempts on the machine's own sockets. Leave its context to close them all."""

    def __init__(self, stopped: Callable[[], str] = _never) -> None:
        """Make it.

        Args:
            stopped: Why to stop, asked several times a second; empty to go on.
        """
        self._stopped = stopped
        self._selector = selectors.DefaultSelector()
        self._open: dict[Destination, _Open] = {}
        self._ended: list[tuple[Destination, Attempt]] = []
        """Those that failed before anybody waited."""

    def __enter__(self) -> Sockets:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for destination in list(self._open):
            self.abort(destination)
        self._selector.close()

    def now(self) -> float:
        """Seconds on the machine's finest clock."""
        return time.perf_counter()

    def start(self, destination: Destination, attempt_s: float) -> None:
        """Begin to connect."""
        try:
            address = destination.socket_address()
            sock = socket.socket(destination.family, socket.SOCK_STREAM)
        except OSError as error:
            self._ended.append((destination, failed(error)))
            return
        sock.setblocking(False)
        # Reset at the end: a race must leave no TIME_WAIT sockets behind, here or at the other end.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        begun = _Open(sock, time.perf_counter_ns(), self.now() + attempt_s)
        self._open[destination] = begun
        code = sock.connect_ex(address)
        if code in _UNDER_WAY:
            self._selector.register(sock, selectors.EVENT_WRITE, destination)
        else:
            self._end(destination, failed(OSError(code, os.strerror(code))))

    def abort(self, destination: Destination) -> None:
        """Close the socket of an attempt, if it is under way."""
        begun = self._open.pop(destination, None)
        if begun is None:
            return
        if begun.sock in self._selector.get_map():
            self._selector.unregister(begun.sock)
        begun.sock.close()

    def wait(self, until: float) -> list[tuple[Destination, Attempt]]:
        """What came of attempts by the time `until`, or a little earlier."""
        if reason := self._stopped():
            raise StoppedError(reason)
        if not self._ended:
            self._select(until)
        ended, self._ended = self._ended, []
        return ended

    def _select(self, until: float) -> None:
        ends = min(until, *(begun.gives_up for begun in self._open.values()), self.now() + _SLICE_S)
        left = max(0.0, ends - self.now())
        if not self._open:  # select() on Windows does not wait for nothing
            Event().wait(left)
            return
        for key, _ in self._selector.select(left):
            self._end(key.data, _result(self._open[key.data]))
        for destination, begun in list(self._open.items()):
            if self.now() >= begun.gives_up:
                self._end(destination, failed(TimeoutError(errno.ETIMEDOUT, "no answer")))

    def _end(self, destination: Destination, attempt: Attempt) -> None:
        self.abort(destination)
        self._ended.append((destination, attempt))


def _result(begun: _Open) -> Attempt:
    took_us = (time.perf_counter_ns() - begun.started_ns) // 1000
    try:
        code = begun.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            return failed(OSError(code, os.strerror(code)))
        # The kernel may lend the very port that is asked for: the socket then talks to itself.
        if begun.sock.getsockname()[:2] == begun.sock.getpeername()[:2]:
            return Attempt(Outcome.REFUSED, detail="nothing listens there")
    except OSError as error:
        return failed(error)
    return Attempt(Outcome.CARRIES, took_us)
