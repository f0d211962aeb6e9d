"""Record sets out of a message, each with the signatures that came with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import dns.message
    import dns.name
    import dns.rrset
    from dns.rdtypes.ANY.RRSIG import RRSIG


class Signed(NamedTuple):
    """A record set with its signatures, none of them verified."""

    rrset: dns.rrset.RRset
    signatures: tuple[RRSIG, ...] = ()


def labels(name: dns.name.Name) -> int:
    """The labels of `name` as a signature counts them: without the root and a leading `*` (RFC 4034)."""
    return len(name) - 1 - (1 if name.is_wild() else 0)


def is_expanded(owner: dns.name.Name, signature: RRSIG) -> bool:
    """Whether the records of `owner` were made from a wildcard (RFC 4035 section 5.3.4)."""
    return signature.labels < labels(owner)


def find(section: Sequence[dns.rrset.RRset], name: dns.name.Name, kind: str) -> Signed | None:
    """The records of a type that `name` has in a section, or None."""
    import dns.rdatatype

    wanted = dns.rdatatype.from_text(kind)
    for rrset in section:
        if rrset.name == name and rrset.rdtype == wanted and len(rrset):
            return Signed(rrset, _signatures(section, rrset))
    return None


def of_types(section: Sequence[dns.rrset.RRset], *kinds: str) -> Iterator[Signed]:
    """Every record set of these types in a section."""
    import dns.rdatatype

    wanted = [dns.rdatatype.from_text(kind) for kind in kinds]
    for rrset in section:
        if rrset.rdtype in wanted and len(rrset):
            yield Signed(rrset, _signatures(section, rrset))


def has_signatures(message: dns.message.Message) -> bool:
    """Whether there is any signature in the answer or the authority section."""
    import dns.rdatatype

    return any(rrset.rdtype == dns.rdatatype.RRSIG for rrset in (*message.answer, *message.authority))


def _signatures(section: Sequence[dns.rrset.RRset], rrset: dns.rrset.RRset) -> tuple[RRSIG, ...]:
    import dns.rdatatype

    return tuple(
        signature
        for each in section
        if each.rdtype == dns.rdatatype.RRSIG and each.name == rrset.name and each.covers == rrset.rdtype
        for signature in each
    )
