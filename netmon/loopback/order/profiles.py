"""How the runtimes on a machine would order the same addresses; one function each, with its source."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import NamedTuple

from netmon.loopback.order.candidate import Candidate
from netmon.loopback.order.methods import GO_METHOD, MUSL_METHOD, RFC_METHOD, glibc_method
from netmon.loopback.order.rules import Method, sort_destinations
from netmon.loopback.order.situation import Situation

Order = tuple[str, ...]


class KnownBy(StrEnum):
    """What a profile rests on."""

    PROVED = "a model that is proved against getaddrinfo"
    COMPARED = "a model that agreed with the real one in made-up cases, not observed here"
    DOCUMENTATION = "modelled on its documentation, not observed here"


class Profile(NamedTuple):
    """A runtime and its order."""

    name: str
    order: Callable[[Situation], Order]
    known_by: KnownBy
    rule: str
    """How it orders, in a few words."""


def glibc(situation: Situation) -> Order:
    """sysdeps/posix/getaddrinfo.c: RFC 3484 with a table of its own, or that of gai.conf(5)."""
    return _sorted(situation.glibc, glibc_method(situation.gai_conf.policy))


def rfc(situation: Situation) -> Order:
    """RFC 6724 section 6 to the letter, with the table of section 2.1."""
    return _sorted(situation.true, RFC_METHOD)


def musl(situation: Situation) -> Order:
    """src/network/lookup_name.c: a subset of RFC 6724; no gai.conf; IPv4 alone is not sorted.

    Compared with musl 1.2.3.
    """
    if all(candidate.is_v4 for candidate in situation.true):
        return tuple(candidate.address for candidate in situation.true)
    return _sorted(situation.true, MUSL_METHOD)


def go(situation: Situation) -> Order:
    """net/addrselect.go, used by Go's own resolver; with cgo's it is the C library that sorts.

    Compared with Go 1.19. It takes 255.255.255.255 as reachable, since its sockets may broadcast; a name
    with that address is not worth a rule here.
    """
    return _sorted(situation.true, GO_METHOD)


def java(situation: Situation) -> Order:
    """java.net.InetAddress: getaddrinfo's, but IPv4 first, unless java.net.preferIPv6Addresses says other.

    Compared with OpenJDK 17, with and without that property.
    """
    return tuple(sorted(glibc(situation), key=lambda address: ":" in address))


def java_prefer_ipv6(situation: Situation) -> Order:
    """java.net.InetAddress with -Djava.net.preferIPv6Addresses=true; `system` leaves getaddrinfo's order."""
    return tuple(sorted(glibc(situation), key=lambda address: ":" not in address))


def node(situation: Situation) -> Order:
    """dns.lookup since Node.js 17: getaddrinfo's order verbatim; before, IPv4 came first.

    Compared with Node.js 20.
    """
    return glibc(situation)


def windows(situation: Situation) -> Order:
    """Windows 8.1 and later: RFC 6724, by what `netsh interface ipv6 show prefixpolicies` lists."""
    return _sorted(situation.true, RFC_METHOD)


PROFILES = (
    Profile("glibc", glibc, KnownBy.PROVED, "its own table, or gai.conf"),
    Profile("musl", musl, KnownBy.COMPARED, "RFC 6724 without rules 3, 4 and 7; ignores gai.conf"),
    Profile("Go", go, KnownBy.COMPARED, "RFC 6724 without rules 3, 4 and 7; ignores gai.conf"),
    Profile("Java", java, KnownBy.COMPARED, "IPv4 first"),
    Profile("Java, preferIPv6Addresses", java_prefer_ipv6, KnownBy.COMPARED, "IPv6 first"),
    Profile("Node.js", node, KnownBy.COMPARED, "as getaddrinfo gives them, since version 17"),
    Profile("Windows", windows, KnownBy.DOCUMENTATION, "RFC 6724"),
)
"""On a machine like this one, with its addresses and routes."""


def _sorted(candidates: Sequence[Candidate], method: Method) -> Order:
    return tuple(ranked.candidate.address for ranked in sort_destinations(candidates, method))
