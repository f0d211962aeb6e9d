"""Names of well-known ports, from this machine's services database (services(5))."""

from __future__ import annotations

import socket
from functools import lru_cache

from netmon.model.connection import Direction
from netmon.model.socket import Protocol, SocketRecord
from netmon.model.text import clean


@lru_cache(maxsize=8192)
def service_name(port: int, protocol: Protocol) -> str | None:
    """The name registered for a port, or None."""
    try:
        return clean(socket.getservbyport(port, protocol), 64)
    except (OSError, OverflowError):
        return None


def service_of(record: SocketRecord, direction: Direction) -> str | None:
    """The name of the port on the side that was connected to."""
    local = service_name(record.local.port, record.protocol)
    if record.remote is None or direction is Direction.INBOUND:
        return local
    remote = service_name(record.remote.port, record.protocol)
    return remote if direction is Direction.OUTBOUND else remote or local
