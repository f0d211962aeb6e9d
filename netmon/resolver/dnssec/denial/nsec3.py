"""Evidence from NSEC3 records: neighbours in the order of the hashes of names (RFC 5155 section 8)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple, cast

from netmon.resolver.dnssec.denial.evidence import Gap, Node, text, types_in, types_text
from netmon.resolver.dnssec.denial.hashing import MAX_ITERATIONS, SHA1, SHA1_LENGTH, hashed
from netmon.resolver.dnssec.denial.verdict import Denial, DenialKind, unproven

if TYPE_CHECKING:
    import dns.name
    import dns.rdtypes.ANY.NSEC3
    import dns.rrset

_NSEC3 = 50
_OPT_OUT = 1


class _Span(NamedTuple):
    """One NSEC3 record: no hash of a name lies between its owner's and the next."""

    owner: bytes
    next: bytes
    types: frozenset[int]
    opt_out: bool
    iterations: int
    salt: bytes

    def covers(self, digest: bytes) -> bool:
        """Whether a hash lies between; the last record goes round to the first."""
        if self.owner < self.next:
            return self.owner < digest < self.next
        return digest > self.owner or digest < self.next

    def __str__(self) -> str:
        return f"the NSEC3 record from {_shown(self.owner)} to {_shown(self.next)}"


class Nsec3Chain:
    """The NSEC3 records of one zone that came with an answer, all with the same salt and iterations."""

    def __init__(self, zone: dns.name.Name, spans: Sequence[_Span]) -> None:
        """Of at least one record."""
        self._zone = zone
        self._spans = spans
        self._salt, self._iterations = spans[0].salt, spans[0].iterations

    def node(self, name: dns.name.Name) -> Node | None:
        """A name whose hash is the owner of a record."""
        digest = self._hash(name)
        own = [span for span in self._spans if span.owner == digest]
        if not own:
            return None
        types = frozenset[int]().union(*(span.types for span in own))
        said = f"the NSEC3 record of {text(name)} ({_shown(digest)}) lists {types_text(types)}"
        return Node(name, types, said)

    def gap(self, name: dns.name.Name) -> Gap | str:
        """The closest encloser proof (RFC 5155 section 8.3)."""
        encloser = self._closest_encloser(name)
        if encloser is None:
            return f"no NSEC3 record matches {text(name)} or a name above it"
        if encloser.hides_what_is_below:
            return (
                f"the NSEC3 record of {text(encloser.name)} is of a delegation or a DNAME,"
                f" and says nothing of {text(name)} below it"
            )
        gap = self.gap_below(encloser.name, name)
        return gap if isinstance(gap, str) else gap._replace(said=(encloser.said, *gap.said))

    def gap_below(self, encloser: dns.name.Name, name: dns.name.Name) -> Gap | str:
        """The span over the next closer name, the one just below the encloser on the way to the name."""
        closer = name.split(len(encloser) + 1)[1]
        span = self._covering(closer)
        if span is None:
            return f"no NSEC3 record covers {text(closer)} ({_shown(self._hash(closer))})"
        return Gap(encloser, (self._said(span, closer),), span.opt_out)

    def missing(self, wildcard: dns.name.Name) -> str:
        """The span over the hash of the wildcard."""
        span = self._covering(wildcard)
        return "" if span is None else self._said(span, wildcard)

    def _closest_encloser(self, name: dns.name.Name) -> Node | None:
        for labels in range(len(name) - 1, len(self._zone) - 1, -1):
            if (node := self.node(name.split(labels)[1])) is not None:
                return node
        return None

    def _covering(self, name: dns.name.Name) -> _Span | None:
        digest = self._hash(name)
        return next((span for span in self._spans if span.covers(digest)), None)

    def _said(self, span: _Span, name: dns.name.Name) -> str:
        opt_out = " and may leave out unsigned delegations (opt-out)" if span.opt_out else ""
        return f"{span} covers {text(name)} ({_shown(self._hash(name))}){opt_out}"

    def _hash(self, name: dns.name.Name) -> bytes:
        return hashed(name.canonicalize().to_wire(), self._salt, self._iterations)


def nsec3_chain(zone: dns.name.Name, rrsets: Sequence[dns.rrset.RRset]) -> Nsec3Chain | Denial | None:
    """The chain of a zone; None where there is none, a denial that says why it cannot be used."""
    spans = [span for rrset in rrsets if rrset.rdtype == _NSEC3 for span in _spans(zone, rrset)]
    if not spans:
        return None
    worst = max(span.iterations for span in spans)
    if worst > MAX_ITERATIONS:
        what = f"the NSEC3 records of {text(zone)} ask for {worst} iterations of the hash"
        reason = f"{what}: more than {MAX_ITERATIONS} are not computed (RFC 9276)"
        return unproven(reason, DenialKind.TOO_COSTLY)
    if len({(span.iterations, span.salt) for span in spans}) > 1:
        return unproven(f"the NSEC3 records of {text(zone)} differ in salt or iterations")
    return Nsec3Chain(zone, spans)


def _spans(zone: dns.name.Name, rrset: dns.rrset.RRset) -> Iterator[_Span]:
    """The records that a validator may use: others must be ignored (RFC 5155 sections 8.1 and 8.2)."""
    owner = _owner_hash(zone, rrset.name)
    for rdata in rrset:
        record = cast("dns.rdtypes.ANY.NSEC3.NSEC3", rdata)
        is_known = record.algorithm == SHA1 and record.flags in (0, _OPT_OUT)
        if owner and is_known and len(record.next) == SHA1_LENGTH:
            types = types_in(record.windows)
            yield _Span(owner, record.next, types, record.flags == _OPT_OUT, record.iterations, record.salt)


def _owner_hash(zone: dns.name.Name, owner: dns.name.Name) -> bytes:
    """What the first label says; empty if the owner is not a hash just below the apex."""
    if len(owner) != len(zone) + 1 or not owner.is_subdomain(zone):
        return b""
    try:
        digest = base64.b32hexdecode(owner[0].upper())
    except binascii.Error:
        return b""
    return digest if len(digest) == SHA1_LENGTH else b""


def _shown(digest: bytes) -> str:
    return base64.b32hexencode(digest).decode().lower()
