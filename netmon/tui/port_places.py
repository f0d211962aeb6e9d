"""Where in the ports tab the listener of a connection is, and the ports of a process."""

from __future__ import annotations

from netmon.engine.aggregate import ProcessRow
from netmon.engine.state import State
from netmon.model.connection import Connection, Direction
from netmon.ports.traffic import listeners_of
from netmon.tui.tabs.base import Place


def listener_place(row: Connection, state: State) -> Place | str:
    """The listener that a connection came to, or why there is none to show.

    Its port is shown where the socket has no line of its own.
    """
    found = listeners_of(row, state)
    if not found:
        return _why_none(row, state)
    socket = found[0].socket
    port = "port", socket.protocol, socket.local.port
    return Place((found[0].key, port) if len(found) == 1 else (port,), view="listeners")


def holder_place(row: ProcessRow) -> Place | str:
    """The line of a holder among the processes; the first of several."""
    if not row.owner.processes:
        return "No process can be named here."
    return Place(tuple(("holder", (process.pid,)) for process in row.owner.processes), view="processes")


def _why_none(row: Connection, state: State) -> str:
    local, remote = row.socket.local, row.socket.remote
    if row.direction is Direction.INBOUND:
        return f"The listener on port {local.port} that took it is gone."
    if remote is not None and remote.address in state.addresses:
        return f"Nothing listens on port {remote.port} here any more."
    if row.direction is Direction.OUTBOUND:
        return f"It was opened from here to {remote}: its listener is on that machine."
    return "Who opened it is not known, so neither is the listener that took it."
