"""Whether a server could bind a port now, found out by doing it; undone at once."""

from __future__ import annotations

import errno
from enum import StrEnum

from netmon.model.socket import Protocol
from netmon.ports.bind_probe import Place, refusal


class Binding(StrEnum):
    """What a bind proved."""

    POSSIBLE = "possible"
    TAKEN = "taken"
    """EADDRINUSE: by a socket that is bound but does not listen, or by connections that keep the port."""
    NOT_PROVABLE = "not_provable"
    """Not this user's to bind (a privileged port), or no address of this machine."""


def try_binding(protocol: Protocol, port: int, address: str | None = None) -> Binding:
    """Bind a port as servers do, with SO_REUSEADDR for TCP, and let go of it without listening.

    What lies in TIME_WAIT is then no hindrance (socket(7)). For UDP the option would allow sharing.

    Args:
        protocol: of the port.
        port: 1 to 65535.
        address: the one to bind; None for both wildcards, each by itself.
    """
    places = (Place("0.0.0.0"), Place("::", True)) if address is None else (Place(address),)
    refused = [refusal(port, protocol, place, protocol == "tcp") for place in places]
    if errno.EADDRINUSE in refused:
        return Binding.TAKEN
    # Otherwise there is no IPv6, or it is not allowed, or not an address of this machine.
    return Binding.POSSIBLE if None in refused else Binding.NOT_PROVABLE
