"""Which listeners there were at the first poll, and which have gone since: what drift is told from."""

from __future__ import annotations

from collections.abc import Sequence
from operator import is_

from netmon.model.connection import Connection
from netmon.model.snapshot import LocalEnd
from netmon.model.socket import SocketRecord, SocketState

GONE_LIMIT = 256
"""Listeners that have gone and are remembered."""


def local_end(record: SocketRecord) -> LocalEnd:
    """Where the local end of a socket is bound."""
    return record.protocol, record.family, *record.local


def is_serving(record: SocketRecord, ephemeral: tuple[int, int]) -> bool:
    """Whether a socket without a peer counts as a listener that appears or vanishes.

    UDP has no LISTEN. A UDP socket on a port of the ephemeral range is taken for a client's: resolvers and
    browsers open and close them by the dozen, and none of them is news.
    """
    if record.protocol == "tcp":
        return record.state is SocketState.LISTEN
    return record.remote is None and not ephemeral[0] <= record.local.port <= ephemeral[1]


class ListenerLog:
    """Notes the ends that listeners are bound to, poll by poll.

    An end is gone when its *last* socket is: of several that share one (SO_REUSEPORT), each may go.
    """

    def __init__(self) -> None:
        self.first: frozenset[LocalEnd] = frozenset()
        """The ends at the first poll."""
        self.started_at: float | None = None
        """When that was, monotonic; None before."""
        self.gone: tuple[Connection, ...] = ()
        """The last to have been bound to each end that is gone, with `closed_at`; the latest last."""
        self._ends: dict[LocalEnd, Connection] = {}
        self._seen: list[Connection] = []

    def note(self, listeners: Sequence[Connection], ephemeral: tuple[int, int], now: float) -> None:
        """Take in the listeners of a poll.

        Args:
            listeners: every socket without a peer.
            ephemeral: the first and last port that the kernel lends here.
            now: the monotonic time of the poll.
        """
        if self.started_at is not None and _same(listeners, self._seen):
            return
        self._seen = list(listeners)
        ends = {local_end(row.socket): row for row in listeners if is_serving(row.socket, ephemeral)}
        if self.started_at is None:
            self.started_at, self.first = now, frozenset(ends)
        vanished = [row._replace(closed_at=now) for end, row in self._ends.items() if end not in ends]
        still_gone = [row for row in self.gone if local_end(row.socket) not in ends]
        if vanished or len(still_gone) < len(self.gone):
            self.gone = (*still_gone, *vanished)[-GONE_LIMIT:]
        self._ends = ends


def _same(listeners: Sequence[Connection], before: Sequence[Connection]) -> bool:
    """Whether these are the very same objects: then nothing has come or gone."""
    return len(listeners) == len(before) and all(map(is_, listeners, before))
