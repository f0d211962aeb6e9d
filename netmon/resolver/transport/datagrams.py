"""DNS over UDP: each query from a port of its own, and once more after a silence; forgeries are ignored."""

from __future__ import annotations

import select
import socket
import time
from contextlib import ExitStack

from netmon.resolver.transport.exchange import SIZE_LIMIT, Deadline, Queries, Take, TransportError, Where

AGAIN_S = 1.5
"""After so long a silence a query is sent once more: one packet may have been lost."""


def exchange(where: Where, queries: Queries, take: Take, deadline: Deadline) -> None:
    """Send every query at once and take the answers as they come.

    Raises:
        TransportError, OSError: some query has no answer.
    """
    with ExitStack() as stack:
        # Connected, so that the kernel drops other senders and tells of a port that nobody serves.
        waiting = {stack.enter_context(_connected(where)): key for key in queries}
        again_at = time.monotonic() + AGAIN_S
        for sock, key in waiting.items():
            sock.send(queries[key])
        strange = False
        ready = list(waiting)  # a server nearby may have answered by now: reading costs less than looking
        while True:
            for sock in ready:
                strange |= not _took(sock, waiting, take)
            if not waiting:
                return
            try:
                wait = deadline.left()
            except TimeoutError:
                if strange:
                    raise TransportError("sent only garbage, or answers to other questions") from None
                raise
            now = time.monotonic()
            ready = select.select(list(waiting), [], [], min(wait, max(0.0, again_at - now)))[0]
            if not ready and time.monotonic() >= again_at:
                again_at = float("inf")
                for sock, key in waiting.items():
                    sock.send(queries[key])


def _took(sock: socket.socket, waiting: dict[socket.socket, int], take: Take) -> bool:
    """Read one packet, which ends the wait if it is the answer; False if it is something else."""
    try:
        wire = sock.recv(SIZE_LIMIT)
    except BlockingIOError:  # nothing yet, or its checksum was wrong, so that the kernel threw it away
        return True
    if not take(waiting[sock], wire):
        return False
    del waiting[sock]
    return True


def _connected(where: Where) -> socket.socket:
    sock = socket.socket(socket.AF_INET6 if ":" in where.address else socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.setblocking(False)
        sock.connect((where.address, where.server.port))
    except OSError:
        sock.close()
        raise
    return sock
