"""Which source address the kernel would give each destination, and what is known of it."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from netmon.collectors.addresses import InterfaceAddress
from netmon.collectors.host_addresses import HostAddresses
from netmon.loopback.order.candidate import Candidate
from netmon.loopback.order.policy import bits_of

_DISCARD = 9
"""A port for sockets that send nothing: some systems refuse to connect to port 0."""
_V4_LOOPBACK = 127 << 24 | 0xFFFF << 32


class Facts(NamedTuple):
    """What is known of one of this machine's addresses."""

    prefix_length: int | None = None
    deprecated: bool = False
    home: bool = False
    native: bool = True
    interface: int | None = None


def find_sources(destinations: Iterable[str]) -> dict[str, str | None]:
    """The source address for each destination; None for what cannot be reached. Nothing is sent.

    A source is no proof of connectivity: with a default route and no address of global scope it is `::1`.
    """
    return {destination: _source_for(destination) for destination in dict.fromkeys(destinations)}


def _source_for(destination: str) -> str | None:
    """What an unsent UDP packet would carry: connect(2) chooses the source and sends nothing."""
    family = socket.AF_INET6 if ":" in destination else socket.AF_INET
    with contextlib.suppress(OSError, ValueError), socket.socket(family, socket.SOCK_DGRAM) as sock:
        sock.connect(_socket_address(destination))
        return str(sock.getsockname()[0]).partition("%")[0]
    return None


def _socket_address(destination: str) -> tuple[str, int] | tuple[str, int, int, int]:
    """What connect() takes; the zone, a name or a number, goes into a field of its own."""
    address, _, zone = destination.partition("%")
    if not zone:
        return address, _DISCARD
    return address, _DISCARD, 0, int(zone) if zone.isdecimal() else socket.if_nametoindex(zone)


def true_facts(host: HostAddresses) -> dict[str, Facts]:
    """What the kernel says of each of this machine's addresses."""
    return {one.address: _facts(one, host) for one in host.addresses}


def _facts(one: InterfaceAddress, host: HostAddresses) -> Facts:
    return Facts(
        one.prefix_length,
        one.deprecated,
        one.home,
        one.interface_index not in host.tunnels,
        one.interface_index,
    )


def glibc_facts(host: HostAddresses) -> dict[str, Facts]:
    """The same as glibc sees it (sysdeps/unix/sysv/linux/check_pf.c), which is not quite the same.

    Without any IPv6 address but ::1 it throws the list away. On a point-to-point link it takes the peer's
    address for ours. And an interface that it does not know counts as a tunnel.
    """
    if all(bits_of(one.peer or one.address) == 1 for one in host.addresses if ":" in one.address):
        return {}
    listed = sorted(host.addresses, key=_glibc_key)
    return {one.peer or one.address: _facts(_search(listed, _glibc_key(one)), host) for one in listed}


def _glibc_key(one: InterfaceAddress) -> int:
    return bits_of(one.peer or one.address)


def _search(listed: Sequence[InterfaceAddress], key: int) -> InterfaceAddress:
    """bsearch(3) as glibc has it: of an address that two interfaces hold it finds this one, not that."""
    low, high = 0, len(listed)
    while True:
        middle = (low + high) // 2
        found = _glibc_key(listed[middle])
        if found == key:
            return listed[middle]
        low, high = (low, middle) if key < found else (middle + 1, high)


def describe(
    destinations: Sequence[str], sources: Mapping[str, str | None], facts: Mapping[str, Facts]
) -> list[Candidate]:
    """The candidates in the order of the destinations; what `facts` does not hold is unknown."""
    return [_candidate(one, sources[one], facts) for one in destinations]


def _candidate(destination: str, source: str | None, facts: Mapping[str, Facts]) -> Candidate:
    known = facts.get(_listed(source)) if source is not None else None
    if known is None:
        return Candidate(destination, source, native=False)
    return Candidate(destination, source, *known)


def _listed(source: str) -> str:
    """The address as interfaces have it: all of 127.0.0.0/8 is the one on lo."""
    return "127.0.0.1" if ":" not in source and bits_of(source) >> 24 == _V4_LOOPBACK >> 24 else source
