"""Who opened a connection, and what that is known from."""

from __future__ import annotations

from typing import NamedTuple

from netmon.model.connection import Basis, Direction
from netmon.model.endpoint import Endpoint
from netmon.model.socket import SocketRecord, SocketState

_WILDCARDS = ("0.0.0.0", "::")
_REMEMBERED_LISTENERS = 16384


class Verdict(NamedTuple):
    """A direction and its basis; no basis for an unknown one."""

    direction: Direction
    basis: Basis | None


UNKNOWN = Verdict(Direction.UNKNOWN, None)
_OPPOSITE = {
    Direction.INBOUND: Direction.OUTBOUND,
    Direction.OUTBOUND: Direction.INBOUND,
    Direction.UNKNOWN: Direction.UNKNOWN,
}
_STRENGTH = {Basis.KERNEL: 4, Basis.HANDSHAKE: 3, Basis.LISTENER: 2, Basis.PORT: 1, None: 0}


def opposite(verdict: Verdict) -> Verdict:
    """What one half's verdict says of the other half, on the same basis."""
    return Verdict(_OPPOSITE[verdict.direction], verdict.basis)


def stronger(first: Verdict, second: Verdict) -> Verdict:
    """The verdict on the surer basis; the first if they are equal."""
    return second if _STRENGTH[second.basis] > _STRENGTH[first.basis] else first


class Listeners:
    """The local endpoints that have, or had, a listener in this namespace."""

    def __init__(self) -> None:
        self._endpoints: dict[tuple[str, Endpoint], SocketRecord] = {}

    def add(self, record: SocketRecord) -> None:
        """Remember a listener; the latest at an endpoint counts, and the oldest are forgotten."""
        self._endpoints[record.protocol, record.local] = record
        if len(self._endpoints) > _REMEMBERED_LISTENERS:
            del self._endpoints[next(iter(self._endpoints))]

    def at(self, protocol: str, local: Endpoint) -> SocketRecord | None:
        """The listener that takes, or took, connections to a local endpoint."""
        found = self._endpoints.get((protocol, local))
        if found is not None:
            return found
        for address in _WILDCARDS:
            found = self._endpoints.get((protocol, Endpoint(address, local.port)))
            if found is not None and _takes(found, local):
                return found
        return None


def _takes(listener: SocketRecord, local: Endpoint) -> bool:
    """Whether a wildcard listener takes connections to an address of this family."""
    is_v6 = ":" in local.address
    if listener.local.address == "0.0.0.0":
        return not is_v6
    return is_v6 or not listener.v6only


def judge(record: SocketRecord, listeners: Listeners, ephemeral: tuple[int, int]) -> Verdict:
    """The direction of a live connection on the surest basis that this one sight of it offers."""
    return (
        from_counters(record)
        or from_handshake(record)
        or from_addresses(record, listeners, ephemeral)
        or UNKNOWN
    )


def from_counters(record: SocketRecord) -> Verdict | None:
    """Basis `kernel`: only the side that connected has had a SYN acknowledged beyond its payload.

    It holds in ESTABLISHED with all acknowledged. Measured on 2,000 sockets and on 300 with 12 % packet
    loss: none wrong. Any other value (TCP Fast Open, unacknowledged data) says nothing.
    """
    tcp = record.tcp
    if tcp is None or tcp.unacked or record.state is not SocketState.ESTABLISHED:
        return None
    if tcp.opener_excess == 1:
        return Verdict(Direction.OUTBOUND, Basis.KERNEL)
    if tcp.opener_excess == 0:
        return Verdict(Direction.INBOUND, Basis.KERNEL)
    return None


def from_handshake(record: SocketRecord) -> Verdict | None:
    """Basis `handshake`: who sends the first SYN is in SYN_SENT, who answers it in SYN_RECV."""
    if record.protocol != "tcp":
        return None
    if record.state is SocketState.SYN_SENT:
        return Verdict(Direction.OUTBOUND, Basis.HANDSHAKE)
    if record.state is SocketState.SYN_RECV:
        return Verdict(Direction.INBOUND, Basis.HANDSHAKE)
    return None


def from_addresses(record: SocketRecord, listeners: Listeners, ephemeral: tuple[int, int]) -> Verdict | None:
    """Basis `listener`, else basis `port`."""
    if listeners.at(record.protocol, record.local):
        return Verdict(Direction.INBOUND, Basis.LISTENER)
    if record.remote is None:
        return None
    if record.remote.address == record.local.address and listeners.at(record.protocol, record.remote):
        return Verdict(Direction.OUTBOUND, Basis.LISTENER)  # to a listener of this machine
    low, high = ephemeral
    local, remote = low <= record.local.port <= high, low <= record.remote.port <= high
    if local and not remote:
        return Verdict(Direction.OUTBOUND, Basis.PORT)
    if remote and not local:
        return Verdict(Direction.INBOUND, Basis.PORT)
    return None


def from_final_counters(record: SocketRecord) -> Verdict | None:
    """Basis `kernel` for a destroyed socket: the excess is the opener's SYN plus the own acknowledged FIN.

    2 is an opener and 0 an acceptor; 1 is either an acceptor that closed in good order or an opener that
    was reset, so it says nothing.
    """
    tcp = record.tcp
    if tcp is None or tcp.opener_excess is None or tcp.rtt_us is None:
        return None
    if tcp.opener_excess == 2:
        return Verdict(Direction.OUTBOUND, Basis.KERNEL)
    if tcp.opener_excess == 0 and not record.send_queue:
        return Verdict(Direction.INBOUND, Basis.KERNEL)
    return None
