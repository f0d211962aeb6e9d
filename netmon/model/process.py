"""Processes, and who owns a socket, or why nobody can be named."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Process(NamedTuple):
    """A running program, as far as it could be read; all text is already cleaned."""

    pid: int
    name: str
    command: tuple[str, ...] = ()
    """The command line; empty for kernel threads and where it could not be read."""
    uid: int | None = None
    user: str | None = None
    """Login name of `uid`, or None if the system knows none."""
    started_at: float | None = None
    """Start time in seconds since the epoch."""
    parent_pid: int | None = None
    unit: str | None = None
    """The systemd unit or container that the process runs in, from its cgroup."""


class OwnerReason(StrEnum):
    """Why a socket has no process beside it."""

    OTHER_USER = "other_user"
    """The socket is another user's and its process may not be read without root."""
    TIME_WAIT = "time_wait"
    """The connection is over; the kernel keeps the address pair for a minute, no process does."""
    HANDSHAKE = "handshake"
    """The connection is not accepted yet: it still belongs to the listener."""
    CLOSED = "closed"
    """The process has closed it or ended; the kernel is finishing the conversation."""
    OTHER_NAMESPACE = "other_namespace"
    """No process that can be seen here holds it: its holder lives in another PID namespace."""
    KERNEL = "kernel"
    """Held by the kernel itself (NFS, WireGuard and the like)."""
    HIDDEN = "hidden"
    """/proc is mounted with hidepid: other users' processes cannot be seen."""
    UNREADABLE = "unreadable"
    """The process refuses to be read (it changed its identity or is not dumpable)."""
    GONE = "gone"
    """It opened and closed between two polls, before its owner could be read."""
    NOT_SUPPORTED = "not_supported"
    """This platform or source does not tell."""


class Owner(NamedTuple):
    """Who holds a socket: the processes, or the reason why none can be named."""

    processes: tuple[Process, ...] = ()
    """Every process that holds the socket, lowest pid first (a prefork server has several)."""
    reason: OwnerReason | None = None
    """Set exactly when `processes` is empty."""
    uid: int | None = None
    """The user the socket belongs to, which the kernel tells even when the process is unreadable."""
    user: str | None = None
    unit: str | None = None
    """The systemd unit or container of the socket's cgroup."""
    former: tuple[Process, ...] = ()
    """Who held it while it was open, for a socket that has no process any more."""

    @property
    def process(self) -> Process | None:
        """The first holder, or None."""
        return self.processes[0] if self.processes else None

    def explain(self) -> str | None:
        """One sentence on why there is no process, or None when there is one."""
        if self.reason is None:
            return None
        return _EXPLANATIONS[self.reason].format(who=self._who()) + self._formerly()

    def _who(self) -> str:
        if self.uid is None:
            who = "an unknown user"
        else:
            who = f"uid {self.uid}" + (f" ({self.user})" if self.user else "")
        return f"{who}, {self.unit}" if self.unit else who

    def _formerly(self) -> str:
        if not self.former:
            return ""
        return "; was " + ", ".join(f"{p.name} ({p.pid})" for p in self.former)


_EXPLANATIONS = {
    OwnerReason.OTHER_USER: "belongs to {who}; naming the process needs root",
    OwnerReason.TIME_WAIT: "TIME_WAIT: the connection is over and no process holds it",
    OwnerReason.HANDSHAKE: "handshake in progress: not yet accepted by the listener",
    OwnerReason.CLOSED: "closed by its process; the kernel is finishing the conversation",
    OwnerReason.OTHER_NAMESPACE: "belongs to {who}; held in another PID namespace, or by the kernel",
    OwnerReason.KERNEL: "held by the kernel itself",
    OwnerReason.HIDDEN: "belongs to {who}; /proc hides other users' processes (hidepid)",
    OwnerReason.UNREADABLE: "belongs to {who}; a process that may not be read holds it, or the kernel",
    OwnerReason.GONE: "opened and closed between two polls, before its owner could be read",
    OwnerReason.NOT_SUPPORTED: "this source does not tell the owner",
}

NO_OWNER = Owner(reason=OwnerReason.NOT_SUPPORTED)
