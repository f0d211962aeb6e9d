"""Which listening ports answer the addresses of `localhost`, as far as their sockets tell."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple

from netmon.loopback.localhost import V4, V6
from netmon.model.connection import Connection
from netmon.model.endpoint import Endpoint
from netmon.model.process import Owner
from netmon.model.socket import SocketRecord, SocketState
from netmon.model.text import clean


class Answers(StrEnum):
    """How a listening port stands to the addresses of localhost."""

    COVERED = "covered"
    FIRST_REFUSED = "refused, then works"
    """By the first address of localhost; a later one works."""
    NOT_NAMED = "refused"
    """It listens on loopback, but localhost does not lead to its address."""
    NO_LOOPBACK = "not on localhost"
    """It is not meant for localhost: it listens on other addresses alone."""
    UNKNOWN = "unknown: the socket does not tell whether it takes IPv4 too"


class PortVerdict(NamedTuple):
    """One TCP port that something listens on, all its sockets together."""

    port: int
    binds: tuple[Endpoint, ...]
    owners: tuple[Owner, ...]
    answers: Answers
    works: tuple[str, ...]
    """Which of 127.0.0.1, ::1 and the addresses of localhost it answers for certain."""

    @property
    def amiss(self) -> bool:
        """Whether it answers on loopback, but not where localhost leads first."""
        return self.answers in (Answers.FIRST_REFUSED, Answers.NOT_NAMED)

    def __str__(self) -> str:
        return f"{', '.join(dict.fromkeys(map(holder, self.owners)))} on {', '.join(map(str, self.binds))}"


def judge_listeners(order: Sequence[str], listeners: Iterable[Connection]) -> tuple[PortVerdict, ...]:
    """What each listening TCP port answers when called by the addresses of localhost, by port.

    UDP is left out: a socket that is bound to no peer may be a client as well as a server.
    """
    return tuple(_judge_port(order, port, sockets) for port, sockets in by_port(listeners))


def by_port(listeners: Iterable[Connection]) -> list[tuple[int, list[Connection]]]:
    """The sockets that listen on TCP, by port, without those of netmon itself."""
    ports: defaultdict[int, list[Connection]] = defaultdict(list)
    for listener in listeners:
        if is_server(listener):
            ports[listener.socket.local.port].append(listener)
    return sorted(ports.items())


def is_server(listener: Connection) -> bool:
    """Whether a socket listens on TCP and is not netmon's own, which only a check has opened for a moment."""
    if listener.socket.protocol != "tcp" or listener.socket.state is not SocketState.LISTEN:
        return False
    return all(process.pid != os.getpid() for process in listener.owner.processes)


def _judge_port(order: Sequence[str], port: int, sockets: Sequence[Connection]) -> PortVerdict:
    reach = {a: _any([_reaches(s.socket, a) for s in sockets]) for a in dict.fromkeys((*order, V4, V6))}
    first = reach[order[0]] if order else None
    if first is None:
        answers = Answers.UNKNOWN
    elif first:
        answers = Answers.COVERED
    elif any(reach[a] for a in order):
        answers = Answers.FIRST_REFUSED
    elif any(reach.values()):
        answers = Answers.NOT_NAMED
    else:
        answers = Answers.UNKNOWN if None in reach.values() else Answers.NO_LOOPBACK
    works = tuple(a for a, reached in reach.items() if reached)
    binds, owners = tuple(s.socket.local for s in sockets), tuple(s.owner for s in sockets)
    return PortVerdict(port, binds, owners, answers, works)


def _reaches(record: SocketRecord, address: str) -> bool | None:
    """Whether a connection to loopback `address` arrives at the listener; None if it does not tell."""
    if record.interface not in (None, "lo", "lo0"):
        return False
    bound = record.local.address
    if bound == "::":
        return True if ":" in address else None if record.v6only is None else not record.v6only
    return bound == address or (bound == "0.0.0.0" and ":" not in address)


def _any(values: Sequence[bool | None]) -> bool | None:
    return True if True in values else None if None in values else False


def holder(owner: Owner) -> str:
    """Who holds a socket in a few words: `node (4711)`, a unit, `user dev`."""
    if owner.process is not None:
        return f"{clean(owner.process.name)} ({owner.process.pid})"
    user = f"user {owner.user}" if owner.user else f"uid {owner.uid}" if owner.uid is not None else None
    return clean(owner.unit or user or owner.explain() or "an unknown process")
