"""What an IPv6 socket is by default: for IPv6 alone, or for both families (net.ipv6.bindv6only)."""

from __future__ import annotations

import sys


def read_bindv6only(path: str = "/proc/sys/net/ipv6/bindv6only") -> bool | None:
    """Whether IPv6 sockets refuse IPv4 unless their program says otherwise; None where it cannot be read."""
    if not sys.platform.startswith("linux"):
        return None
    try:
        with open(path, "rb") as file:
            return {b"0": False, b"1": True}.get(file.read(16).strip())
    except OSError:
        return None
