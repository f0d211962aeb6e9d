"""This machine's own addresses and interfaces at one moment, for whoever asks just once."""

from __future__ import annotations

import errno
import socket
from typing import NamedTuple

from netmon.collectors.addresses import InterfaceAddress, read_interface_addresses
from netmon.collectors.links import read_tunnels
from netmon.collectors.netlink import NetlinkSocket


class HostAddresses(NamedTuple):
    """The addresses of this machine, and which of its interfaces are tunnels."""

    addresses: tuple[InterfaceAddress, ...] = ()
    tunnels: frozenset[int] = frozenset()
    """Indexes of interfaces."""


def read_host_addresses() -> HostAddresses:
    """Ask the kernel of Linux.

    Raises:
        OSError: it refused, or this is another system.
    """
    if not hasattr(socket, "AF_NETLINK"):
        raise OSError(errno.ENOSYS, "only Linux tells which of its addresses are deprecated")
    link = NetlinkSocket(socket.NETLINK_ROUTE)
    try:
        tunnels = read_tunnels(link)
        return HostAddresses(
            tuple(read_interface_addresses(link)),
            frozenset(index for index, is_one in tunnels.items() if is_one),
        )
    finally:
        link.close()
