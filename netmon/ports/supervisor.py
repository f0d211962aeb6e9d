"""What started a process and would start it again, or ends with it: a unit, a container, a session."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from netmon.model.process import Process

SupervisorKind = Literal["systemd", "container", "process manager", "cron", "terminal", "ssh", "init"]


class Supervisor(NamedTuple):
    """What stands above a process."""

    kind: SupervisorKind
    name: str
    """The unit, the container, or the program with what it is."""
    pid: int | None = None
    """Its process, where it is one of the parents."""
    restarts: bool = False
    """Whether it is a thing that starts its processes again when they end."""


_BY_NAME: dict[str, tuple[SupervisorKind, bool]] = {
    "supervisord": ("process manager", True),
    "runsv": ("process manager", True),
    "s6-supervise": ("process manager", True),
    "circusd": ("process manager", True),
    "monit": ("process manager", True),
    "PM2": ("process manager", True),
    "forever": ("process manager", True),
    "nodemon": ("process manager", True),
    "cron": ("cron", False),
    "crond": ("cron", False),
    "atd": ("cron", False),
    "tmux": ("terminal", False),
    "screen": ("terminal", False),
    "SCREEN": ("terminal", False),
    "zellij": ("terminal", False),
    "mosh-server": ("ssh", False),
    "sshd": ("ssh", False),
    "sshd-session": ("ssh", False),
    "dropbear": ("ssh", False),
    "containerd-shim": ("container", True),
    "containerd-shim-runc-v2": ("container", True),
    "conmon": ("container", True),
}
"""Programs that are known as supervisors, and whether they start again what ends."""

_INIT_NAMES = frozenset(
    {"systemd", "init", "launchd", "openrc-init", "runit", "s6-svscan", "tini", "dumb-init"}
)


def supervisor_of(process: Process, ancestors: Sequence[Process]) -> Supervisor | None:
    """The nearest thing that supervises a process, or None if nothing known does.

    Args:
        process: the process itself; its unit comes from its cgroup.
        ancestors: its parents, the nearest first.
    """
    if found := _by_unit(process.unit):
        return found
    return next(_by_ancestry(ancestors), None)


def _by_unit(unit: str | None) -> Supervisor | None:
    """A container or a service; a `.scope` only says that somebody logged in."""
    if unit is None:
        return None
    if ":" in unit:
        return Supervisor("container", unit, restarts=True)
    return Supervisor("systemd", unit, 1, restarts=True) if unit.endswith(".service") else None


def _by_ancestry(ancestors: Sequence[Process]) -> Iterator[Supervisor]:
    for process in ancestors:
        # tmux calls itself "tmux: server", PM2 "PM2 v5.3.0: God Daemon".
        word = process.name.partition(":")[0].partition(" ")[0]
        if known := _BY_NAME.get(word):
            kind, restarts = known
            yield Supervisor(kind, word, process.pid, restarts)
        elif process.pid == 1 or word in _INIT_NAMES:
            yield Supervisor("init", word, process.pid)
