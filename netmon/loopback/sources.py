"""Which address each family would leave this machine from: the check `src-select`.

Nothing is sent: connecting a UDP socket only makes the kernel choose a route and a source.
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import sys
from collections.abc import Mapping
from enum import StrEnum
from typing import Literal, NamedTuple

from netmon.loopback.files import FileText, read_file
from netmon.loopback.interfaces import mtu_of
from netmon.loopback.kernel_tables import (
    IF_INET6,
    ROUTE4,
    ROUTE6,
    TABLE_LIMIT,
    Address6,
    default_routes4,
    default_routes6,
    parse_if_inet6,
)
from netmon.model.endpoint import Scope, scope_of
from netmon.model.finding import Finding, FindingState
from netmon.model.text import clean

TARGETS: dict[Literal[4, 6], str] = {4: "192.0.2.1", 6: "2001:db8::1"}
"""Addresses of documentation (RFC 5737, RFC 3849): somewhere far away, and nobody's."""
MIN_MTU6 = 1280
"""The smallest MTU over which IPv6 runs (RFC 8200 section 5)."""

_CHECK, _REFERENCE = "src-select", "RFC 6724 section 5"
_DISCARD = 9
_SIX_TO_FOUR = ipaddress.ip_network("2002::/16")
_TEREDO = ipaddress.ip_network("2001::/32")
_ULA = ipaddress.ip_network("fc00::/7")


class Kind(StrEnum):
    """What sort of address a source is."""

    GLOBAL = "global"
    PRIVATE = "private"
    ULA = "unique local"
    LINK_LOCAL = "link-local"
    LOOPBACK = "loopback"
    SIX_TO_FOUR = "6to4"
    TEREDO = "Teredo"
    NONE = "none"


class Source(NamedTuple):
    """Where one family would leave from."""

    family: Literal[4, 6]
    address: str | None
    error: str = ""
    """The system's words when there is none."""
    routes: tuple[str, ...] | None = None
    """The interfaces of the default routes; None where they cannot be read."""
    interface: str | None = None
    """The interface that has the address."""
    mtu: int | None = None
    temporary: bool = False
    deprecated: bool = False

    @property
    def kind(self) -> Kind:
        """What sort of address it is."""
        return Kind.NONE if self.address is None else kind_of(self.address)

    @property
    def way_out(self) -> bool:
        """Whether a default route is there, or a source that only a route can have led to."""
        if self.routes is not None:
            return bool(self.routes)
        return self.kind not in (Kind.NONE, Kind.LOOPBACK)

    def __str__(self) -> str:
        route = ""
        if self.routes is not None:
            over = ", ".join(self.routes)
            route = f", default route over {over}" if over else ", no default route"
        if self.address is None:
            return f"IPv{self.family}: no source ({self.error}){route}"
        marks = ["temporary"] * self.temporary + ["deprecated"] * self.deprecated
        where = f" on {self.interface}" if self.interface else ""
        mtu = f", MTU {self.mtu}" if self.mtu else ""
        return f"IPv{self.family}: {self.address} ({', '.join((self.kind, *marks))}){where}{route}{mtu}"


def kind_of(address: str) -> Kind:
    """What sort of address a source is.

    Raises:
        ValueError: it is no address.
    """
    ip = ipaddress.ip_address(address)
    for network, kind in ((_SIX_TO_FOUR, Kind.SIX_TO_FOUR), (_TEREDO, Kind.TEREDO), (_ULA, Kind.ULA)):
        if ip in network:
            return kind
    return {
        Scope.LOOPBACK: Kind.LOOPBACK,
        Scope.LINK_LOCAL: Kind.LINK_LOCAL,
        Scope.PRIVATE: Kind.PRIVATE,
        Scope.UNSPECIFIED: Kind.NONE,
    }.get(scope_of(address), Kind.GLOBAL)


def chosen(family: Literal[4, 6]) -> tuple[str | None, str]:
    """The source that the kernel chooses for a far address, or None and why."""
    kind = socket.AF_INET6 if family == 6 else socket.AF_INET
    try:
        with socket.socket(kind, socket.SOCK_DGRAM) as sock:
            sock.connect((TARGETS[family], _DISCARD))
            return str(sock.getsockname()[0]).partition("%")[0], ""
    except OSError as error:
        return None, clean(error.strerror or str(error))


def look_at_sources() -> tuple[Source, Source]:
    """The sources of IPv4 and IPv6, with what the kernel's tables say of them."""
    six = {entry.address: entry for entry in parse_if_inet6(read_file(IF_INET6, TABLE_LIMIT).text or "")}
    interfaces = _interfaces()
    return _source(4, interfaces, six), _source(6, interfaces, six)


def _interfaces() -> dict[str, str]:
    """This machine's addresses, each with its interface; empty where the kernel does not tell."""
    if sys.platform != "linux":
        return {}
    from netmon.collectors.addresses import read_addresses
    from netmon.collectors.netlink import NetlinkSocket

    try:
        with contextlib.closing(NetlinkSocket(socket.NETLINK_ROUTE)) as link:
            return read_addresses(link)
    except OSError:
        return {}


def _routes(family: Literal[4, 6]) -> tuple[str, ...] | None:
    file = read_file(ROUTE6 if family == 6 else ROUTE4, TABLE_LIMIT)
    if file.text is None:
        return () if file.missing and _has_proc_net() else None
    return default_routes6(file.text) if family == 6 else default_routes4(file.text)


def _has_proc_net() -> bool:
    """Whether this is Linux, where a table that is missing is an empty one."""
    found: FileText = read_file("/proc/net/dev", 1)
    return found.text is not None


def _source(family: Literal[4, 6], interfaces: Mapping[str, str], six: Mapping[str, Address6]) -> Source:
    address, error = chosen(family)
    entry = six.get(address or "")
    interface = interfaces.get(address or "") or (entry.interface if entry else None)
    return Source(
        family,
        address,
        error,
        _routes(family),
        interface,
        mtu_of(interface) if interface else None,
        bool(entry and entry.temporary),
        bool(entry and entry.deprecated),
    )


def src_select(four: Source, six: Source) -> Finding:
    """The judgement on both sources; the worse one speaks, IPv4 first."""
    evidence = f"{four}; {six}"
    for source in (four, six):
        if source.way_out and source.kind in (Kind.NONE, Kind.LOOPBACK, Kind.LINK_LOCAL):
            return _stale(source, evidence)
    doubt = _doubt(six)
    if doubt is not None:
        summary, why, fix = doubt
        return Finding(_CHECK, FindingState.WARN, summary, evidence, why, fix, _REFERENCE)
    if not six.way_out:
        out = "only over IPv4" if four.way_out else "over neither family"
        return Finding(
            _CHECK,
            FindingState.INFO,
            f"this machine has a way out {out}",
            evidence,
            why="Names that have IPv6 addresses only cannot be reached from here.",
            reference=_REFERENCE,
        )
    summary = f"IPv6 leaves from {six.address}, a global address"
    return Finding(_CHECK, FindingState.OK, summary, evidence, reference=_REFERENCE)


def _stale(source: Source, evidence: str) -> Finding:
    """A route leads out, and no address to come back to goes with it."""
    what = "no address" if source.address is None else f"{source.address}, a {source.kind} address"
    over = ", ".join(source.routes or ()) or "an interface"
    return Finding(
        _CHECK,
        FindingState.FAIL,
        f"a default route for IPv{source.family} leads over {over}, but packets would leave from {what}",
        evidence,
        why=f"Programs take IPv{source.family} for working and wait for answers that never come.",
        fix=f"Give the interface an address, or remove the route: ip -{source.family} route del default",
        reference=_REFERENCE,
    )


def _doubt(six: Source) -> tuple[str, str, str] | None:
    """What makes an IPv6 source doubtful: summary, why and fix."""
    if not six.way_out:
        return None
    if six.kind is Kind.ULA:
        why = "It reaches this site only; glibc then prefers IPv4 for most names, other runtimes may not."
        return f"IPv6 leaves from {six.address}, a unique local address", why, "Ask for a global prefix."
    if six.kind in (Kind.SIX_TO_FOUR, Kind.TEREDO):
        why = "Such tunnels are slow or dead in most networks (RFC 7526)."
        return f"IPv6 leaves through a {six.kind} tunnel", why, "Switch the tunnel off."
    if six.deprecated:
        why = "The prefix is running out: connections made from it end with it."
        return f"IPv6 leaves from {six.address}, a deprecated address", why, "Renew the prefix."
    if six.mtu is not None and six.mtu < MIN_MTU6:
        why = f"IPv6 needs {MIN_MTU6} bytes."
        fix = f"ip link set {six.interface} mtu {MIN_MTU6}"
        return f"{six.interface} has an MTU of {six.mtu}, too small for IPv6", why, fix
    return None
