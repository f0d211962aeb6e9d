"""Addresses as psutil spells them, brought to the one spelling that netmon compares by."""

from __future__ import annotations

import ipaddress
import socket
import sys

import psutil

_EMBEDS_ZONE = sys.platform == "darwin" or "bsd" in sys.platform


def read_addresses() -> dict[str, str]:
    """Every address of this machine with the name of its interface."""
    families = {socket.AF_INET: 4, socket.AF_INET6: 6}
    return {
        plain_address(one.address, families[one.family]): name
        for name, all_of_it in psutil.net_if_addrs().items()
        for one in all_of_it
        if one.family in families
    }


def plain_address(text: str, family: int, embeds_zone: bool = _EMBEDS_ZONE) -> str:
    """An address without its zone; v4-mapped ones as IPv4.

    Args:
        embeds_zone: whether the system keeps the zone in the second group of a link-local address, as the
            BSDs and macOS do inside the kernel (`fe80:4::1`).
    """
    text = text.partition("%")[0]
    if text in ("", "*"):
        return "::" if family == 6 else "0.0.0.0"
    if ":" not in text:
        return text
    ip = ipaddress.IPv6Address(text)
    if ip.ipv4_mapped is not None:
        return str(ip.ipv4_mapped)
    packed = ip.packed
    if embeds_zone and (ip.is_link_local or packed[:2] in (b"\xff\x01", b"\xff\x02")):
        packed = packed[:2] + b"\0\0" + packed[4:]
    return socket.inet_ntop(socket.AF_INET6, packed)
