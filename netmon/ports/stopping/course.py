"""Carries a plan out: checks everything once more, signals, and waits until it shows how that went."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

from netmon.collectors.bound import Bound, BoundSockets, open_bound
from netmon.collectors.process_handle import (
    GoneError,
    HandleError,
    ProcessHandle,
    open_handle,
)
from netmon.ports.stopping.plan import StopPlan, Target

PATIENCE_S = 5.0
"""How long a process is given to end after SIGTERM."""
_LOOK_EVERY_S = 0.01
_SLICE_S = 0.1
"""How long a wait goes on after it was given up, at most."""
_RESTART_WATCH_S = 1.0
"""How long a port that went free is watched where something is known to start its holder again."""
SIGKILL = getattr(signal, "SIGKILL", signal.SIGTERM)
"""On Windows both end a process at once."""


class StopRefusedError(Exception):
    """Nothing, or nothing more, was signalled; the message says why in one line."""


class AlreadyGoneError(StopRefusedError):
    """There was nobody left to signal."""


class Ending(StrEnum):
    """How it went."""

    FREE = "free"
    """They are gone, and nothing takes what comes to the port."""
    STILL_THERE = "still_there"
    """Some that got the signal still run, and the port is held."""
    FINISHING = "finishing"
    """The port is free, but some that got the signal still run: servers finish their connections first."""
    STILL_HELD = "still_held"
    """They are gone, but the same socket lives on in other hands."""
    HELD_AGAIN = "held_again"
    """They are gone, and another socket has taken their place."""


class Outcome(NamedTuple):
    """How it went, and what is left."""

    ending: Ending
    seconds: float
    """How long it took, or was waited for."""
    left: tuple[Target, ...] = ()
    """Those of the plan that still run."""

    @property
    def may_insist(self) -> bool:
        """Whether SIGKILL would do what the signal before has not done."""
        return bool(self.left) and self.ending not in (Ending.FREE, Ending.HELD_AGAIN)


class StopCourse:
    """One plan being carried out; closed when done.

    Args:
        plan: what to do.
        portable: through psutil also on Linux.
        open_process: gives the handles; for tests.
    """

    def __init__(
        self,
        plan: StopPlan,
        *,
        portable: bool = False,
        open_process: Callable[[int], ProcessHandle] | None = None,
    ) -> None:
        self._plan = plan
        self._open = open_process or (lambda pid: open_handle(pid, portable=portable))
        self._bound: BoundSockets = open_bound(portable=portable)
        self._handles: dict[int, ProcessHandle] = {}
        self._signalled: set[int] = set()
        self._began = time.monotonic()
        self._given_up = threading.Event()
        self._beside = self._beside_now()

    # -- the signal

    def send(self, *, kill: bool = False) -> tuple[Target, ...]:
        """Check every process of the plan once more, and only if all are as they were, signal them.

        Args:
            kill: SIGKILL, to followers as well, which a killed parent cannot end; else SIGTERM.

        Returns:
            Those that got the signal.

        Raises:
            StopRefusedError: one is no longer what it was, or may not be signalled.
            AlreadyGoneError: all have ended.
        """
        ready = [target for target in self._plan.targets if self._is_ready(target)]
        # Held fast too, to see afterwards whether they have ended.
        following = [target for target in self._plan.followers if self._is_ready(target, follows=True)]
        if kill:
            ready += following
        if not ready:
            raise AlreadyGoneError(f"{self._plan.subject}: its holder has ended meanwhile")
        self._began = time.monotonic()
        return tuple(target for target in ready if self._signal(target, SIGKILL if kill else signal.SIGTERM))

    def _is_ready(self, target: Target, *, follows: bool = False) -> bool:
        """Whether a process still runs; it is then the very one that was meant.

        One that has had a signal was checked before that, and its handle stands for no other; it may have
        closed the socket since. One that only follows and has let go of the socket is no longer concerned.
        """
        pid = target.process.pid
        if pid in self._signalled:
            return not self._handles[pid].wait(0)
        try:
            if pid not in self._handles:
                self._handles[pid] = self._open(pid)
            self._handles[pid].check(target.process, target.socket)
        except HandleError as error:
            if pid in self._handles:
                self._handles.pop(pid).close()
            if follows or isinstance(error, GoneError):
                return False
            raise StopRefusedError(f"{self._plan.subject}: nothing was signalled: {error}") from error
        return True

    def _signal(self, target: Target, number: int) -> bool:
        try:
            self._handles[target.process.pid].send(number)
        except GoneError:
            return False
        except HandleError as error:
            raise StopRefusedError(f"{self._plan.subject}: {error}") from error
        self._signalled.add(target.process.pid)
        return True

    # -- the end

    def wait(self, patience_s: float = PATIENCE_S) -> Outcome:
        """Wait until the processes have ended and the port is free of them, or patience has.

        Raises:
            CollectorError: the sockets can no longer be read.
        """
        deadline = self._began + patience_s
        for pid in self._signalled:
            if not self._has_ended(pid, deadline):
                is_free = not self._plan.is_connection and self._as_it_is() is Ending.FREE
                return self._outcome(Ending.FINISHING if is_free else Ending.STILL_THERE)
        if self._plan.is_connection:
            return self._outcome(Ending.FREE)
        while (ending := self._as_it_is()) is Ending.STILL_HELD and time.monotonic() < deadline:
            if self._given_up.wait(max(_LOOK_EVERY_S, self._bound.costs_s)):
                break
        if ending is Ending.FREE and self._is_watched():
            ending = self._watch()
        return self._outcome(ending)

    def give_up(self) -> None:
        """Let `wait` return soon, with what is so then; from any thread."""
        self._given_up.set()

    def _has_ended(self, pid: int, deadline: float) -> bool:
        """Wait for one process until then, or until it is given up."""
        while not self._handles[pid].wait(min(_SLICE_S, deadline - time.monotonic())):
            if self._given_up.is_set() or time.monotonic() >= deadline:
                return False
        return True

    def _as_it_is(self) -> Ending:
        """What of the port there is now."""
        now = self._taking()
        if not now:
            return Ending.FREE
        known = {one.socket.inode for one in self._plan.sockets} - {None}
        if any(one.inode in known for one in now):
            return Ending.STILL_HELD
        # Where there are no inodes, one of the same family and address is the same for as long as one who
        # held it runs.
        unknown = any(one.inode is None for one in now)
        return Ending.STILL_HELD if unknown and self._left() else Ending.HELD_AGAIN

    def _taking(self) -> list[Bound]:
        """The sockets at the port, without those that were beside the plan's from the beginning."""
        return [one for one in self._at_port() if (one.family, one.address, one.inode) not in self._beside]

    def _at_port(self) -> list[Bound]:
        first = self._plan.sockets[0].socket
        return self._bound.at(first.protocol, first.local.port)

    def _beside_now(self) -> frozenset[tuple[int, str, int | None]]:
        if self._plan.is_whole_port or self._plan.is_connection:
            return frozenset()
        planned = {(s.family, s.local.address, s.inode) for s, *_ in self._plan.sockets}
        there = {(one.family, one.address, one.inode) for one in self._at_port()}
        return frozenset(there - planned)

    def _is_watched(self) -> bool:
        supervisor = self._plan.supervisor
        return supervisor is not None and supervisor.restarts

    def _watch(self) -> Ending:
        until = time.monotonic() + _RESTART_WATCH_S
        while time.monotonic() < until:
            if self._given_up.wait(max(_LOOK_EVERY_S, self._bound.costs_s)):
                break
            if (ending := self._as_it_is()) is not Ending.FREE:
                return ending
        return Ending.FREE

    def _left(self) -> tuple[Target, ...]:
        known = [target for target in self._plan.holders if target.process.pid in self._handles]
        return tuple(target for target in known if not self._handles[target.process.pid].wait(0))

    def _outcome(self, ending: Ending) -> Outcome:
        return Outcome(ending, time.monotonic() - self._began, self._left())

    def close(self) -> None:
        """Let go of the processes and of the sockets."""
        for handle in self._handles.values():
            handle.close()
        self._handles.clear()
        self._bound.close()
