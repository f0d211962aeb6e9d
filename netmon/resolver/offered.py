"""The servers that are offered to be asked; which of them are, is for the user to say."""

from __future__ import annotations

from collections.abc import Mapping

from netmon.resolver.server import Server, parse_server

PUBLIC = (
    "1.1.1.1",
    "8.8.8.8",
    "9.9.9.9",
    "tls://1.1.1.1",
    "tls://dns.google",
    "https://cloudflare-dns.com/dns-query",
    "https://dns.google/dns-query",
    "https://dns.quad9.net/dns-query",
    "quic://dns.adguard-dns.com",
)
"""Well-known resolvers that anyone may ask, over each transport."""

Ticks = Mapping[Server, bool]
"""Servers in the order in which they are shown, and whether each is asked."""


def offered(ticks: Ticks, machine: tuple[Server, ...] = ()) -> dict[Server, bool]:
    """Those with a tick or without; then without: those of the zone, of this machine, and public ones."""
    others = (Server("authoritative"), *machine, *map(parse_server, PUBLIC))
    return {**ticks, **{server: False for server in others if server not in ticks}}
