"""Keys, signatures and answers made in memory by dnspython, for what no signer would write."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeVar, cast

import dns.dnssec
import dns.flags
import dns.message
import dns.name
import dns.rdatatype
import dns.rrset
from cryptography.hazmat.primitives.asymmetric import ed25519
from dns.dnssectypes import Algorithm
from dns.rdtypes.ANY.DNSKEY import DNSKEY
from dns.rdtypes.ANY.RRSIG import RRSIG

from netmon.resolver.dnssec.fetching import Fetched
from netmon.resolver.dnssec.signatures import Keys
from netmon.resolver.dnssec.signed import Signed

T = TypeVar("T")

NOW = 1_800_000_000.0
DAY = 86400


class Pair(NamedTuple):
    """A key with its private half."""

    private: ed25519.Ed25519PrivateKey
    key: DNSKEY


def pair(flags: int = 257) -> Pair:
    private = ed25519.Ed25519PrivateKey.generate()
    return Pair(private, dns.dnssec.make_dnskey(private.public_key(), Algorithm.ED25519, flags))


def rrset(name: str, kind: str, *data: str) -> dns.rrset.RRset:
    return dns.rrset.from_text(name, 300, "IN", kind, *data)


def sign(
    records: dns.rrset.RRset, by: Pair, zone: str, *, start: float = -DAY, end: float = 9 * DAY
) -> RRSIG:
    """A signature valid from `start` to `end` seconds after NOW."""
    return dns.dnssec.sign(
        records, by.private, dns.name.from_text(zone), by.key, int(NOW + start), int(NOW + end)
    )


def signed(records: dns.rrset.RRset, *signatures: RRSIG) -> Signed:
    return Signed(records, signatures)


def keys(zone: str, *pairs: Pair) -> Keys:
    return Keys(dns.name.from_text(zone), tuple(each.key for each in pairs))


def answer(
    name: str, kind: str, *sets: dns.rrset.RRset, rcode: int = 0, edns: bool = True, authority: bool = False
) -> dns.message.Message:
    query = dns.message.make_query(name, kind, want_dnssec=edns)
    message = dns.message.make_response(query)
    message.set_rcode(dns.rcode.Rcode.make(rcode))
    (message.authority if authority else message.answer).extend(sets)
    return message


def fetched(message: dns.message.Message | None, error: str = "") -> Fetched:
    return Fetched(message, "192.0.2.53", 1.0, error)


def with_signature(records: dns.rrset.RRset, *signatures: RRSIG) -> tuple[dns.rrset.RRset, dns.rrset.RRset]:
    return records, dns.rrset.from_rdata(records.name, records.ttl, *signatures)


def changed(record: T, **fields: Any) -> T:
    """A record with other fields, of the same type."""
    return cast(T, cast(Any, record).replace(**fields))
