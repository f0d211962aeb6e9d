"""What pressure on ports depends on, from the connections of a state, decoded or only counted."""

from __future__ import annotations

from collections.abc import Iterator

from netmon.engine.state import State
from netmon.model.connection import Connection, Direction
from netmon.model.endpoint import Endpoint
from netmon.model.pressure import ConnectionTally, Destination, LentPorts, pile_up
from netmon.model.process import Owner
from netmon.model.snapshot import LocalEnd
from netmon.model.socket import SocketState
from netmon.ports.listeners import binding

LASTING_S = 5.0
"""From this age on a connection stays in CLOSE_WAIT or SYN_RECV: a process that closes at all has closed by
then, and a peer that answers has answered, even to the second retransmission of the SYN-ACK (RFC 6298)."""


def tally_of(state: State) -> ConnectionTally:
    """The tally of a state; of its connections where the collector made none.

    Which connections are outgoing is known by their direction; where that is unknown, one whose local port
    has no listener counts as outgoing, as it does for all that are only counted.
    """
    if state.tally is not None:
        return state.tally
    low, high = state.ephemeral
    listening = {row.socket.local.port for row in state.listeners if row.socket.protocol == "tcp"}
    bound = {port for port in listening if low <= port <= high}
    lent: dict[Destination, LentPorts] = {}
    ends: dict[tuple[str, Endpoint], LentPorts] = {}
    marked: list[Connection] = []
    for row in state.connections:
        socket = row.socket
        if socket.protocol != "tcp" or socket.remote is None:
            continue
        state_now = socket.state
        if state_now is SocketState.CLOSE_WAIT or state_now is SocketState.SYN_RECV:
            marked.append(row)
        address, port = socket.local
        if not low <= port <= high:
            continue
        if row.direction is Direction.INBOUND or (row.direction is Direction.UNKNOWN and port in listening):
            bound.add(port)
            continue
        # By a plain tuple, which is made in a third of the time.
        if (ports := ends.get((address, socket.remote))) is None:
            ports = ends[address, socket.remote] = lent[Destination(address, socket.remote)] = LentPorts(
                [], []
            )
        ports[state_now is SocketState.TIME_WAIT].append(port)
    piles = pile_up(_close_wait(marked, state, listening))
    return ConnectionTally(lent, frozenset(bound), piles, _syn_recv(marked, state))


def _close_wait(
    rows: list[Connection], state: State, listening: set[int]
) -> Iterator[tuple[Owner, str, bool | None]]:
    for row in rows:
        socket = row.socket
        # Without an inode it is in the accept queue yet: its process does not know of it. psutil has none.
        if socket.state is not SocketState.CLOSE_WAIT or (socket.inode is None and not row.owner.processes):
            continue
        port = socket.local.port
        place = f"port {port}" if port in listening else f"to {socket.remote}"
        yield row.owner, place, _lasts(row, state)


def _syn_recv(rows: list[Connection], state: State) -> dict[LocalEnd, tuple[int, int | None]]:
    counts: dict[LocalEnd, tuple[int, int | None]] = {}
    for row in rows:
        if row.socket.state is SocketState.SYN_RECV:
            lasts = _lasts(row, state)
            count, lasting = counts.get(binding(row), (0, 0))
            known = None if lasts is None or lasting is None else lasting + lasts
            counts[binding(row)] = count + 1, known
    return counts


def _lasts(row: Connection, state: State) -> bool | None:
    """Whether a connection has been in its state for long; None at the first look."""
    return None if state.sequence == 1 else state.monotonic - row.changed_at >= LASTING_S
