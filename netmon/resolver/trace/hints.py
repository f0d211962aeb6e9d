"""Where a trace begins: the root servers, or those that a hints file names for any zone."""

from __future__ import annotations

import ipaddress
import os
import stat
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from netmon.model.text import clean

if TYPE_CHECKING:
    import dns.name
    import dns.rrset

SIZE_LIMIT = 65536
"""Characters of a hints file; that of the root has 3,300."""

ROOT_SERVERS: dict[str, tuple[str, ...]] = {
    "a": ("198.41.0.4", "2001:503:ba3e::2:30"),
    "b": ("170.247.170.2", "2801:1b8:10::b"),
    "c": ("192.33.4.12", "2001:500:2::c"),
    "d": ("199.7.91.13", "2001:500:2d::d"),
    "e": ("192.203.230.10", "2001:500:a8::e"),
    "f": ("192.5.5.241", "2001:500:2f::f"),
    "g": ("192.112.36.4", "2001:500:12::d0d"),
    "h": ("198.97.190.53", "2001:500:1::53"),
    "i": ("192.36.148.17", "2001:7fe::53"),
    "j": ("192.58.128.30", "2001:503:c27::2:30"),
    "k": ("193.0.14.129", "2001:7fd::1"),
    "l": ("199.7.83.42", "2001:500:9f::42"),
    "m": ("202.12.27.33", "2001:dc3::35"),
}
"""The letters of root-servers.net: IANA's named.root (https://www.internic.net/domain/named.root) of
18 April 2024, in which B has the addresses that it was given in November 2023."""


class HintsError(ValueError):
    """A hints file that no trace can begin with; the message is one line that names it."""


class Hints(NamedTuple):
    """The servers of a zone and their addresses, known without asking."""

    zone: dns.name.Name
    servers: dict[dns.name.Name, tuple[str, ...]]
    """Empty where only the name of a server is known."""
    source: str


def root_hints() -> Hints:
    """The thirteen root servers as they are built in."""
    import dns.name

    servers = {
        dns.name.from_text(f"{a}.root-servers.net."): addresses for a, addresses in ROOT_SERVERS.items()
    }
    return Hints(dns.name.root, servers, "built-in hints")


def start_at(addresses: Iterable[str]) -> Hints:
    """Begin at servers of which only the addresses are known; what they do not serve they refer down from.

    Raises:
        HintsError: one of them is no plain IP address.
    """
    import dns.name

    servers: dict[dns.name.Name, tuple[str, ...]] = {}
    for text in addresses:
        try:
            address = str(ipaddress.ip_address(text.strip("[]")))
        except ValueError:
            raise HintsError(f"a trace begins at plain addresses, which {clean(text, 80)} is not") from None
        servers[dns.name.from_text(f"{address}.")] = (address,)
    return Hints(dns.name.root, servers, f"named server {', '.join(found for (found,) in servers.values())}")


def load_hints(path: str) -> Hints:
    """The hints in a file of the form of named.root.

    Raises:
        HintsError: it cannot be read, or is no hints file.
    """
    try:
        text = _read(path)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise HintsError(f"{clean(path)} cannot be read: {clean(reason)}") from None
    if len(text) > SIZE_LIMIT:
        raise HintsError(f"{clean(path)} is no hints file: it has more than {SIZE_LIMIT} characters")
    return parse_hints(text, clean(path))


def _read(path: str) -> str:
    """The beginning of a file, a character more than is allowed.

    Raises:
        OSError, ValueError: it is none that can be read to its end.
    """
    # Opening a FIFO would wait for a writer for ever.
    if not stat.S_ISREG(os.stat(path).st_mode):
        raise ValueError("it is not a regular file")
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read(SIZE_LIMIT + 1)


def parse_hints(text: str, source: str) -> Hints:
    """The hints in a text: the NS set of one zone, and the addresses of its servers.

    Args:
        text: Lines of a zone file with NS, A and AAAA records; names without a last dot are the root's.
        source: What a message calls it.

    Raises:
        HintsError: it is anything else.
    """
    import dns.rdatatype

    rrsets = _rrsets(text, source)
    zones = list(dict.fromkeys(rrset.name for rrset in rrsets if rrset.rdtype == dns.rdatatype.NS))
    if len(zones) != 1:
        named = ", ".join(clean(zone.to_text(), 80) for zone in zones[:3])
        what = f"it names servers of several zones ({named})" if zones else "it has no NS record"
        raise HintsError(f"{source} is no hints file: {what}")
    addresses = _addresses(rrsets)
    servers = {
        rdata.target: tuple(dict.fromkeys(addresses.get(rdata.target, ())))
        for rrset in rrsets
        if rrset.rdtype == dns.rdatatype.NS
        for rdata in rrset
    }
    if not any(servers.values()):
        raise HintsError(f"{source} is no hints file: it gives no address of any server")
    return Hints(zones[0], servers, source)


def _rrsets(text: str, source: str) -> list[dns.rrset.RRset]:
    import dns.exception
    import dns.zonefile

    try:
        # No class is to be written but IN; directives ($INCLUDE, $GENERATE) are errors.
        return dns.zonefile.read_rrsets(text, rdclass=None, default_ttl=3600000)
    except (dns.exception.DNSException, ValueError, KeyError) as error:
        reason = clean(str(error), 200) or type(error).__name__
        raise HintsError(f"{source} is no hints file: {reason}") from None


def _addresses(rrsets: Iterable[dns.rrset.RRset]) -> dict[dns.name.Name, list[str]]:
    import dns.rdatatype

    found: dict[dns.name.Name, list[str]] = {}
    for rrset in rrsets:
        if rrset.rdtype in (dns.rdatatype.A, dns.rdatatype.AAAA):
            found.setdefault(rrset.name, []).extend(str(rdata.address) for rdata in rrset)
    return found
