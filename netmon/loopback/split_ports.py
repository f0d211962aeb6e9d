"""Ports whose two loopback addresses lead to different programs: the check `split-brain`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from netmon.loopback.listeners import by_port, holder
from netmon.loopback.localhost import V4, V6
from netmon.model.connection import Connection
from netmon.model.finding import Finding, FindingState
from netmon.model.process import Owner, Process

_CHECK, _REFERENCE = "split-brain", "RFC 6724 section 6, ipv6(7)"
_NAMED = 5
_WILD = ("0.0.0.0", "::", V4, V6)


class Split(NamedTuple):
    """One TCP port, and which socket hears each loopback address of it."""

    port: int
    four: Connection
    six: Connection
    same: bool | None
    """Whether one program holds both; None if their holders cannot be told."""

    def __str__(self) -> str:
        return (
            f"port {self.port}: {V4} leads to {holder(self.four.owner)} on {self.four.socket.local}, "
            f"{V6} to {holder(self.six.owner)} on {self.six.socket.local}"
        )


def split_ports(listeners: Iterable[Connection]) -> tuple[Split, ...]:
    """The TCP ports at which different sockets hear 127.0.0.1 and ::1, by port."""
    found = []
    for port, sockets in by_port(listeners):
        four, six = _hearing(sockets, (V4, "0.0.0.0")), _hearing(sockets, (V6, "::"))
        if four is not None and six is not None:
            found.append(Split(port, four, six, same_program(four.owner, six.owner)))
    return tuple(found)


def _hearing(sockets: Sequence[Connection], binds: Sequence[str]) -> Connection | None:
    """The socket that hears connections to the first of `binds`: the kernel prefers the exact address."""
    for bind in binds:
        for listener in sockets:
            if listener.socket.local.address == bind and listener.socket.interface in (None, "lo", "lo0"):
                return listener
    return None


def same_program(one: Owner, other: Owner) -> bool | None:
    """Whether two sockets belong to one program: a process in common, or the same command line.

    What a command line says of where to listen does not count: Docker starts one `docker-proxy` for
    each family of a port.
    """
    if not one.processes or not other.processes:
        return None
    pids, others = ({p.pid for p in owner.processes} for owner in (one, other))
    children, their_children = ({p.parent_pid for p in owner.processes} for owner in (one, other))
    if pids & others or children & others or their_children & pids:
        return True
    return bool({_program(p) for p in one.processes} & {_program(p) for p in other.processes})


def _program(process: Process) -> tuple[object, ...]:
    if not process.command:
        return (process.name, process.pid)  # nothing to compare by
    return (process.name, *(word for word in process.command if word.strip("[]") not in _WILD))


def split_brain(splits: Sequence[Split]) -> Finding:
    """The judgement: does `localhost:PORT` mean one program, whichever family a client takes?"""
    apart = [split for split in splits if split.same is False]
    if apart:
        more = f"; and {len(apart) - _NAMED} more" if len(apart) > _NAMED else ""
        return Finding(
            _CHECK,
            FindingState.FAIL,
            f"localhost:{apart[0].port} is two programs: {holder(apart[0].four.owner)} over IPv4, "
            f"{holder(apart[0].six.owner)} over IPv6",
            "; ".join(map(str, apart[:_NAMED])) + more,
            why="Which of them answers depends on the client: two users of one address see different things.",
            fix=f"Move one of them to another port: netmon port {apart[0].port} tells who they are.",
            reference=_REFERENCE,
        )
    if unclear := [split for split in splits if split.same is None]:
        return Finding(
            _CHECK,
            FindingState.UNKNOWN,
            f"whether one program holds both families of port {unclear[0].port} cannot be told",
            "; ".join(map(str, unclear[:_NAMED])),
            why="Naming another user's processes needs root.",
            reference=_REFERENCE,
        )
    what = "no port is held by different programs on 127.0.0.1 and ::1"
    evidence = "; ".join(map(str, splits[:_NAMED]))
    return Finding(_CHECK, FindingState.OK, what, evidence, reference=_REFERENCE)
