"""The kinds of this machine's interfaces, from rtnetlink (linux/if_link.h, linux/if_arp.h)."""

from __future__ import annotations

import struct

from netmon.collectors.netlink import NetlinkSocket, messages

_RTM_NEWLINK = 16
_RTM_GETLINK = 18
_IFINFOMSG = struct.Struct("=BxHiII")  # family, ARPHRD_… type, index, flags, change
_TUNNELS = frozenset({768, 769, 776})  # ARPHRD_TUNNEL, ARPHRD_TUNNEL6, ARPHRD_SIT


def read_tunnels(link: NetlinkSocket) -> dict[int, bool]:
    """For each interface's index, whether it is a tunnel that carries one IP in another.

    Raises:
        OSError: the kernel refused.
    """
    found: dict[int, bool] = {}
    for view in link.dump(_RTM_GETLINK, _IFINFOMSG.pack(0, 0, 0, 0, 0)):
        found.update(decode_tunnels(view))
    return found


def decode_tunnels(data: bytes | memoryview) -> dict[int, bool]:
    """The interfaces in one datagram of an RTM_GETLINK dump.

    Raises:
        NetlinkError: `data` is not netlink.
    """
    found: dict[int, bool] = {}
    for message in messages(data, len(data)):
        if message.type == _RTM_NEWLINK and message.end - message.start >= _IFINFOMSG.size:
            _, kind, index, _, _ = _IFINFOMSG.unpack_from(data, message.start)
            found[index] = kind in _TUNNELS
    return found
