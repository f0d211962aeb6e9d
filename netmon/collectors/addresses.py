"""This machine's addresses by interface, from rtnetlink (linux/if_addr.h, rtnetlink(7))."""

from __future__ import annotations

import socket
import struct

from netmon.collectors.netlink import NetlinkSocket, attributes, messages

_RTM_NEWADDR = 20
_RTM_GETADDR = 22
_IFA_ADDRESS = 1
_IFA_LOCAL = 2
_IFADDRMSG = struct.Struct("=BBBBI")  # family, prefix length, flags, scope, interface index
_LENGTHS = {int(socket.AF_INET): 4, int(socket.AF_INET6): 16}


def read_addresses(link: NetlinkSocket) -> dict[str, str]:
    """Every address of this machine with the name of its interface.

    Raises:
        OSError: the kernel refused.
    """
    found: dict[str, str] = {}
    for view in link.dump(_RTM_GETADDR, _IFADDRMSG.pack(0, 0, 0, 0, 0)):
        found.update(decode_addresses(view))
    return found


def decode_addresses(data: bytes | memoryview) -> dict[str, str]:
    """The addresses in one datagram of an RTM_GETADDR dump.

    Raises:
        NetlinkError: `data` is not netlink.
    """
    found: dict[str, str] = {}
    for message in messages(data, len(data)):
        if message.type != _RTM_NEWADDR or message.end - message.start < _IFADDRMSG.size:
            continue
        family, _, _, _, index = _IFADDRMSG.unpack_from(data, message.start)
        raw: bytes | None = None
        for kind, at, stop in attributes(data, message.start + _IFADDRMSG.size, message.end):
            # IFA_ADDRESS is the peer's on a point-to-point link; IFA_LOCAL, where present, is ours.
            if kind == _IFA_LOCAL or (kind == _IFA_ADDRESS and raw is None):
                raw = bytes(data[at:stop])
        if raw is not None and len(raw) == _LENGTHS.get(family):
            found[socket.inet_ntop(family, raw)] = interface_name(index) or f"if{index}"
    return found


def interface_name(index: int) -> str | None:
    """The name of an interface, or None if it is gone."""
    try:
        return socket.if_indextoname(index)
    except (OSError, OverflowError):
        return None
