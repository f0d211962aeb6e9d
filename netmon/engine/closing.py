"""The last word on a connection: its final bytes, with the peer's FIN taken out."""

from __future__ import annotations

from collections.abc import Set
from typing import NamedTuple

from netmon.model.connection import Connection, Direction
from netmon.model.endpoint import Endpoint
from netmon.model.socket import SocketRecord, SocketState

Pair = tuple[str, Endpoint, Endpoint | None]
"""Protocol, local and remote endpoint: what ties a TIME_WAIT socket or a peer's half to a connection."""

_FIN_HAS_COME = (SocketState.CLOSE_WAIT, SocketState.LAST_ACK, SocketState.CLOSING)
_FIN_TO_COME = (SocketState.FIN_WAIT1, SocketState.FIN_WAIT2)


_REMAINS = (SocketState.TIME_WAIT, SocketState.FIN_WAIT2)


def is_remains(record: SocketRecord) -> bool:
    """Whether a socket is only what the kernel keeps of a connection that is over."""
    without = record.tcp is None and record.protocol == "tcp" and record.state in _REMAINS
    return without and not record.owner.processes


class FinalBytes(NamedTuple):
    """Payload of a whole connection; None where it is not known."""

    sent: int | None
    received: int | None


def pair_of(record: SocketRecord) -> Pair:
    """The identity of a connection on the wire, as this side sees it."""
    return record.protocol, record.local, record.remote


def reverse(pair: Pair) -> Pair:
    """The same connection as the other side sees it."""
    protocol, local, remote = pair
    return (protocol, remote, local) if remote is not None else pair


def final_bytes(
    record: SocketRecord,
    direction: Direction,
    before: Connection | None,
    other_half: SocketRecord | None,
    waiting: Set[Pair],
) -> FinalBytes:
    """What a destroyed connection carried.

    Args:
        record: the socket as its destroy event describes it.
        direction: who opened it, as far as that is known.
        before: the connection as it was last polled, if ever.
        other_half: its other end, if that is on this machine and was destroyed too.
        waiting: the TIME_WAIT sockets of a poll after the event.
    """
    tcp = record.tcp
    if tcp is None:
        return _without_counters(before, other_half)
    received = tcp.bytes_received
    if received:
        received -= _counted_fin(record, direction, before, other_half, waiting)
    return FinalBytes(tcp.bytes_sent, received)


def _without_counters(before: Connection | None, other_half: SocketRecord | None) -> FinalBytes:
    """An aborted connection has lost its counters: the other half, or the last poll, still knows."""
    half = other_half.tcp if other_half is not None else None
    sent = before.bytes_sent if before is not None else None
    received = before.bytes_received if before is not None else None
    if half is not None:
        sent = half.bytes_received if sent is None else max(sent, half.bytes_received or 0)
        if received is None or (other_half is not None and not other_half.send_queue):
            received = half.bytes_sent  # of which nothing is unacknowledged: all of it had arrived
    return FinalBytes(sent, received)


def _counted_fin(
    record: SocketRecord,
    direction: Direction,
    before: Connection | None,
    other_half: SocketRecord | None,
    waiting: Set[Pair],
) -> int:
    """1 if the kernel's `bytes_received` includes the peer's FIN, else 0.

    An event does not say whether a FIN came, so it is inferred, the surest evidence first. The canonical
    ways to close are all told apart; one byte too many remains possible where a process shut down its
    sending side and read to the end of file, all between two polls, with a peer on another machine.
    """
    tcp = record.tcp
    assert tcp is not None
    if other_half is not None and other_half.tcp is not None and other_half.tcp.bytes_sent is not None:
        return 1 if tcp.bytes_received == other_half.tcp.bytes_sent + 1 else 0
    if before is not None:
        if before.socket.state in _FIN_HAS_COME:
            return 1
        if before.socket.state in _FIN_TO_COME and before.socket.inode:
            return 1  # shut down but still open: it reads on until the peer's FIN
    if not _closed_in_order(record, direction):
        return 0  # reset: no FIN came
    if pair_of(record) in waiting:
        # We closed first. The socket gave way to TIME_WAIT before the peer's FIN came, except where the
        # FIN arrived with the acknowledgement of ours: then it lies unread in the queue.
        return 1 if record.receive_queue == 1 else 0
    return 1


def _closed_in_order(record: SocketRecord, direction: Direction) -> bool:
    """Whether our own FIN was acknowledged: beyond the payload, and the SYN on the side that connected."""
    excess = record.tcp.opener_excess if record.tcp is not None else None
    if excess is None or record.send_queue:
        return False
    return excess >= (2 if direction is Direction.OUTBOUND else 1)
