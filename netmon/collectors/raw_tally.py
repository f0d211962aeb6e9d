"""What a question about ports wants of connections that were not decoded (see `accepted`)."""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

from netmon.collectors.accepted import CLOSE_WAIT, RawSockets
from netmon.collectors.sock_diag import address_text
from netmon.model.endpoint import Endpoint
from netmon.model.pressure import ConnectionTally, Destination, LentPorts, pile_up
from netmon.model.process import Owner
from netmon.model.snapshot import LocalEnd

_HOLDER = struct.Struct("=II")
_PORT = struct.Struct(">H")

OwnerOf = Callable[[int, int], Owner]
"""The owner of a socket by inode and uid."""


def local_ends(sockets: Iterable[RawSockets]) -> dict[LocalEnd, int]:
    """How many open connections there are at each local endpoint with the port of a listener."""
    return {
        ("tcp", of_family.version, address_text(address, of_family.version), port): count
        for of_family in sockets
        for (port, address), count in of_family.inbound.items()
    }


def close_wait_inodes(sockets: Iterable[RawSockets]) -> list[int]:
    """The sockets whose peer has closed, but the process has not."""
    return [
        inode
        for of_family in sockets
        for state, _, _, holder in of_family.marked
        if state == CLOSE_WAIT and (inode := _HOLDER.unpack(holder)[1])
    ]


def tally_raw(sockets: Sequence[RawSockets], owner_of: OwnerOf) -> ConnectionTally:
    """The tally of both families.

    Which side opened a connection is not known here: one whose local port lies in the ephemeral range
    and has no listener counts as outgoing.
    """
    lent: dict[Destination, LentPorts] = {}
    bound: set[int] = set()
    syn_recv: Counter[LocalEnd] = Counter()
    for of_family in sockets:
        low, high = of_family.ephemeral
        bound.update(of_family.bound, (port for port in of_family.listening if low <= port <= high))
        _add_lent(of_family, lent)
        syn_recv.update(_syn_recv(of_family))
    close_wait = [found for of_family in sockets for found in _close_wait(of_family, owner_of)]
    return ConnectionTally(
        lent,
        frozenset(bound),
        pile_up(close_wait),
        {end: (count, None) for end, count in syn_recv.items()},
    )


def _add_lent(sockets: RawSockets, lent: dict[Destination, LentPorts]) -> None:
    for ends, (live, time_wait) in sockets.lent.items():
        where = Destination(address_text(ends[2:18], sockets.version), _remote(ends, sockets.version))
        known = lent.get(where)
        if known is None:
            lent[where] = LentPorts(live, time_wait)
        else:  # an IPv6 socket with a v4-mapped peer leads to the same place
            known.live.extend(live)
            known.time_wait.extend(time_wait)


def _remote(ends: bytes, version: int) -> Endpoint:
    (port,) = _PORT.unpack_from(ends)
    return Endpoint(address_text(ends[18:], version), port)


def _close_wait(sockets: RawSockets, owner_of: OwnerOf) -> Iterator[tuple[Owner, str, bool | None]]:
    for state, port, ends, holder in sockets.marked:
        uid, inode = _HOLDER.unpack(holder)
        # Without an inode it is in the accept queue yet: its process does not know of it.
        if state == CLOSE_WAIT and inode:
            served = port in sockets.listening
            yield (
                owner_of(inode, uid),
                f"port {port}" if served else f"to {_remote(ends, sockets.version)}",
                None,
            )


def _syn_recv(sockets: RawSockets) -> Iterator[LocalEnd]:
    for state, port, ends, _ in sockets.marked:
        if state != CLOSE_WAIT:
            yield "tcp", sockets.version, address_text(ends[2:18], sockets.version), port
