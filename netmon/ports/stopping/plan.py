"""What would be done to set a port free: who gets the signal, or why nobody may, and what it would break.

Pure: everything it depends on is handed over. Nothing is signalled here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from netmon.engine.state import State
from netmon.model.connection import Connection
from netmon.model.finding import Finding
from netmon.model.process import OwnerReason, Process
from netmon.model.socket import SocketRecord
from netmon.ports.stopping.again import again, respawning, session, supervisor_beyond
from netmon.ports.stopping.effects import Group, effects
from netmon.ports.stopping.forwarders import forwarder_of
from netmon.ports.supervisor import Supervisor

_MANAGER = "systemd"


class Target(NamedTuple):
    """A process, and the socket because of which it is one."""

    process: Process
    socket: SocketRecord


class Surroundings(NamedTuple):
    """What is around the holders of a socket."""

    own: Process
    """netmon itself."""
    ancestors: Mapping[int, tuple[Process, ...]] = {}
    """The parents of each holder and of netmon itself, the nearest first."""
    descendants: tuple[Process, ...] = ()
    """Every process beneath one of the holders."""
    container: str | None = None
    """The container that publishes the port, as its engine names it."""
    socket_unit: str | None = None
    """The socket unit of systemd that listens on the port."""


class StopPlan(NamedTuple):
    """Who would get the signal, and what would happen."""

    subject: str
    """`8080/tcp`, or what the one connection is."""
    sockets: tuple[Connection, ...] = ()
    """The listeners, or the one connection; empty if nothing holds the port."""
    targets: tuple[Target, ...] = ()
    """Those that get SIGTERM: of a group under one parent that holds the socket too, the parent alone."""
    followers: tuple[Target, ...] = ()
    """The other holders, which their parents are to end; SIGKILL goes to them as well."""
    effects: tuple[Finding, ...] = ()
    refusal: str | None = None
    """Why it may not be done, in one line."""
    lineage: tuple[str, ...] = ()
    """Who started those that get SIGTERM, a sentence each."""
    supervisor: Supervisor | None = None
    """What may start it again."""
    is_connection: bool = False
    """Whether it is about one connection's own process, not about a listener."""
    is_whole_port: bool = False
    """Whether every socket at the port is meant, also those that come later."""
    idle: tuple[Connection, ...] = ()
    """Where nothing listens: TCP sockets that are bound to the port all the same, perhaps a client's."""

    @property
    def holders(self) -> tuple[Target, ...]:
        """Everyone who holds the socket, those that get SIGTERM first."""
        return self.targets + self.followers


def plan_stop(
    subject: str,
    sockets: Sequence[Connection],
    state: State,
    around: Surroundings,
    *,
    is_connection: bool = False,
) -> StopPlan:
    """What would be done.

    Args:
        subject: what is to be set free, in a word.
        sockets: the sockets that are held.
        state: the state that they are from, for the connections that would break.
        around: what is around their holders.
        is_connection: whether the one socket is a connection, whose own process is meant.
    """
    held = tuple(sockets)
    holders = {target.process.pid: target for target in _holders(held)}
    targets, followers = split(holders)
    plan = StopPlan(subject, held, targets, followers, is_connection=is_connection)
    if refusal := _refusal(plan, around, state.privileged):
        return plan._replace(refusal=refusal)
    return _with_effects(plan, state, around)


def _with_effects(plan: StopPlan, state: State, around: Surroundings) -> StopPlan:
    targets = tuple(target.process for target in plan.targets)
    followers = tuple(target.process for target in plan.followers)
    group = Group(plan.subject, plan.sockets, targets, followers, plan.is_connection)
    supervisor, found = None, list(session(targets, around.ancestors.get(around.own.pid, ())))
    for process in targets:
        ancestors = around.ancestors.get(process.pid, ())
        if supervisor := supervisor_beyond(process, ancestors, around.own):
            found += again(supervisor, ancestors)
            break
    found += respawning(targets, around.ancestors)
    found += effects(group, state, around.descendants)
    lineage = _lineage([around.ancestors.get(process.pid, ()) for process in targets])
    return plan._replace(supervisor=supervisor, effects=tuple(found), lineage=lineage)


def _lineage(chains: Sequence[tuple[Process, ...]]) -> tuple[str, ...]:
    """Each chain of parents once, the nearest first."""
    different = dict.fromkeys(chain for chain in chains if chain)
    return tuple(
        "Started by " + " ← ".join(f"{p.name} ({p.pid})" for p in chain) + "." for chain in different
    )


def _holders(sockets: Sequence[Connection]) -> Iterator[Target]:
    for connection in sockets:
        for process in connection.owner.processes:
            yield Target(process, connection.socket)


def split(holders: Mapping[int, Target]) -> tuple[tuple[Target, ...], tuple[Target, ...]]:
    """Those whose parent is not a holder itself, and the rest.

    A prefork server's workers are ended by their master, and started again by it if they alone are ended;
    independent processes that share a port (SO_REUSEPORT) each have to be.
    """
    targets = tuple(t for t in holders.values() if t.process.parent_pid not in holders)
    chosen = {target.process.pid for target in targets}
    return targets, tuple(target for pid, target in holders.items() if pid not in chosen)


# -- refusals


def _refusal(plan: StopPlan, around: Surroundings, privileged: bool) -> str | None:
    """Why it may not be done: the first reason that there is."""
    processes = [target.process for target in plan.holders]
    unreadable = [connection for connection in plan.sockets if not connection.owner.processes]
    if unreadable and around.container is not None:
        return _behind("docker", plan.subject, around.container, None)
    if unreadable:
        return _nobody(plan, unreadable[0], privileged)
    for process in processes:
        if process.pid == around.own.pid:
            return f"{plan.subject} is held by netmon itself ({process.pid}), which does not stop itself"
        if refusal := _on_behalf(process, plan, around):
            return refusal
    return None


_FOR_ROOT = (OwnerReason.OTHER_USER, OwnerReason.HIDDEN, OwnerReason.UNREADABLE)
"""Reasons that root does not know."""


def _nobody(plan: StopPlan, connection: Connection, privileged: bool) -> str:
    """There is a holder, but none that can be named."""
    owner, socket = connection.owner, connection.socket
    where = f"{plan.subject} at {socket.local}" if len(plan.sockets) > 1 else plan.subject
    why = owner.explain() or "nobody can be named"
    if not privileged and owner.reason in _FOR_ROOT:
        return f"{where} {_joined(why)}; to stop it, run netmon as that user or as root (sudo)"
    if owner.reason is OwnerReason.OTHER_NAMESPACE:
        return f"{where} {_joined(why)}; stop it from there"
    return f"{where} cannot be set free: {why}"


def _joined(why: str) -> str:
    return why if why.startswith("belongs") else f"has no holder to be seen: {why}"


def _on_behalf(process: Process, plan: StopPlan, around: Surroundings) -> str | None:
    """Why a holder is not to be signalled, if it holds the socket for somebody else."""
    if process.pid == 1 or process.name == _MANAGER:
        return _socket_activated(process, plan, around)
    if forwarder := forwarder_of(process):
        name = f"{process.name} ({process.pid})"
        behind = _behind(forwarder.engine, plan.subject, around.container, forwarder.container_end)
        return f"{name} only forwards: {behind}"
    return None


def _behind(engine: str, subject: str, container: str | None, end: str | None) -> str:
    at = f" at {end}" if end else ""
    if container is None:
        port = subject.partition("/")[0].rpartition(":")[2]
        listing = f"`{engine} ps`" if engine == "podman" else f"`{engine} ps --filter publish={port}`"
        return f"{subject} is a container's{at}; find it with {listing} and stop it with `{engine} stop NAME`"
    return f"{subject} is container {container}'s{at}; stop it with `{engine} stop {container}`"


def _socket_activated(process: Process, plan: StopPlan, around: Surroundings) -> str:
    """systemd listens itself and hands the socket to the service that it starts."""
    who = f"{plan.subject} is held by {process.name} ({process.pid})"
    if process.name != _MANAGER:
        return f"{who}, the first process of this system, which netmon does not stop"
    services = [t.process.unit for t in plan.holders if t.process.unit and t.process.pid != process.pid]
    guessed = services[0].removesuffix(".service") + ".socket" if services else None
    unit = around.socket_unit or guessed or "UNIT.socket (see `systemctl list-sockets`)"
    stop = f"systemctl {'' if process.pid == 1 else '--user '}stop {unit}"
    return f"{who}, which starts a service as soon as someone connects; stop it with `{stop}`"
