"""This machine's addresses by interface, from rtnetlink (linux/if_addr.h, rtnetlink(7))."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from typing import NamedTuple

from netmon.collectors.netlink import Message, NetlinkSocket, attributes, messages

_RTM_NEWADDR = 20
_RTM_GETADDR = 22
_IFA_ADDRESS = 1
_IFA_LOCAL = 2
_IFA_FLAGS = 8
_FLAGS = struct.Struct("=I")
_IFA_F_TEMPORARY, _IFA_F_OPTIMISTIC, _IFA_F_HOMEADDRESS, _IFA_F_DEPRECATED = 0x01, 0x04, 0x10, 0x20
_IFADDRMSG = struct.Struct("=BBBBI")  # family, prefix length, flags, scope, interface index
_LENGTHS = {int(socket.AF_INET): 4, int(socket.AF_INET6): 16}


class InterfaceAddress(NamedTuple):
    """One address of this machine."""

    address: str
    peer: str | None
    """The other end's address on a point-to-point link."""
    prefix_length: int
    interface_index: int
    flags: int
    """IFA_F_… of linux/if_addr.h."""

    @property
    def deprecated(self) -> bool:
        """Whether new connections are not to leave from it, or not yet: its uniqueness is not confirmed."""
        return bool(self.flags & (_IFA_F_DEPRECATED | _IFA_F_OPTIMISTIC))

    @property
    def home(self) -> bool:
        """Whether it is a mobile node's home address (RFC 6275)."""
        return bool(self.flags & _IFA_F_HOMEADDRESS)

    @property
    def temporary(self) -> bool:
        """Whether it is one of the changing addresses that hide the machine (RFC 8981)."""
        # The same bit says of an IPv4 address that it is not the first of its network.
        return ":" in self.address and bool(self.flags & _IFA_F_TEMPORARY)


def read_addresses(link: NetlinkSocket) -> dict[str, str]:
    """Every address of this machine with the name of its interface.

    Raises:
        OSError: the kernel refused.
    """
    return {one.address: name_of(one.interface_index) for one in read_interface_addresses(link)}


def read_interface_addresses(link: NetlinkSocket) -> list[InterfaceAddress]:
    """Every address of this machine with what the kernel says of it, in its order.

    Raises:
        OSError: the kernel refused.
    """
    datagrams = link.dump(_RTM_GETADDR, _IFADDRMSG.pack(0, 0, 0, 0, 0))
    return [address for view in datagrams for address in decode_interface_addresses(view)]


def decode_interface_addresses(data: bytes | memoryview) -> Iterator[InterfaceAddress]:
    """The addresses in one datagram of an RTM_GETADDR dump.

    Raises:
        NetlinkError: `data` is not netlink.
    """
    for message in messages(data, len(data)):
        if message.type == _RTM_NEWADDR and message.end - message.start >= _IFADDRMSG.size:
            found = _decode_one(data, message)
            if found is not None:
                yield found


def _decode_one(data: bytes | memoryview, message: Message) -> InterfaceAddress | None:
    family, prefix_length, flags, _, index = _IFADDRMSG.unpack_from(data, message.start)
    raw = {
        kind: bytes(data[at:stop])
        for kind, at, stop in attributes(data, message.start + _IFADDRMSG.size, message.end)
    }
    # IFA_ADDRESS is the peer's on a point-to-point link; IFA_LOCAL, where present, is ours.
    address, local = raw.get(_IFA_ADDRESS), raw.get(_IFA_LOCAL)
    ours = _text(family, local if local is not None else address)
    if ours is None:
        return None
    peer = _text(family, address)
    more = raw.get(_IFA_FLAGS, b"")
    flags = _FLAGS.unpack(more)[0] if len(more) == _FLAGS.size else flags
    return InterfaceAddress(ours, None if peer == ours else peer, prefix_length, index, flags)


def _text(family: int, raw: bytes | None) -> str | None:
    return socket.inet_ntop(family, raw) if raw is not None and len(raw) == _LENGTHS.get(family) else None


def name_of(index: int) -> str:
    """The name of an interface, or `if` and its index if it is gone."""
    return interface_name(index) or f"if{index}"


def interface_name(index: int) -> str | None:
    """The name of an interface, or None if it is gone."""
    try:
        return socket.if_indextoname(index)
    except (OSError, OverflowError):
        return None
