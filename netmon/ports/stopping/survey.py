"""Makes the plan for one port or one row: looks around its holders, then judges."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

from netmon.collectors import procfs
from netmon.collectors.children import descendants
from netmon.collectors.container_engines import published_ports, systemd_sockets
from netmon.engine.state import State
from netmon.model.connection import Connection, Direction
from netmon.model.process import Process
from netmon.ports.held import holding, listener_of
from netmon.ports.listeners import binding
from netmon.ports.question import PortQuestion
from netmon.ports.stopping.forwarders import container_for, forwarder_of, socket_unit_for
from netmon.ports.stopping.plan import StopPlan, Surroundings, plan_stop

Ancestors = Callable[[int], tuple[Process, ...]]
StopTarget = Connection | PortQuestion
"""A row whose holder is to be stopped, or a whole port."""

_DOCKER_UNITS = ("docker.service", "docker.socket")


def plan_for(target: StopTarget, state: State, ancestors: Ancestors) -> StopPlan:
    """The plan for a row or for a port."""
    if isinstance(target, PortQuestion):
        return plan_for_port(target, state, ancestors)
    return plan_for_row(target, state, ancestors)


def plan_for_port(question: PortQuestion, state: State, ancestors: Ancestors) -> StopPlan:
    """The plan for what takes what comes to a port; without sockets where nothing does."""
    sockets = holding(state.listeners, question)
    if not sockets:
        return StopPlan(_label(question), idle=_idle(question, state))
    protocol = sockets[0].socket.protocol
    plan = _planned(str(question._replace(protocol=protocol)), sockets, state, ancestors)
    return plan._replace(is_whole_port=question.address is None)


def _idle(question: PortQuestion, state: State) -> tuple[Connection, ...]:
    """What is bound to a port, perhaps for a connection of its own, and listens to nobody."""
    return tuple(
        row
        for row in state.listeners
        if not row.socket.serves
        and row.socket.protocol in question.protocols
        and row.socket.local.port == question.port
    )


def plan_for_row(row: Connection, state: State, ancestors: Ancestors) -> StopPlan:
    """The plan for a row: a listener's holder; of an inbound connection, that of the listener that took it.

    Of any other connection it is the process that holds its socket.
    """
    socket = row.socket
    if socket.serves:
        everyone = [one for one in state.listeners if one.socket.serves]
        same = [one for one in everyone if binding(one) == binding(row)]  # all of SO_REUSEPORT
        return _planned(_short(row), same or [row], state, ancestors)
    takes = row.direction is Direction.INBOUND and socket.protocol == "tcp"
    if takes and (listeners := listener_of(socket.local, state.listeners)):
        return _planned(_short(listeners[0]), listeners, state, ancestors)
    ends = f"{socket.local} → {socket.remote}" if socket.remote else str(socket.local)
    return _planned(f"{socket.protocol} {ends}", [row], state, ancestors, is_connection=True)


def _short(listener: Connection) -> str:
    return f"{listener.socket.local}/{listener.socket.protocol}"


def _label(question: PortQuestion) -> str:
    return str(question._replace(protocol=question.protocol or "tcp"))


def _planned(
    subject: str,
    sockets: Sequence[Connection],
    state: State,
    ancestors: Ancestors,
    *,
    is_connection: bool = False,
) -> StopPlan:
    around = _look_around(sockets, state, ancestors, is_connection)
    return plan_stop(subject, sockets, state, around, is_connection=is_connection)


def _look_around(
    sockets: Sequence[Connection], state: State, ancestors: Ancestors, is_connection: bool
) -> Surroundings:
    processes = {process.pid: process for one in sockets for process in one.owner.processes}
    own = os.getpid()
    beneath = descendants(processes, portable=state.source == "psutil")
    parents = {pid: ancestors(pid) for pid in (*processes, own)}
    around = Surroundings(_own(own), parents, beneath)
    if is_connection:
        return around
    return around._replace(
        container=_container(sockets, list(processes.values())),
        socket_unit=_socket_unit(sockets, list(processes.values())),
    )


def _own(pid: int) -> Process:
    """netmon itself; only its number and its unit matter."""
    return procfs.read_process(pid) or Process(pid, "netmon")


def _container(sockets: Sequence[Connection], processes: Sequence[Process]) -> str | None:
    """The container that publishes the port, asked only where a container's proxy seems to hold it."""
    forwarders = [forwarder_of(process) for process in processes]
    engines = {forwarder.engine for forwarder in forwarders if forwarder}
    if any(not one.owner.processes and one.owner.unit in _DOCKER_UNITS for one in sockets):
        engines.add("docker")
    local = sockets[0].socket
    for engine in sorted(engines):
        if name := container_for(published_ports(engine), local.protocol, local.local.port):
            return name
    return None


def _socket_unit(sockets: Sequence[Connection], processes: Sequence[Process]) -> str | None:
    if any(process.name == "systemd" for process in processes):
        return socket_unit_for(systemd_sockets(), sockets[0].socket.local.port)
    return None
