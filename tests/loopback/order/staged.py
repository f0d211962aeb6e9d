"""Machines and situations set up in memory."""

from __future__ import annotations

from netmon.collectors.addresses import InterfaceAddress
from netmon.collectors.host_addresses import HostAddresses
from netmon.loopback.order.candidate import Candidate
from netmon.loopback.order.gai_conf import parse
from netmon.loopback.order.situation import Situation


def own(
    address: str, index: int = 2, length: int = 64, flags: int = 0x80, peer: str | None = None
) -> InterfaceAddress:
    return InterfaceAddress(address, peer, length, index, flags)


def host(*addresses: InterfaceAddress, tunnels: tuple[int, ...] = ()) -> HostAddresses:
    return HostAddresses(addresses, frozenset(tunnels))


def situation(*candidates: Candidate, gai_conf: str = "") -> Situation:
    """One that glibc sees as it is."""
    return Situation(candidates, candidates, parse(gai_conf))
