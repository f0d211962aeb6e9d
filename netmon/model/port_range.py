"""Which range a port number lies in."""

from __future__ import annotations

from typing import Literal

PortRange = Literal["well-known", "registered", "ephemeral"]


def port_range(port: int, ephemeral: tuple[int, int]) -> PortRange:
    """The range of a port (RFC 6335 section 6), with *this* machine's ephemeral ports.

    Args:
        port: The port number.
        ephemeral: The first and last port that the kernel lends to outgoing connections. A server on
            one of these can find its port taken; the IANA's own range (49152 and up) says nothing
            about that, so ports above the kernel's range count as registered.
    """
    if port < 1024:
        return "well-known"
    return "ephemeral" if ephemeral[0] <= port <= ephemeral[1] else "registered"
