"""What is on this machine: its own addresses, and the interface that a connection passes."""

from __future__ import annotations

from collections.abc import Mapping

from netmon.model.endpoint import Scope, scope_of
from netmon.model.socket import SocketRecord


def is_own(address: str, addresses: Mapping[str, str]) -> bool:
    """Whether an address is this machine's own; `addresses` are those of its interfaces."""
    return address in addresses or scope_of(address) is Scope.LOOPBACK


def interface_of(record: SocketRecord, addresses: Mapping[str, str]) -> str | None:
    """The interface that a socket is bound to, or else the one its packets pass; None if that is open."""
    if record.interface is not None:
        return record.interface
    if record.remote is not None and is_own(record.remote.address, addresses):
        # What stays on the machine passes the loopback interface, whatever address it is sent to.
        return addresses.get("127.0.0.1") or addresses.get("::1") or "lo"
    return addresses.get(record.local.address)
