"""Connections straight from a dump without decoding it: how many there are where, and which ports they have.

`netmon ports` wants no more of 10,000 connections than numbers: some 10 ms instead of 250.
"""

from __future__ import annotations

import struct
import sys
from collections.abc import Collection, Iterator
from functools import lru_cache

from netmon.collectors.netlink import HEADER, NetlinkError
from netmon.collectors.sock_diag import SOCK_DIAG_BY_FAMILY

# A netlink message with inet_diag_msg: length, type; state, local port, the other port with both addresses,
# and uid with inode. Read as big-endian, so that ports come out right; the two of the header are compared
# in that form.
_MESSAGE = ">IH11xB2xH34s24x8s"
_SIZE = struct.calcsize(_MESSAGE)
_SWAPPED_KIND = int.from_bytes(SOCK_DIAG_BY_FAMILY.to_bytes(2, sys.byteorder), "big")

# Numbers of states (net/tcp_states.h).
SYN_SENT, SYN_RECV, TIME_WAIT, CLOSED, CLOSE_WAIT, NEW_SYN_RECV, BOUND = 2, 3, 6, 7, 8, 12, 13
_NOT_OPEN = frozenset({SYN_SENT, TIME_WAIT})
_MARKED = frozenset({SYN_RECV, NEW_SYN_RECV, CLOSE_WAIT})
_UNCONNECTED = frozenset({CLOSED, BOUND})

_Raw = tuple[int, int, int, int, bytes, bytes]


class RawSockets:
    """The TCP sockets of one address family that are no listeners, as far as they concern ports.

    Args:
        version: 4 or 6.
        listening: The local ports of listeners.
        ephemeral: The first and last port that the kernel lends.
    """

    def __init__(self, version: int, listening: Collection[int], ephemeral: tuple[int, int]) -> None:
        self.version = version
        self.listening = listening
        self.ephemeral = ephemeral
        self.inbound: dict[tuple[int, bytes], int] = {}
        """Open connections at the port of a listener, by port and local address."""
        self.lent: dict[bytes, tuple[list[int], list[int]]] = {}
        """Local ports of the ephemeral range without a listener, live ones and those in TIME_WAIT: by the
        remote port, the local and the remote address, as they stand in the message."""
        self.marked: list[tuple[int, int, bytes, bytes]] = []
        """State, local port, ends as in `lent`, uid with inode: of what is in CLOSE_WAIT or SYN_RECV."""
        self.bound: set[int] = set()
        """Ports of the range with a socket that is bound and neither connected nor listening."""

    def read(self, view: memoryview) -> None:
        """Take in one datagram of a dump that was asked for without counters.

        Raises:
            NetlinkError: the datagram is not netlink.
        """
        offset, length = 0, len(view)
        while offset < length:
            size, kind = _header(view, offset)
            step = (size + 3) & ~3
            if kind != SOCK_DIAG_BY_FAMILY or size < _SIZE:
                offset += step
            else:
                offset += step * self._take(_run(view, offset, step), _swapped(size))

    def _take(self, run: Iterator[_Raw], head: int) -> int:
        """Count messages until one is not as long as the first; gives their number."""
        taken = 0
        listening, (low, high) = self.listening, self.ephemeral
        inbound, lent = self.inbound, self.lent
        for length, kind, state, port, ends, holder in run:
            if length != head or kind != _SWAPPED_KIND:
                break
            taken += 1
            if state in _MARKED:
                self.marked.append((state, port, ends, holder))
            if port in listening:
                if state not in _NOT_OPEN and state not in _UNCONNECTED:
                    local = port, ends[2:18]
                    inbound[local] = inbound.get(local, 0) + 1
            elif low <= port <= high:
                if state in _UNCONNECTED:
                    self.bound.add(port)
                    continue
                if (ports := lent.get(ends)) is None:
                    ports = lent[ends] = ([], [])
                ports[state == TIME_WAIT].append(port)
        return taken


def _header(view: memoryview, offset: int) -> tuple[int, int]:
    """The length and type of the message at an offset."""
    left = len(view) - offset
    if left < HEADER.size:
        raise NetlinkError(f"netlink header cut short at byte {offset} of {len(view)}")
    size, kind, _, _, _ = HEADER.unpack_from(view, offset)
    if size < HEADER.size or size > left:
        raise NetlinkError(f"netlink message of {size} bytes at byte {offset} of {len(view)}")
    return size, kind


def _run(view: memoryview, offset: int, step: int) -> Iterator[_Raw]:
    """The messages from an offset on, as if all were as long as the first."""
    count = (len(view) - offset) // step
    if count == 0:  # the last one, without the padding of its end
        return iter([struct.unpack_from(_MESSAGE, view, offset)])
    return _padded(step).iter_unpack(view[offset : offset + count * step])


@lru_cache(maxsize=64)
def _padded(step: int) -> struct.Struct:
    return struct.Struct(f"{_MESSAGE}{step - _SIZE}x")


@lru_cache(maxsize=64)
def _swapped(size: int) -> int:
    return int.from_bytes(size.to_bytes(4, sys.byteorder), "big")
