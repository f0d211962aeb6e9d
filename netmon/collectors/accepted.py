"""How many connections each local endpoint has, counted straight from a dump without decoding it.

`netmon ports` wants no more of 10,000 connections than their number for each listener: 5 ms instead of 250.
"""

from __future__ import annotations

import socket
import struct
from collections import Counter

from netmon.collectors.netlink import HEADER, messages
from netmon.collectors.sock_diag import SOCK_DIAG_BY_FAMILY, address_text
from netmon.model.snapshot import LocalEnd

# Of a netlink message with inet_diag_msg: type, and the family, local port and local address of the socket.
_LOCAL_END = struct.Struct("=4xH10xB3xH2x16s")
_FAMILIES = {int(socket.AF_INET): 4, int(socket.AF_INET6): 6}

RawCounts = Counter[tuple[int, int, bytes]]
"""Address family, port in network order, address bytes."""


def count_datagram(view: memoryview, counts: RawCounts) -> None:
    """Add the sockets of one datagram of a dump that was asked for without attributes.

    Raises:
        NetlinkError: the datagram is not netlink.
    """
    for message in messages(view, len(view)):
        start = message.start - HEADER.size
        if message.end - start >= _LOCAL_END.size:
            kind, family, port, address = _LOCAL_END.unpack_from(view, start)
            if kind == SOCK_DIAG_BY_FAMILY:
                counts[family, port, address] += 1


def local_ends(counts: RawCounts) -> dict[LocalEnd, int]:
    """The counts by TCP endpoint."""
    ends: Counter[LocalEnd] = Counter()
    for (family, port, address), count in counts.items():
        version = _FAMILIES.get(family)
        if version is not None:
            ends["tcp", version, address_text(address, version), socket.ntohs(port)] += count
    return dict(ends)
