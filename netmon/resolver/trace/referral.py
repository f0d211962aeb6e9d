"""What a response means to one who asked a server of a zone: an answer, a referral, or no help.

Pure: a message in, a reading out. Nothing in it is believed that the zone has no say in (RFC 2181 section
5.4.1): answers and glue count only where their names are in the zone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from netmon.model.text import clean
from netmon.resolver.answer import Record
from netmon.resolver.trace.steps import Outcome

if TYPE_CHECKING:
    import dns.message
    import dns.name
    import dns.rrset

_MAX_TTL = 2**31 - 1
_MAX_HOPS = 32
"""Aliases followed within one message."""


class Delegation(NamedTuple):
    """A zone and who serves it, as its parent says."""

    zone: dns.name.Name
    servers: tuple[dns.name.Name, ...]
    glue: dict[dns.name.Name, tuple[str, ...]]
    """The addresses of those whose names are in the zone that was asked."""
    ttl: int = 0
    records: tuple[Record, ...] = ()
    """The NS set as it came."""
    ignored: tuple[dns.name.Name, ...] = ()
    """Servers whose addresses came along although their names are outside the zone that was asked."""

    @property
    def missing(self) -> tuple[dns.name.Name, ...]:
        """Servers that nobody but the zone itself could find, and that came without an address."""
        return tuple(name for name in self.servers if name.is_subdomain(self.zone) and name not in self.glue)


class Reading(NamedTuple):
    """What one response means."""

    outcome: Outcome
    detail: str = ""
    """Completes a sentence that the server begins; strangers' text in it is clean."""
    records: tuple[Record, ...] = ()
    hops: tuple[dns.name.Name, ...] = ()
    """The targets of the aliases in it, in order."""
    delegation: Delegation | None = None
    negative_ttl: int | None = None
    """Seconds that the absence may be cached for (RFC 2308 section 5); None where no SOA says so."""


def read_response(
    message: dns.message.Message, zone: dns.name.Name, name: dns.name.Name, kind: str
) -> Reading:
    """What `message` means as a response of a server of `zone` to the question for `kind` of `name`."""
    import dns.flags
    import dns.rcode

    rcode = message.rcode()
    if rcode == dns.rcode.REFUSED:
        return Reading(Outcome.REFUSED, "refuses to answer for the zone (REFUSED)")
    if rcode not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
        return Reading(Outcome.FAILED, f"answers {clean(dns.rcode.to_text(rcode))}")
    if reading := _answer(message, zone, name, kind):
        return reading if message.flags & dns.flags.AA else _lame(reading)
    if rcode == dns.rcode.NOERROR and (reading := _referral(message, zone, name)):
        return reading
    return _absence(message, zone, rcode == dns.rcode.NXDOMAIN)


def _lame(reading: Reading) -> Reading:
    return Reading(
        Outcome.LAME, "answers without being authoritative for the zone", reading.records, reading.hops
    )


def _answer(
    message: dns.message.Message, zone: dns.name.Name, name: dns.name.Name, kind: str
) -> Reading | None:
    """The records of the type, or the aliases that lead away from the name; None when neither is there."""
    import dns.rdataclass
    import dns.rdatatype

    sets = {
        (rrset.name, dns.rdatatype.to_text(rrset.rdtype)): rrset
        for rrset in message.answer
        if rrset.rdclass == dns.rdataclass.IN and rrset.name.is_subdomain(zone)
    }
    records: list[Record] = []
    hops: list[dns.name.Name] = []
    current = name
    while len(hops) < _MAX_HOPS:
        found = _wanted(message, current, kind) if current.is_subdomain(zone) else []
        if found:
            return Reading(Outcome.ANSWER, "", (*records, *found), tuple(hops))
        alias = sets.get((current, "CNAME"))
        if alias is None or current in hops[:-1]:
            break
        records += _records(alias)
        current = alias[0].target
        hops.append(current)
    return Reading(Outcome.ALIAS, "", tuple(records), tuple(hops)) if hops else None


def _wanted(message: dns.message.Message, name: dns.name.Name, kind: str) -> list[Record]:
    import dns.rdataclass
    import dns.rdatatype

    return [
        record
        for rrset in message.answer
        if rrset.name == name and rrset.rdclass == dns.rdataclass.IN
        if kind in ("ANY", dns.rdatatype.to_text(rrset.rdtype))
        for record in _records(rrset)
    ]


def _referral(message: dns.message.Message, zone: dns.name.Name, name: dns.name.Name) -> Reading | None:
    """Where the authority section refers to; None when it refers nowhere."""
    import dns.rdatatype

    sets = [rrset for rrset in message.authority if rrset.rdtype == dns.rdatatype.NS and len(rrset)]
    if not sets or any(rrset.rdtype == dns.rdatatype.SOA for rrset in message.authority):
        return None
    below = [rrset for rrset in sets if rrset.name != zone and rrset.name.is_subdomain(zone)]
    towards = [rrset for rrset in below if name.is_subdomain(rrset.name)]
    if towards:
        delegation = _delegation(message, zone, max(towards, key=lambda rrset: len(rrset.name)))
        return Reading(Outcome.REFERRAL, "", delegation.records, delegation=delegation)
    where = sets[0].name
    if zone.is_subdomain(where):
        if _is_authoritative(message):
            return None  # the zone's own NS set beside an absence without SOA
        whither = "the zone itself" if where == zone else f"{clean(where.to_text())}, above the zone"
        return Reading(Outcome.UPWARD, f"refers back to {whither}", _records(sets[0]))
    return Reading(Outcome.SIDEWAYS, f"refers to {clean(where.to_text())}, which the name is not in")


def _is_authoritative(message: dns.message.Message) -> bool:
    import dns.flags

    return bool(message.flags & dns.flags.AA)


def _delegation(message: dns.message.Message, zone: dns.name.Name, rrset: dns.rrset.RRset) -> Delegation:
    servers = tuple(dict.fromkeys(rdata.target for rdata in rrset))
    glue: dict[dns.name.Name, tuple[str, ...]] = {}
    ignored = []
    for owner, address in _addresses(message):
        if owner not in servers:
            continue
        if owner.is_subdomain(zone):
            glue[owner] = tuple(dict.fromkeys((*glue.get(owner, ()), address)))
        else:
            ignored.append(owner)
    return Delegation(rrset.name, servers, glue, _ttl(rrset), _records(rrset), tuple(dict.fromkeys(ignored)))


def _addresses(message: dns.message.Message) -> Iterator[tuple[dns.name.Name, str]]:
    import dns.rdatatype

    for rrset in message.additional:
        if rrset.rdtype in (dns.rdatatype.A, dns.rdatatype.AAAA):
            for rdata in rrset:
                yield rrset.name, clean(str(rdata.address))


def _absence(message: dns.message.Message, zone: dns.name.Name, no_name: bool) -> Reading:
    import dns.rdatatype

    if not _is_authoritative(message):
        return Reading(Outcome.LAME, "knows nothing of the zone and says so without authority")
    outcome = Outcome.NO_SUCH_NAME if no_name else Outcome.NO_DATA
    for rrset in message.authority:
        if rrset.rdtype == dns.rdatatype.SOA and rrset.name.is_subdomain(zone) and len(rrset):
            left = min(_ttl(rrset), rrset[0].minimum)
            said = f"says that the absence may be cached for {left} s"
            return Reading(outcome, said, _records(rrset), negative_ttl=left)
    return Reading(outcome, "gives no SOA, so that nobody can cache the absence")


def _records(rrset: dns.rrset.RRset) -> tuple[Record, ...]:
    import dns.rdatatype

    owner, kind = clean(rrset.name.to_text()), dns.rdatatype.to_text(rrset.rdtype)
    return tuple(Record(owner, _ttl(rrset), kind, clean(rdata.to_text())) for rdata in rrset)


def _ttl(rrset: dns.rrset.RRset) -> int:
    # RFC 2181 section 8: a TTL with the top bit set means zero.
    return rrset.ttl if rrset.ttl <= _MAX_TTL else 0
