"""What starts a stopped process again, and what to stop instead; and whose session ends with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from netmon.model.finding import Finding, FindingState
from netmon.model.process import Process
from netmon.ports.supervisor import Supervisor, supervisor_of

_STOPPING = ("docker", "podman")
"""Container engines that have a command `stop` for what a cgroup calls a container."""


def supervisor_beyond(process: Process, ancestors: Sequence[Process], own: Process) -> Supervisor | None:
    """What supervises a process, beyond what netmon itself runs in.

    A unit that netmon is in as well (a login, the container it was started in) watches over no one program.

    Args:
        process: the process.
        ancestors: its parents, the nearest first.
        own: netmon itself.
    """
    if process.unit == own.unit:
        process = process._replace(unit=None)
    return supervisor_of(process, ancestors)


def again(supervisor: Supervisor | None, ancestors: Sequence[Process]) -> Iterator[Finding]:
    """That it may be started again, if it may.

    Args:
        supervisor: what supervises it.
        ancestors: its parents, the nearest first: they tell the manager of a user's own units.
    """
    if supervisor is None or not supervisor.restarts:
        return
    summary, fix = _words(supervisor, ancestors)
    evidence = supervisor.name if supervisor.pid is None else f"{supervisor.name} ({supervisor.pid})"
    yield Finding("stop-again", FindingState.WARN, summary, evidence, "the port is then held again", fix)


def _words(supervisor: Supervisor, ancestors: Sequence[Process]) -> tuple[str, str]:
    """The sentence, and what to do instead."""
    name = supervisor.name
    if supervisor.kind == "systemd":
        is_users = any(process.name == "systemd" and process.pid != 1 for process in ancestors)
        fix = f"systemctl {'--user ' if is_users else ''}stop {name}"
        return f"systemd starts it again if {name} says so (Restart=): stop the unit with `{fix}`.", fix
    engine, colon, number = name.partition(":")
    if supervisor.kind == "container" and colon:
        fix = f"{engine} stop {number}" if engine in _STOPPING else ""
        instead = f"stop that with `{fix}`" if fix else "stop that where it was started"
        return f"It runs in {engine}'s container {number}, which may start it again: {instead}.", fix
    known_as = f"{name} ({supervisor.pid})"
    return f"{known_as} starts it again when it ends: stop it there.", f"stop it with the command of {name}"


def respawning(targets: Sequence[Process], ancestors: Mapping[int, Sequence[Process]]) -> Iterator[Finding]:
    """That a parent is the same program, as the master of workers that each open the port themselves is.

    Args:
        targets: processes whose parents hold no such socket.
        ancestors: the parents of each, the nearest first.
    """
    parents = {p.pid: p for t in targets for p in ancestors.get(t.pid, ())[:1] if p.name == t.name}
    for parent in parents.values():
        summary = f"{parent.name} ({parent.pid}), the parent, is the same program and may start another one."
        yield Finding("stop-respawn", FindingState.WARN, summary)


def session(targets: Sequence[Process], own_ancestors: Sequence[Process]) -> Iterator[Finding]:
    """That netmon itself runs beneath what is to be stopped."""
    pids = {process.pid for process in targets}
    for parent in own_ancestors:
        if parent.pid in pids:
            summary = (
                f"{parent.name} ({parent.pid}) is a parent of this netmon: this session may end with it."
            )
            yield Finding("stop-session", FindingState.WARN, summary)
