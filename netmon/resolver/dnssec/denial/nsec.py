"""Evidence from NSEC records: each names its neighbour in canonical order (RFC 4034 section 6.1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, cast

from netmon.resolver.dnssec.denial.evidence import NSEC, Gap, Node, is_below, text, types_in, types_text

if TYPE_CHECKING:
    import dns.name
    import dns.rdtypes.ANY.NSEC
    import dns.rrset


class _Span(NamedTuple):
    """One NSEC record: nothing lies between its owner and the next name."""

    owner: dns.name.Name
    next: dns.name.Name
    types: frozenset[int]

    def __str__(self) -> str:
        return f"the NSEC record from {text(self.owner)} to {text(self.next)}"


class NsecChain:
    """The NSEC records of one zone that came with an answer."""

    def __init__(self, zone: dns.name.Name, rrsets: Sequence[dns.rrset.RRset]) -> None:
        """Take what belongs to the zone; a record that cannot be part of its chain is left out."""
        self._zone = zone
        self._spans = [
            span
            for rrset in rrsets
            if rrset.rdtype == NSEC and rrset.name.is_subdomain(zone)
            for span in _spans(rrset)
            if span.next == zone or (span.next.is_subdomain(zone) and span.owner < span.next)
        ]

    def __bool__(self) -> bool:
        return bool(self._spans)

    def node(self, name: dns.name.Name) -> Node | None:
        """A name with its own record, or an empty non-terminal: one just before a name below it."""
        own = [span for span in self._spans if span.owner == name]
        if own:
            types = frozenset[int]().union(*(span.types for span in own))
            return Node(name, types, f"the NSEC record of {text(name)} lists {types_text(types)}")
        span = self._covering(name)
        if span is None or not is_below(span.next, name):
            return None
        said = f"{span} shows that {text(name)} has names below it and no records of its own"
        return Node(name, frozenset(), said)

    def gap(self, name: dns.name.Name) -> Gap | str:
        """The span over the name; its ends show which ancestor of the name is there."""
        span = self._covering(name)
        if span is None or is_below(span.next, name):
            return self._why_not(name)
        common = max(name.fullcompare(end)[2] for end in (span.owner, span.next))
        return Gap(name.split(common)[1], (f"{span} covers {text(name)}",))

    def gap_below(self, encloser: dns.name.Name, name: dns.name.Name) -> Gap | str:
        """The same, if the ancestor that it shows is this one."""
        gap = self.gap(name)
        if isinstance(gap, str) or gap.encloser == encloser:
            return gap
        return f"{gap.said[0]}, but it shows {text(gap.encloser)} to be the closest name that is there"

    def missing(self, wildcard: dns.name.Name) -> str:
        """The span over the wildcard."""
        span = self._covering(wildcard)
        return "" if span is None or is_below(span.next, wildcard) else f"{span} covers {text(wildcard)}"

    def _covering(self, name: dns.name.Name) -> _Span | None:
        for span in self._spans:
            if self._covers(span, name) and not _hides(span, name):
                return span
        return None

    def _covers(self, span: _Span, name: dns.name.Name) -> bool:
        # The last record's next name is the apex: nothing of the zone comes after its owner.
        return bool(span.owner < name and (span.next == self._zone or name < span.next))

    def _why_not(self, name: dns.name.Name) -> str:
        for span in self._spans:
            if _hides(span, name):
                return (
                    f"the NSEC record of {text(span.owner)} is of a delegation or a DNAME,"
                    f" and says nothing of {text(name)} below it"
                )
        return f"no NSEC record matches or covers {text(name)}"


def _spans(rrset: dns.rrset.RRset) -> list[_Span]:
    records = [cast("dns.rdtypes.ANY.NSEC.NSEC", rdata) for rdata in rrset]
    return [_Span(rrset.name, record.next, types_in(record.windows)) for record in records]


def _hides(span: _Span, name: dns.name.Name) -> bool:
    return is_below(name, span.owner) and Node(span.owner, span.types, "").hides_what_is_below
