"""Small zones, their NSEC and NSEC3 chains, and what is true of every name by brute force."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import dns.dnssec
import dns.name
import dns.rdata
import dns.rdatatype
import dns.rrset
import dns.transaction
import dns.zone

ZONE = dns.name.from_text("zone.test.")
SALT = "ab12"

_DATA = {
    "A": "192.0.2.1", "TXT": '"x"', "CNAME": "elsewhere.test.", "NS": "ns.elsewhere.test.",
    "DS": "1 13 2 " + "00" * 32, "DNAME": "elsewhere.test.",
    "SOA": "ns.elsewhere.test. hostmaster.elsewhere.test. 1 3600 600 86400 60",
}  # fmt: skip


def name(text: str) -> dns.name.Name:
    """A name of the zone, `@` its apex."""
    return dns.name.from_text(text, ZONE) if text != "@" else ZONE


@dataclass(frozen=True)
class Small:
    """A zone by the types of its names."""

    types: Mapping[dns.name.Name, frozenset[str]]

    @classmethod
    def of(cls, text: Mapping[str, str]) -> Small:
        """From names with words; the apex is added."""
        named = {name(one): frozenset(kinds.split()) for one, kinds in text.items()}
        return cls({**named, ZONE: frozenset({"SOA", "NS"})})

    def without_unsigned_delegations(self) -> Small:
        """What is left for an opt-out chain to say."""
        cuts = [one for one, kinds in self.types.items() if self.is_cut(one) and "DS" not in kinds]
        kept = [one for one in self.types if not any(one.is_subdomain(cut) for cut in cuts)]
        return Small({one: self.types[one] for one in kept})

    # What is true

    def hidden(self, one: dns.name.Name) -> bool:
        """Whether the name lies below a cut or a DNAME."""
        return any(one != above and one.is_subdomain(above) and self.hides(above) for above in self.types)

    def hides(self, one: dns.name.Name) -> bool:
        """Whether what is below the name is not the zone's own."""
        return self.is_cut(one) or "DNAME" in self.types.get(one, ())

    @cached_property
    def there(self) -> Mapping[dns.name.Name, frozenset[str]]:
        """Every name that is there and the zone's own, empty non-terminals among them."""
        own = {one: kinds for one, kinds in self.types.items() if not self.hidden(one)}
        empty = {above: frozenset[str]() for one in own for above in ancestors(one)}
        return empty | own

    def encloser(self, one: dns.name.Name) -> dns.name.Name:
        """The closest ancestor that is there."""
        return next(above for above in ancestors(one) if above in self.there)

    def wildcard(self, one: dns.name.Name) -> dns.name.Name:
        """Which would answer for a name that is not there."""
        return dns.name.Name((b"*",)).concatenate(self.encloser(one))

    def is_cut(self, one: dns.name.Name) -> bool:
        """A delegation."""
        return one != ZONE and "NS" in self.types.get(one, ())

    def lacks(self, one: dns.name.Name, kind: str) -> bool:
        """Whether a name that is there has no such record, nor an alias, and the zone has a say in that."""
        if self.is_cut(one) and kind != "DS":
            return False
        return not {kind, "CNAME"} & self.there[one] and not (one == ZONE and kind == "DS")

    # The chains

    @cached_property
    def nsec(self) -> list[dns.rrset.RRset]:
        """As dnspython chains the zone."""
        lines = [f"{one} 60 IN {kind} {_DATA[kind]}" for one, kinds in self.types.items() for kind in kinds]
        zone = dns.zone.from_text("\n".join(lines), ZONE, relativize=False)
        dns.dnssec.sign_zone(zone, add_dnskey=False, rrset_signer=_unsigned)
        return [
            dns.rrset.from_rdata_list(one, 60, list(found)) for one, found in zone.iterate_rdatasets("NSEC")
        ]

    def nsec3(self, *, opt_out: bool = False, iterations: int = 1) -> list[dns.rrset.RRset]:
        """By the text of RFC 5155 section 7.1, with dnspython's hash."""
        said = self.without_unsigned_delegations() if opt_out else self
        by_hash = {_hash(one, iterations): kinds for one, kinds in said.there.items()}
        ring = sorted(by_hash)
        return [
            dns.rrset.from_text(
                f"{this}.{ZONE}", 60, "IN", "NSEC3",
                f"1 {int(opt_out)} {iterations} {SALT} {after} {' '.join(_listed(by_hash[this]))}",
            )
            for this, after in zip(ring, ring[1:] + ring[:1], strict=True)
        ]  # fmt: skip


def ancestors(one: dns.name.Name) -> Iterator[dns.name.Name]:
    """Those within the zone, the closest first."""
    while one != ZONE:
        one = one.parent()
        yield one


def covering(chain: Iterable[dns.rrset.RRset], one: dns.name.Name) -> dns.rrset.RRset:
    """The NSEC record of a whole chain that is at or just before a name."""
    return max((rrset for rrset in chain if rrset.name <= one), key=lambda rrset: rrset.name)


def _hash(one: dns.name.Name, iterations: int) -> str:
    return dns.dnssec.nsec3_hash(one, SALT, iterations, 1).lower()


def _listed(kinds: frozenset[str]) -> list[str]:
    # An unsigned delegation has nothing signed, and so no RRSIG.
    return sorted(kinds | {"RRSIG"}) if kinds - {"NS"} else sorted(kinds)


def _unsigned(txn: dns.transaction.Transaction, rrset: dns.rrset.RRset) -> None:
    """Signatures are no matter of the chain."""
