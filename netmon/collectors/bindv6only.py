"""What an IPv6 socket is by default: for IPv6 alone, or for both families (net.ipv6.bindv6only)."""

from __future__ import annotations

from netmon.collectors.sysctl import ROOT, read_number


def read_bindv6only(root: str = ROOT) -> bool | None:
    """Whether IPv6 sockets refuse IPv4 unless their program says otherwise; None where it cannot be read."""
    number = read_number("net/ipv6/bindv6only", root)
    return None if number is None else bool(number)
