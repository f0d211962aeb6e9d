"""When a connection was opened, as far as that can be known."""

from __future__ import annotations

from typing import NamedTuple

from netmon.engine.closing import is_remains
from netmon.model.connection import OpenedBasis
from netmon.model.snapshot import Snapshot
from netmon.model.socket import SocketRecord, SocketState, TcpInfo


class Opening(NamedTuple):
    """A time of opening (monotonic) with its basis, or only a time at which it was open already."""

    at: float | None
    basis: OpenedBasis | None
    since: float


def opening_of(record: SocketRecord, now: float, before: Snapshot | None) -> Opening:
    """Of a socket that is polled for the first time; `before` is the snapshot that did not have it."""
    tcp = record.tcp
    if tcp is not None and record.state is SocketState.ESTABLISHED:
        exact = _dated_by_silence(tcp)
        if exact is not None:
            return Opening(exact, OpenedBasis.KERNEL, exact)
    since = now if tcp is None else min(now, tcp.last_sent_at, tcp.last_received_at)
    if before is None or is_remains(record):
        return Opening(None, None, since)
    opened = now if tcp is None else max(since, before.monotonic)
    return Opening(opened, OpenedBasis.SEEN, opened)


def opening_of_unseen(record: SocketRecord, closed_at: float, before: Snapshot | None) -> Opening:
    """Of a socket that came and went between two polls."""
    tcp = record.tcp
    exact = _dated_by_silence(tcp) if tcp is not None and tcp.rtt_us is not None else None
    if exact is None:
        return Opening(None, OpenedBasis.EVENT, closed_at)
    opened = exact if before is None else max(before.began, exact)
    return Opening(opened, OpenedBasis.KERNEL, opened)


def _dated_by_silence(tcp: TcpInfo) -> float | None:
    """Until data flows in a direction, the kernel dates its last data to the opening."""
    if tcp.bytes_sent == 0:
        return tcp.last_sent_at
    if tcp.bytes_received == 0:
        return tcp.last_received_at
    return None
