"""Who gets to a listening socket, by where it is bound."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from netmon.model.endpoint import Scope, scope_of


class Reach(NamedTuple):
    """From where a connection gets to the socket; None where that is unknown.

    A firewall may still stand in between: this is what the binding alone allows.
    """

    loopback4: bool | None
    """Programs on this machine that connect to 127.0.0.1."""
    loopback6: bool | None
    """Programs on this machine that connect to ::1."""
    lan4: bool | None
    """Other machines, over IPv4."""
    lan6: bool | None
    """Other machines, over IPv6, link-local addresses included."""

    def as_dict(self) -> dict[str, bool | None]:
        """As it stands in JSON."""
        return {"127.0.0.1": self.loopback4, "::1": self.loopback6, "lan4": self.lan4, "lan6": self.lan6}


def reach(address: str, v6only: bool | None, interface: str | None, addresses: Mapping[str, str]) -> Reach:
    """Who gets to a socket that is bound to `address`.

    Args:
        address: Where it is bound; `0.0.0.0` and `::` are every address.
        v6only: Whether an IPv6 socket refuses IPv4; None for IPv4 sockets and where unknown.
        interface: The interface it is bound to (SO_BINDTODEVICE), or None.
        addresses: This machine's addresses, each with its interface; empty if they could not be read.
    """
    is_six = ":" in address
    if scope_of(address) is not Scope.UNSPECIFIED:
        return _of_one_address(address, is_six, interface, addresses)
    present = _present(interface, addresses)
    if not is_six:
        return Reach(present.loopback4, False, present.lan4, False)
    four = _unless(v6only, present.loopback4), _unless(v6only, present.lan4)
    return Reach(four[0], present.loopback6, four[1], present.lan6)


def _of_one_address(address: str, is_six: bool, interface: str | None, addresses: Mapping[str, str]) -> Reach:
    scope = scope_of(address)
    if scope is Scope.LOOPBACK:
        # Bound to another interface as well, it hears nothing: loopback packets pass only their own.
        heard = interface is None or interface == addresses.get(address, interface)
        return Reach(heard and address == "127.0.0.1", heard and address == "::1", False, False)
    # Multicast groups are no interface's address. Any other address that this machine does not have
    # (IP_FREEBIND, or an interface that went away) is not reached.
    usable: bool | None = scope is Scope.MULTICAST or not addresses or address in addresses
    if interface is not None and addresses.get(address, interface) != interface:
        # Only packets that come in by that interface are heard, and of those by `lo` none is for it.
        usable = False if interface == "lo" else None
    return Reach(False, False, False if is_six else usable, usable if is_six else False)


def _present(interface: str | None, addresses: Mapping[str, str]) -> Reach:
    """What a socket on every address hears: the addresses that there are, on its interface."""
    if not addresses:
        return _without_addresses(interface)
    own = {a for a, name in addresses.items() if interface is None or name == interface}
    far = {":" in address for address in own if scope_of(address) is not Scope.LOOPBACK}
    return Reach("127.0.0.1" in own, "::1" in own, False in far, True in far)


def _without_addresses(interface: str | None) -> Reach:
    loopback4 = True if interface is None else None  # every machine has 127.0.0.1
    return Reach(loopback4, None, None, None)


def _unless(v6only: bool | None, heard: bool | None) -> bool | None:
    """What IPv4 hears of a socket on `::`, which is nothing if it is V6ONLY."""
    if v6only or heard is False:
        return False
    return None if v6only is None else heard
