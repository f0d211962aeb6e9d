"""What is wrong at a port that is held: its server does not accept, or does not close."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from netmon.model.connection import Connection
from netmon.model.finding import Finding, FindingState
from netmon.model.pressure import PortLimits, pile_up
from netmon.model.socket import SocketState
from netmon.ports.pressure.leftovers import left_open
from netmon.ports.pressure.queues import filling_queues


def strain(
    listeners: Sequence[Connection], inbound: Sequence[Connection], limits: PortLimits | None
) -> tuple[Finding, ...]:
    """The judgements of pressure on one port, as warnings in whole sentences.

    Args:
        listeners: what listens on it.
        inbound: the connections that came to it.
        limits: what the kernel allows.
    """
    waiting = [row for row in listeners if row.socket.state is SocketState.LISTEN]
    return tuple(map(_as_warning, (*filling_queues(waiting, limits), *_leaks(inbound))))


def _leaks(inbound: Sequence[Connection]) -> Iterator[Finding]:
    """Without an inode it is in the accept queue, and its process does not know of it. psutil has none."""
    closing = (
        (row.owner, f"port {row.socket.local.port}", None)
        for row in inbound
        if row.socket.state is SocketState.CLOSE_WAIT
        and (row.socket.inode is not None or row.owner.processes)
    )
    yield from left_open(pile_up(closing))


def _as_warning(finding: Finding) -> Finding:
    """In the words of an answer; nothing stands in the way of a bind here but the server itself."""
    summary = finding.summary
    if summary.startswith("the "):  # else it begins with the name of a process, which stays as it is
        summary = "T" + summary[1:]
    return finding._replace(state=FindingState.WARN, summary=f"{summary}.")
