"""Who gets to a listening socket by each of this machine's own addresses, and why or why not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from netmon.collectors.bindv6only import read_bindv6only
from netmon.engine.state import State
from netmon.model.endpoint import Scope, scope_of
from netmon.model.socket import SocketRecord

LOOPBACK = "lo"


class AddressReach(NamedTuple):
    """Whether one address of this machine leads to a socket, as far as its binding goes."""

    address: str
    interface: str
    reached: bool | None
    """For a loopback address by programs here, for any other by other machines too; None where unknown."""
    why: str
    """In a few words, without a full stop."""


class OwnAddresses:
    """This machine's addresses, and the reach of sockets by each; alike bindings are looked at once."""

    def __init__(self, addresses: Mapping[str, str], bindv6only: bool | None = None) -> None:
        """
        Args:
            addresses: Each with its interface; empty if they could not be read.
            bindv6only: What an IPv6 socket is by default here (net.ipv6.bindv6only), for sources that do
                not tell V6ONLY; None if that is not known either.
        """
        self._addresses = addresses
        self._bindv6only = bindv6only
        self._known: dict[tuple[str, bool | None, str | None], tuple[AddressReach, ...]] = {}

    def reach(self, socket: SocketRecord) -> tuple[AddressReach, ...]:
        """The reach of a listening TCP or unconnected UDP socket, by loopback addresses first."""
        binding = socket.local.address, socket.v6only, socket.interface
        if (known := self._known.get(binding)) is None:
            known = self._known[binding] = own_addresses(socket, self._addresses, self._bindv6only)
        return known


def addresses_of(state: State) -> OwnAddresses:
    """The addresses in a state, with this machine's default for V6ONLY where its source does not tell it."""
    # Not of a recording: the machine that it was made on had a default of its own.
    return OwnAddresses(state.addresses, read_bindv6only() if state.source == "psutil" else None)


def own_addresses(
    socket: SocketRecord, addresses: Mapping[str, str], bindv6only: bool | None = None
) -> tuple[AddressReach, ...]:
    """The reach of one socket; for the arguments see `OwnAddresses`."""
    return tuple(
        _reach_by(address, interface, socket, bindv6only)
        for address, interface in sorted(_with_bound(socket, addresses).items(), key=_order)
    )


def _with_bound(socket: SocketRecord, addresses: Mapping[str, str]) -> Mapping[str, str]:
    """The addresses and, if it is bound to another of 127.0.0.0/8, that one: all of them are its own."""
    bound = socket.local.address
    if bound in addresses or ":" in bound or scope_of(bound) is not Scope.LOOPBACK or not addresses:
        return addresses
    return {**addresses, bound: addresses.get("127.0.0.1", LOOPBACK)}


def _order(item: tuple[str, str]) -> tuple[bool, str, bool, str]:
    address, interface = item
    return scope_of(address) is not Scope.LOOPBACK, interface, ":" in address, address


def _reach_by(address: str, interface: str, socket: SocketRecord, bindv6only: bool | None) -> AddressReach:
    reached, why = _by_binding(address, socket, bindv6only)
    device = socket.interface
    if device is not None and reached is not False:
        if device == interface:
            why += f"; bound to {device}"
        else:
            reached, why = _by_other_device(address, device)
    if reached and scope_of(address) is Scope.LINK_LOCAL:
        why += f"; from the link of {interface} alone"
    return AddressReach(address, interface, reached, why)


def _by_binding(address: str, socket: SocketRecord, bindv6only: bool | None) -> tuple[bool | None, str]:
    """What the address that a socket is bound to says."""
    bound = socket.local.address
    scope = scope_of(bound)
    if scope is Scope.MULTICAST:
        return False, f"bound to the group {bound} alone"
    if scope is not Scope.UNSPECIFIED:
        return (True, "bound to it") if bound == address else (False, f"bound to {bound} alone")
    if ":" in address:
        return (True, "bound to every address") if ":" in bound else (False, "an IPv4 socket")
    if ":" not in bound:
        return True, "bound to every IPv4 address"
    return _dual(socket.v6only, bindv6only)


def _dual(v6only: bool | None, bindv6only: bool | None) -> tuple[bool | None, str]:
    """Whether a socket on `::` takes IPv4."""
    if v6only is not None:
        return (False, "V6ONLY") if v6only else (True, "bound to every address, not V6ONLY")
    if bindv6only is None:
        return None, "this source does not tell V6ONLY"
    # A program may choose otherwise: so this is what is usual here, and its basis says so.
    basis = f"by net.ipv6.bindv6only = {int(bindv6only)}, as this source does not tell V6ONLY"
    return not bindv6only, basis


def _by_other_device(address: str, device: str) -> tuple[bool | None, str]:
    """Of a socket that is bound to an interface (SO_BINDTODEVICE, socket(7)) which the address is not on.

    Packets of this machine to itself count as come in by the interface that their address is on.
    """
    if device == LOOPBACK or scope_of(address) is Scope.LOOPBACK:
        return False, f"bound to {device}"
    # Linux takes packets for any own address by any interface, and a VRF hears for those enslaved to it.
    return None, f"bound to {device}: only by packets that come in there"
