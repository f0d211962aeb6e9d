"""Targets that are IP addresses: a CNAME, MX or NS must point at a name, and an address is read as one."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from netmon.model.finding import Finding
from netmon.resolver.rules.names import joined, labels, within
from netmon.resolver.rules.saying import fails, line
from netmon.resolver.rules.view import Entry, Existence, ZoneView

KINDS = ("CNAME", "MX", "NS", "SRV", "DNAME")

_REFERENCE = {
    "CNAME": "RFC 1034 section 3.6.2",
    "DNAME": "RFC 6672 section 2.1",
    "MX": "RFC 5321 section 5.1, RFC 1035 section 3.3.9",
    "NS": "RFC 1035 section 3.3.11",
    "SRV": "RFC 2782",
}


def judge(view: ZoneView) -> Iterator[Finding]:
    """Every target of the zone that was meant as an address."""
    for entry in view.of_type(*KINDS):
        address = address_meant(view, entry.target)
        if address:
            yield _finding(view, entry, address)


def address_meant(view: ZoneView, target: str) -> str:
    """The address that `target` was meant to be; empty if it is a name.

    Both ways of writing one are seen: `192.0.2.9.`, whose last label is a number, which no top-level
    domain is (RFC 3696 section 2), and `192.0.2.9` without the dot, which the zone was put behind. A name
    that begins like an address and does exist is a name.
    """
    address, rest = _split(target)
    if not address or (rest != "." and not within(rest, view.origin)):
        return ""
    if within(view.origin, "in-addr.arpa.") and rest != ".":
        return ""  # names of numbers are what such a zone is made of
    return "" if view.standing(target).existence is Existence.EXISTS else address


def _split(target: str) -> tuple[str, str]:
    """The address that a name begins with, and the name behind it; an empty one if there is none."""
    parts = labels(target)
    # Most targets are names: it costs 5 us for each way of reading one to find that out below.
    if not parts or not (parts[0].isdigit() or ":" in parts[0]):
        return "", "."
    for count in range(min(4, len(parts)), 0, -1):
        text = ".".join(parts[:count])
        try:
            # The longest first: `::ffff:192.0.2.9` begins with an address too.
            ipaddress.ip_address(text)
        except ValueError:
            continue
        return text, joined(parts[count:])
    return "", "."


def _finding(view: ZoneView, entry: Entry, address: str) -> Finding:
    dotless = entry.target.rstrip(".") != address
    reads = f"read as the name {entry.target}"
    if dotless:
        reads += ", as the zone is put behind what has no dot at its end"
    return fails(
        "target-is-address",
        [entry],
        f"the {entry.type} of {entry.name} points at the address {address}, where only a name may stand",
        f"It is {reads}; that name does not exist, so {_LOST[entry.type]}.",
        _fix(view, entry, address),
        _REFERENCE[entry.type],
    )


_LOST = {
    "CNAME": "nothing is found here",
    "DNAME": "nothing below it is found",
    "MX": "mail is not delivered there",
    "NS": "this name server is never asked",
    "SRV": "clients do not find the service",
}


def _fix(view: ZoneView, entry: Entry, address: str) -> str:
    kind = "AAAA" if ":" in address else "A"
    if entry.type == "CNAME":
        return line(view, entry.name, kind, address, entry.ttl)
    host = {"MX": "mail", "NS": "ns1"}.get(entry.type, "host")
    data = " ".join([*entry.data.split()[:-1], host])
    named = line(view, entry.name, entry.type, data, entry.ttl)
    return f"{named} with {host} IN {kind} {address}"
