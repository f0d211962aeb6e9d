"""All there is to say of one port: who holds it, who is connected, where it can be bound, and why not."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import NamedTuple

from netmon.collectors.base import Collector
from netmon.collectors.namespaces import ForeignListener, foreign_listeners
from netmon.collectors.port_rules import PortRules, read_port_rules
from netmon.engine.services import service_name
from netmon.engine.state import State
from netmon.model.connection import Connection, Direction
from netmon.model.finding import Finding
from netmon.model.port_range import PortRange, port_range
from netmon.model.process import Process
from netmon.model.socket import Protocol, SocketState
from netmon.ports.answer.causes import Bind, cause_of
from netmon.ports.answer.findings import findings
from netmon.ports.answer.ground import Ground
from netmon.ports.answer.overlap import taken_at, taken_by
from netmon.ports.answer.strain import strain
from netmon.ports.answer.verdict import Verdict, verdict_of
from netmon.ports.bind_probe import Place, places_for, plain_address, probe
from netmon.ports.listeners import Listening, listening
from netmon.ports.question import PortQuestion
from netmon.ports.supervisor import Supervisor, supervisor_of

_NOT_CONNECTED = frozenset({SocketState.TIME_WAIT, SocketState.CLOSED})


class Holder(NamedTuple):
    """A process that holds a port, and where it comes from."""

    process: Process
    directory: str | None
    """The directory it works in; None where that may not be read."""
    ancestors: tuple[Process, ...]
    """Its parents, the nearest first."""
    supervisor: Supervisor | None


class PortAnswer(NamedTuple):
    """What is known of one port of one protocol."""

    port: int
    protocol: Protocol
    address: str | None
    """The one local address that was asked for; None for every one."""
    service: str | None
    range: PortRange
    sockets: tuple[Listening, ...]
    """What listens or takes datagrams there."""
    holders: tuple[Holder, ...]
    """The processes that hold these sockets, as far as they can be named, lowest pid first."""
    connections: tuple[Connection, ...]
    """Every open inbound connection to it."""
    binds: tuple[Bind, ...]
    elsewhere: tuple[ForeignListener, ...]
    """What listens on it in other network namespaces."""
    findings: tuple[Finding, ...]

    @property
    def held(self) -> bool:
        """Whether something listens on it, or takes datagrams there."""
        return bool(self.sockets)

    @property
    def verdict(self) -> Verdict:
        """In one word, what became of it."""
        return verdict_of(self.held, self.binds)

    @property
    def name(self) -> str:
        """The port as people write it: `8080/tcp`, `[::1]:53/udp`."""
        return str(PortQuestion(self.port, self.protocol, self.address))


def answers(questions: Sequence[PortQuestion], state: State, collector: Collector) -> list[PortAnswer]:
    """An answer for each port and protocol that is asked for, each once, in that order.

    Args:
        questions: what is asked.
        state: a poll of at least the sockets with these ports.
        collector: whom to ask about processes.
    """
    wanted = dict.fromkeys(
        PortQuestion(question.port, protocol, question.address)
        for question in questions
        for protocol in question.protocols
    )
    rules = read_port_rules()
    elsewhere = foreign_listeners({question.port for question in wanted})
    return [_answer(question, state, collector, rules, elsewhere) for question in wanted]


def _answer(
    question: PortQuestion,
    state: State,
    collector: Collector,
    rules: PortRules,
    elsewhere: Sequence[ForeignListener],
) -> PortAnswer:
    port, protocol = question.port, question.protocols[0]
    address = None if question.address is None else plain_address(question.address)
    rows = [row for row in (*state.listeners, *state.connections) if _is_on(row, port, protocol)]
    places = places_for(address)
    # Of `::` what takes IPv6; whether it takes IPv4 too is another matter.
    serving = [row for row in rows if row.socket.serves and (address is None or _serves(row, places[-1]))]
    sockets = tuple(listening(state, serving))
    binds = tuple(
        Bind(attempt, cause_of(attempt, rows, rules, port, state.addresses))
        for attempt in probe(port, protocol, places)
    )
    foreign = tuple(one for one in elsewhere if (one.local.port, one.protocol) == (port, protocol))
    inbound = _inbound(rows, places) if sockets else ()
    ground = Ground(port, protocol, bool(sockets), binds, foreign, rules, state.ephemeral, _uid())
    return PortAnswer(
        port,
        protocol,
        address,
        service_name(port, protocol),
        port_range(port, state.ephemeral),
        sockets,
        _holders(sockets, collector),
        inbound,
        binds,
        foreign,
        (*strain(serving, inbound, state.limits), *findings(ground)),
    )


def _is_on(row: Connection, port: int, protocol: Protocol) -> bool:
    return row.socket.local.port == port and row.socket.protocol == protocol


def _serves(row: Connection, place: Place) -> bool:
    """Whether a socket takes all that is meant."""
    return taken_by(row.socket).covers(taken_at(place))


def _uid() -> int | None:
    return os.geteuid() if hasattr(os, "geteuid") else None


def _inbound(rows: Sequence[Connection], places: Sequence[Place]) -> tuple[Connection, ...]:
    """The open connections that were opened to one of these places."""
    wanted = [taken_at(place) for place in places]
    return tuple(
        row
        for row in rows
        if row.direction is Direction.INBOUND
        and row.socket.state not in _NOT_CONNECTED
        and any(taken_by(row.socket).meets(taken) for taken in wanted)
    )


def _holders(sockets: Sequence[Listening], collector: Collector) -> tuple[Holder, ...]:
    processes = {process.pid: process for found in sockets for process in found.listener.owner.processes}
    return tuple(_holder(process, collector) for _, process in sorted(processes.items()))


def _holder(process: Process, collector: Collector) -> Holder:
    ancestors = collector.ancestors(process.pid)
    supervisor = supervisor_of(process, ancestors)
    return Holder(process, collector.working_directory(process.pid), ancestors, supervisor)
