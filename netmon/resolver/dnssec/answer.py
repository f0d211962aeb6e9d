"""From a name to its records over every alias: each link is checked in its own zone."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from netmon.model.text import clean
from netmon.resolver.answer import Record
from netmon.resolver.dnssec.anchors import closest
from netmon.resolver.dnssec.chain import Chain
from netmon.resolver.dnssec.links import Found, Question, found, judge
from netmon.resolver.dnssec.pursuit import Pursuit, not_had, shown
from netmon.resolver.dnssec.signed import of_types
from netmon.resolver.dnssec.verdict import StepKind, TrustStatus, TrustStep
from netmon.resolver.dnssec.zones import Zone

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import dns.message
    import dns.name

    from netmon.resolver.dnssec.anchors import Anchor
    from netmon.resolver.dnssec.signed import Signed

MOST_ALIASES = 16
"""More than any resolver follows (unbound 11, BIND 16)."""


class End(NamedTuple):
    """What the name led to."""

    records: tuple[Record, ...] = ()
    rcode: str | None = None


class Follower:
    """Follows a name to its records; the chains of its zones are walked once."""

    def __init__(self, pursuit: Pursuit, anchors: Sequence[Anchor]) -> None:
        self._pursuit, self._anchors = pursuit, anchors
        self._chains: dict[dns.name.Name, Chain] = {}

    def follow(self, name: dns.name.Name, kind: str) -> End:
        """Check every link from `name` on; tells each step."""
        records: list[Record] = []
        rcode, seen = None, {name}
        while True:
            fetched = self._pursuit.ask(name, kind)
            if fetched.message is None or not fetched.is_answer:
                zone = self._zone_of(name, kind)
                what = not_had(f"the {kind} of {shown(name)}", fetched)
                self._stop(name, zone, TrustStatus.INDETERMINATE, what)
                return End(tuple(records), rcode)
            link = found(fetched.message, name, kind)
            zone = self._zone_of(name, kind, _signers(fetched.message, link))
            rcode = fetched.rcode
            records += [] if link.signed is None else _records(link.signed)
            if zone.status in (TrustStatus.BOGUS, TrustStatus.INDETERMINATE):
                return End(tuple(records), rcode)  # the chain has already told why
            self._pursuit.tell(
                judge(self._pursuit, Question(name, kind, fetched, fetched.message, zone), link)
            )
            if link.kind is not StepKind.ALIAS:
                return End(tuple(records), rcode)
            if (why := _dead_end(link.target, seen)) or link.target is None:
                self._stop(name, zone, TrustStatus.INDETERMINATE, why)
                return End(tuple(records), rcode)
            name = link.target
            seen.add(name)

    def _zone_of(self, name: dns.name.Name, kind: str, signers: Collection[dns.name.Name] = ()) -> Zone:
        """The zone that is to sign; that of a DS is the parent's (RFC 4034 section 5).

        Where a secure zone above the name has signed the answer, it needs no proof that no other zone begins
        between (RFC 4035 section 5.3.1); else the zone is found label by label.
        """
        place = name.parent() if kind == "DS" and len(name) > 1 else name
        anchor = closest(self._anchors, place)
        if anchor is None:
            text = f"no trust anchor is for a zone that {shown(place)} is in"
            zone = Zone(place, TrustStatus.INDETERMINATE, text)
            self._stop(name, zone, TrustStatus.INDETERMINATE, text)
            return zone
        if anchor.zone not in self._chains:
            self._chains[anchor.zone] = Chain(anchor, self._pursuit)
        chain = self._chains[anchor.zone]
        for signer in signers if len(signers) == 1 else ():
            if place.is_subdomain(signer) and signer.is_subdomain(anchor.zone):
                zone = chain.zone_of(signer)
                if zone.name == signer and zone.status is TrustStatus.SECURE:
                    return zone
        return chain.zone_of(place)

    def _stop(self, name: dns.name.Name, zone: Zone, status: TrustStatus, text: str) -> None:
        self._pursuit.tell(TrustStep(StepKind.ANSWER, shown(zone.name), shown(name), status, text))


def _signers(message: dns.message.Message, link: Found) -> set[dns.name.Name]:
    """Who says to have signed the records, or the proof that there are none."""
    proof = of_types(message.authority, "SOA", "NSEC", "NSEC3")
    signed = proof if link.signed is None else (link.signed,)
    return {signature.signer for each in signed for signature in each.signatures}


def _dead_end(target: dns.name.Name | None, seen: set[dns.name.Name]) -> str:
    """Why an alias leads nowhere; empty if it does not."""
    if target is None:
        return "the alias leads to a name that is too long (RFC 6672 section 2.2)"
    if target in seen:
        return f"the aliases go round in a circle: {shown(target)} was there before"
    if len(seen) > MOST_ALIASES:
        return f"there are more than {MOST_ALIASES} aliases one behind the other"
    return ""


def _records(signed: Signed) -> list[Record]:
    """With the TTL that the zone signed where they came with a longer one (RFC 4035 section 5.3.3)."""
    import dns.rdatatype

    rrset = signed.rrset
    name, kind = shown(rrset.name), dns.rdatatype.to_text(rrset.rdtype)
    ttl = min([rrset.ttl, *(signature.original_ttl for signature in signed.signatures)])
    return [Record(name, ttl, kind, clean(rdata.to_text())) for rdata in rrset]
