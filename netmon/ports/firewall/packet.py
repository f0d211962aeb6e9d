"""The packet that the firewall is asked about: the first one of a new connection to a port here."""

from __future__ import annotations

from enum import Enum
from typing import Literal, NamedTuple

from netmon.model.socket import Protocol


class Tracking(Enum):
    """What connection tracking knows of the packet where a chain is asked."""

    BEFORE = "not seen yet: the chain is asked before connection tracking is"
    NEW = "the first packet of a connection"
    UNKNOWN = "seen, or kept from being seen by a notrack"


class Packet(NamedTuple):
    """A new connection's first packet (a SYN for TCP), to an own unicast address of this machine.

    It comes from any source that is not forged: one that this machine would answer through the interface by
    which the packet came. Its source port, marks and time are any.
    """

    family: Literal[4, 6]
    protocol: Protocol
    port: int
    """The port it is sent to."""
    interface: str
    """The interface by which it comes in; packets of this machine to itself come by `lo`."""
    address: str | None = None
    """The address it is sent to; None for any own one."""

    @property
    def is_local(self) -> bool:
        """Whether it comes from this machine itself."""
        return self.interface == "lo"
