"""What NSEC and NSEC3 records both come down to: names that are there, their types, and gaps between them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple, Protocol

import dns.name
import dns.rdatatype

from netmon.model.text import clean

if TYPE_CHECKING:
    import dns.rdtypes.util

NS, CNAME, SOA, DNAME, DS = 2, 5, 6, 39, 43
RRSIG, NSEC, ANY = 46, 47, 255
NXNAME = 128
"""Says that the name is not there although a record matches it (RFC 9824 section 3.5)."""

_SHOWN_TYPES = 20


class Node(NamedTuple):
    """A name that is there."""

    name: dns.name.Name
    types: frozenset[int]
    """By number; none for an empty non-terminal."""
    said: str
    """The record that shows it."""

    @property
    def is_compact_denial(self) -> bool:
        """Whether it says that the name is not there at all (RFC 9824)."""
        return NXNAME in self.types and self.types <= {NXNAME, RRSIG, NSEC}

    @property
    def hides_what_is_below(self) -> bool:
        """Whether names below it are not this zone's to deny: delegation or DNAME (RFC 6840 section 4.1)."""
        return DNAME in self.types or self.is_delegation

    @property
    def is_delegation(self) -> bool:
        """Whether the record is the parent's at a zone cut."""
        return NS in self.types and SOA not in self.types


class Gap(NamedTuple):
    """The proof that a name is not there."""

    encloser: dns.name.Name
    """Its closest ancestor that is there, to which a wildcard would belong (RFC 4592 section 3.3.1)."""
    said: tuple[str, ...]
    """The records that show it."""
    opt_out: bool = False
    """Whether an unsigned delegation may be there all the same."""


class Evidence(Protocol):
    """One chain of NSEC or NSEC3 records of a zone, as far as it was sent."""

    def node(self, name: dns.name.Name) -> Node | None:
        """The name, if the records show that it is there."""

    def gap(self, name: dns.name.Name) -> Gap | str:
        """The proof that a name is not there, or why there is none; for names that are no `node`."""

    def gap_below(self, encloser: dns.name.Name, name: dns.name.Name) -> Gap | str:
        """The proof that neither the name is there nor anything between it and an ancestor that is."""

    def missing(self, wildcard: dns.name.Name) -> str:
        """The record that shows that a wildcard is not there; empty if none does."""


def types_in(windows: Iterable[tuple[int, bytes]]) -> frozenset[int]:
    """The types that a bitmap lists (RFC 4034 section 4.1.2)."""
    return frozenset(
        window * 256 + at * 8 + bit
        for window, octets in windows
        for at, octet in enumerate(octets)
        for bit in range(8)
        if octet & 0x80 >> bit
    )


def types_text(types: frozenset[int]) -> str:
    """For people, and not longer than a few lines."""
    names = [dns.rdatatype.to_text(dns.rdatatype.RdataType.make(each)) for each in sorted(types)]
    more = f" and {len(names) - _SHOWN_TYPES} more types" if len(names) > _SHOWN_TYPES else ""
    return (" ".join(names[:_SHOWN_TYPES]) or "no types") + more


def text(name: dns.name.Name) -> str:
    """A name, safe to print."""
    return clean(name.to_text())


def wildcard_of(encloser: dns.name.Name) -> dns.name.Name | None:
    """The wildcard just below a name; None if that would be too long for a name."""
    try:
        return dns.name.Name((b"*",)).concatenate(encloser)
    except dns.name.NameTooLong:
        return None


def is_below(name: dns.name.Name, ancestor: dns.name.Name) -> bool:
    """Whether it is a name below the other, not the same."""
    return name != ancestor and name.is_subdomain(ancestor)
