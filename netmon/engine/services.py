"""Names of well-known ports, from this machine's services database (services(5))."""

from __future__ import annotations

import socket
from functools import lru_cache

from netmon.model.socket import Protocol
from netmon.model.text import clean


@lru_cache(maxsize=8192)
def service_name(port: int, protocol: Protocol) -> str | None:
    """The name registered for a port, or None."""
    try:
        return clean(socket.getservbyport(port, protocol), 64)
    except (OSError, OverflowError):
        return None
