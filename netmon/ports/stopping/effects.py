"""What else happens when the holder of a socket is stopped, each as a finding."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from netmon.engine.explain.words import plural
from netmon.engine.state import State
from netmon.model.connection import Connection, Direction
from netmon.model.finding import Finding, FindingState
from netmon.model.process import OwnerReason, Process
from netmon.model.socket import SocketState

_NAMED = 3
"""How many of several are named."""


class Group(NamedTuple):
    """The processes that hold a socket."""

    subject: str
    sockets: tuple[Connection, ...]
    targets: tuple[Process, ...]
    followers: tuple[Process, ...]
    is_connection: bool

    @property
    def pids(self) -> frozenset[int]:
        """All of them."""
        return frozenset(process.pid for process in self.targets + self.followers)


def effects(group: Group, state: State, descendants: Sequence[Process]) -> Iterator[Finding]:
    """What else happens when these are stopped, the most surprising first.

    Args:
        group: the processes.
        state: the state that their sockets are from.
        descendants: every process beneath one of them.
    """
    yield from _client(group)
    yield from _workers(group)
    yield from _children(group, descendants)
    yield from _connections(group, state)
    yield from _ports(group, state)


def _client(group: Group) -> Iterator[Finding]:
    if group.is_connection:
        yield Finding(
            "stop-client",
            FindingState.WARN,
            "This is the process that holds the connection itself, not one that listens for others.",
            why="what it does besides ends too",
        )


def _workers(group: Group) -> Iterator[Finding]:
    if group.followers:
        yield Finding(
            "stop-workers",
            FindingState.INFO,
            f"{_named(group.followers)} hold{'s' if len(group.followers) == 1 else ''} the socket too,"
            f" and {'is' if len(group.followers) == 1 else 'are'} left to {_named(group.targets)} to end.",
        )


def _children(group: Group, descendants: Sequence[Process]) -> Iterator[Finding]:
    others = [process for process in descendants if process.pid not in group.pids]
    if others:
        count = len(others)
        lose = "loses its parent" if count == 1 else "lose their parent"
        yield Finding(
            "stop-children",
            FindingState.WARN,
            f"{plural(count, 'process')} beneath it {lose}: {_named(others)}."
            " Such processes end with it only if it ends them.",
        )


def _connections(group: Group, state: State) -> Iterator[Finding]:
    """The connections that break: those that came in on this port, and its others."""
    taken, others = [], []
    for connection in state.connections:
        if connection.socket.state is SocketState.TIME_WAIT:
            continue
        if _came_in(connection, group):
            taken.append(connection)
        elif group.pids.intersection(process.pid for process in connection.owner.processes):
            others.append(connection)
    if taken:
        breaks = "breaks" if len(taken) == 1 else "break"
        summary = f"{plural(len(taken), 'connection')} to {group.subject} {breaks}: from {_remotes(taken)}."
        yield Finding("stop-connections", FindingState.WARN, summary)
    if others:
        more = "more " if taken else ""
        breaks = "breaks" if len(others) == 1 else "break"
        summary = f"{len(others):,} {more}of its connections {breaks}: with {_remotes(others)}."
        yield Finding("stop-others", FindingState.INFO, summary)


def _came_in(connection: Connection, group: Group) -> bool:
    """Whether it is a connection that came to the port, accepted by one of the group or not yet by anyone."""
    if group.is_connection or connection.direction is Direction.OUTBOUND:
        return False
    ports = {(one.socket.protocol, one.socket.local.port) for one in group.sockets}
    if (connection.socket.protocol, connection.socket.local.port) not in ports:
        return False
    owner = connection.owner
    waits = owner.reason is OwnerReason.HANDSHAKE
    return waits or bool(group.pids.intersection(process.pid for process in owner.processes))


def _remotes(connections: Iterable[Connection]) -> str:
    """Who is at the other end, the most frequent first."""
    names: Counter[str] = Counter()
    for connection in connections:
        peer = connection.peer.owner.process if connection.peer else None
        remote = connection.socket.remote
        names[f"{peer.name} ({peer.pid})" if peer else remote.address if remote else "nobody yet"] += 1
    return _some([f"{name} ×{count}" if count > 1 else name for name, count in names.most_common()])


def _ports(group: Group, state: State) -> Iterator[Finding]:
    """What else it listens on."""
    held = {connection.key for connection in group.sockets}
    others = {
        f"{listener.socket.local.port}/{listener.socket.protocol}": None
        for listener in state.listeners
        if listener.key not in held
        and listener.socket.serves
        and group.pids.intersection(process.pid for process in listener.owner.processes)
    }
    if others:
        free = "goes free" if len(others) == 1 else "go free"
        yield Finding("stop-ports", FindingState.INFO, f"It holds {_some(list(others))} too, which {free}.")


def _named(processes: Sequence[Process]) -> str:
    return _some([f"{process.name} ({process.pid})" for process in processes])


def _some(names: Sequence[str]) -> str:
    """The first of several, and how many more there are."""
    if len(names) > _NAMED:
        return f"{', '.join(names[:_NAMED])} and {len(names) - _NAMED:,} more"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
