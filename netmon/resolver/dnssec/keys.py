"""From digests to keys: which keys of a zone its parent (or the anchor) vouches for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from netmon.resolver.dnssec.signatures import SUPPORTED, algorithm_name, is_zone_key
from netmon.resolver.dnssec.verdict import DigestSeen, KeySeen

if TYPE_CHECKING:
    import dns.name
    from dns.rdtypes.ANY.DNSKEY import DNSKEY
    from dns.rdtypes.ANY.DS import DS

_SHA1 = 1
_DIGESTS = {_SHA1: "SHA-1", 2: "SHA-256", 4: "SHA-384"}
"""Those that are computed here (RFC 9904 section 3)."""
_OTHER_DIGESTS = {3: "GOST R 34.11-94", 5: "GOST R 34.11-2012", 6: "SM3"}
_RSA = (5, 7, 8, 10)
MOST_DIGESTS = 16
"""DS records that are looked at; the busiest real zones have six."""


class Vouched(NamedTuple):
    """The keys that digests name."""

    keys: tuple[DNSKEY, ...]
    digests: tuple[DigestSeen, ...]


def usable(digests: Iterable[DS]) -> list[DS]:
    """Those whose algorithms are known here; without any the zone is as if unsigned (RFC 4035 section 5.2).

    SHA-1 digests do not count beside stronger ones (RFC 4509 section 3).
    """
    known = [ds for ds in digests if ds.algorithm in SUPPORTED and ds.digest_type in _DIGESTS]
    strong = [ds for ds in known if ds.digest_type != _SHA1]
    return (strong or known)[:MOST_DIGESTS]


def vouched(zone: dns.name.Name, digests: Sequence[DS], keys: Sequence[DNSKEY]) -> Vouched:
    """The keys of `zone` that its digests name, and what came of each digest."""
    trusted: dict[DNSKEY, None] = {}
    seen: list[DigestSeen] = []
    counted = usable(digests)
    # Those that count are all looked at: whoever orders the records could leave them out by others.
    others = [ds for ds in digests if ds not in counted][: MOST_DIGESTS - len(counted)]
    for ds in (ds for ds in digests if ds in counted or ds in others):
        matching = [key for key in keys if _matches(zone, ds, key)]
        if ds in counted:
            trusted.update(dict.fromkeys(matching))
        seen.append(digest_seen(ds, _note(ds, counted, matching)))
    return Vouched(tuple(trusted), tuple(seen))


def digest_seen(ds: DS, note: str = "") -> DigestSeen:
    """A DS record as it is shown."""
    name = {**_DIGESTS, **_OTHER_DIGESTS}.get(ds.digest_type, str(int(ds.digest_type)))
    return DigestSeen(ds.key_tag, algorithm_name(ds.algorithm), name, ds.digest.hex().upper(), note)


def unknown(ds: DS) -> str:
    """What of a DS record is not known here; empty if all is."""
    if ds.algorithm not in SUPPORTED:
        return f"algorithm {algorithm_name(ds.algorithm)} is not verified here"
    return (
        "" if ds.digest_type in _DIGESTS else f"digests of type {int(ds.digest_type)} are not computed here"
    )


def keys_seen(keys: Iterable[DNSKEY], trusted: Iterable[DNSKEY] = ()) -> tuple[KeySeen, ...]:
    """The keys of a zone as they are shown: those that sign keys first."""
    import dns.dnssec
    from dns.rdtypes.dnskeybase import Flag

    named = set(trusted)
    seen = [
        KeySeen(
            dns.dnssec.key_id(key),
            algorithm_name(key.algorithm),
            "KSK" if key.flags & Flag.SEP else "ZSK",
            _bits(key),
            key in named,
            bool(key.flags & Flag.REVOKE),
        )
        for key in keys
    ]
    return tuple(sorted(seen, key=lambda each: (each.role, each.tag)))


def _matches(zone: dns.name.Name, ds: DS, key: DNSKEY) -> bool:
    import dns.dnssec

    if unknown(ds) or key.algorithm != ds.algorithm or not is_zone_key(key):
        return False
    if dns.dnssec.key_id(key) != ds.key_tag:
        return False
    policy = dns.dnssec.allow_all_policy
    return bool(
        dns.dnssec.make_ds(zone, key, ds.digest_type, policy=policy, validating=True).digest == ds.digest
    )


def _note(ds: DS, counted: Sequence[DS], matching: Sequence[DNSKEY]) -> str:
    if why := unknown(ds):
        return why
    if ds not in counted:
        return "does not count beside a stronger digest"
    return "" if matching else "matches no key of the zone"


def _bits(key: DNSKEY) -> int | None:
    """The length of an RSA modulus (RFC 3110 section 2)."""
    if key.algorithm not in _RSA or len(key.key) < 3:
        return None
    short = key.key[0]
    start = 1 + short if short else 3 + int.from_bytes(key.key[1:3])
    return int.from_bytes(key.key[start:]).bit_length() or None
