"""One record set against one set of keys: which signature is good, or why each is not."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from netmon.model.text import clean
from netmon.model.units import format_age
from netmon.resolver.dnssec.signed import labels
from netmon.resolver.dnssec.verdict import SignatureSeen

if TYPE_CHECKING:
    import dns.name
    import dns.rrset
    from dns.rdtypes.ANY.DNSKEY import DNSKEY
    from dns.rdtypes.ANY.RRSIG import RRSIG

    from netmon.resolver.dnssec.signed import Signed

SUPPORTED = frozenset((5, 7, 8, 10, 13, 14, 15, 16))
"""Algorithms that are verified here: RSA with SHA-1 and SHA-2, ECDSA, EdDSA (RFC 9904). The others are as if
they were not there (RFC 4035 section 5.2)."""
_UNREADABLE = (ValueError, IndexError, ArithmeticError, TypeError)
"""What parsers of keys may meet in strangers' bytes."""
_SERIAL = 1 << 32
"""Times are numbers modulo this: what is further ahead than half of it is in the past (RFC 1982)."""
MOST_SIGNATURES = 8
"""Of one record set; a rollover of keys and algorithms together needs four."""
MOST_KEYS = 4
"""Of the same tag, tried for one signature (KeyTrap, CVE-2023-50387)."""
MOST_TRIALS = 200
"""Signatures verified in one validation: an RSA one takes 50 µs, by the dearest key of all 17 ms."""


class Effort:
    """How much verifying is left: what is signed badly on purpose must not cost more than that."""

    def __init__(self, trials: int = MOST_TRIALS) -> None:
        self._left = trials

    def spend(self) -> bool:
        """Whether one more trial may be made."""
        self._left -= 1
        return self._left >= 0


Named = dict[tuple[int, int], list["DNSKEY"]]
"""Keys by algorithm and tag, which several can share."""


class Keys(NamedTuple):
    """Keys of one zone that are believed."""

    zone: dns.name.Name
    keys: tuple[DNSKEY, ...]

    def by_tag(self) -> Named:
        """Those that may sign, by what a signature says of its key (RFC 4035 section 5.3.1)."""
        import dns.dnssec

        named: Named = {}
        for key in filter(is_zone_key, self.keys):
            named.setdefault((key.algorithm, dns.dnssec.key_id(key)), []).append(key)
        return named


class Checked(NamedTuple):
    """Whether a record set is as its zone signed it."""

    good: RRSIG | None
    seen: tuple[SignatureSeen, ...]
    why: str = ""
    """Why it is not; a clause without a full stop."""


def is_zone_key(key: DNSKEY) -> bool:
    """Whether it may sign a zone: the ZONE bit, protocol 3 (RFC 4034 section 2.1), not revoked (RFC 5011)."""
    from dns.rdtypes.dnskeybase import Flag

    return bool(key.flags & Flag.ZONE) and key.protocol == 3 and not key.flags & Flag.REVOKE


def check(signed: Signed, keys: Keys, now: float, effort: Effort) -> Checked:
    """Verify the signatures one after the other until one is good.

    Args:
        signed: the record set.
        keys: those of the zone that it must be signed by.
        now: seconds since 1970.
        effort: what may still be spent.
    """
    good: RRSIG | None = None
    seen: list[SignatureSeen] = []
    named = keys.by_tag()  # once: a stranger may send hundreds of keys and of signatures
    signatures = sorted(signed.signatures, key=lambda each: (each.algorithm, each.key_tag) not in named)
    for signature in signatures[:MOST_SIGNATURES]:
        note = "" if good is not None else _fault(signed.rrset, signature, keys.zone, named, now, effort)
        seen.append(_seen(signed.rrset, signature, note, is_tried=good is None))
        if good is None and not note:
            good = signature
    return Checked(good, tuple(seen), "" if good is not None else _why(seen, keys.zone))


def moment(timestamp: float) -> str:
    """A time as it stands in sentences."""
    return f"{datetime.fromtimestamp(timestamp, UTC):%Y-%m-%d %H:%M:%S} UTC"


def algorithm_name(number: int) -> str:
    """As registered: `RSASHA256`; a number where it is not known here."""
    import dns.dnssec

    return dns.dnssec.algorithm_to_text(number)


def _fault(
    rrset: dns.rrset.RRset, signature: RRSIG, zone: dns.name.Name, named: Named, now: float, effort: Effort
) -> str:
    """Why `signature` does not count; empty if it verifies."""
    if signature.signer != zone:
        return f"is by {clean(signature.signer.to_text())}, not by the zone {clean(zone.to_text())}"
    if not rrset.name.is_subdomain(zone) or signature.labels < labels(zone):
        return f"is for a name outside of the zone {clean(zone.to_text())}"
    if signature.algorithm not in SUPPORTED:
        return f"is of algorithm {algorithm_name(signature.algorithm)}, which is not verified here"
    if signature.labels > labels(rrset.name):
        return "is for a longer name"
    candidates = named.get((signature.algorithm, signature.key_tag))
    if not candidates:
        algorithm = algorithm_name(signature.algorithm)
        return f"is by key {signature.key_tag} ({algorithm}), and no such key is trusted"
    return _out_of_time(signature, now) or _trial(rrset, signature, candidates, zone, effort)


def _out_of_time(signature: RRSIG, now: float) -> str:
    """Why it is not valid now; empty if it is (RFC 4034 section 3.1.5)."""
    if (left := _ahead(signature.expiration, now)) < 0:
        if signature.expiration > now:
            return f"is valid until {moment(signature.expiration)}: so far ahead counts as past (RFC 1982)"
        return f"expired {format_age(-left)} ago, on {moment(signature.expiration)}"
    if (wait := _ahead(signature.inception, now)) > 0:
        return f"is not valid before {moment(signature.inception)}, in {format_age(wait)}"
    return ""


def _ahead(timestamp: int, now: float) -> float:
    """Seconds from now until then, fewer than none where it is past, by serial number arithmetic."""
    return (timestamp - now + _SERIAL / 2) % _SERIAL - _SERIAL / 2


def _trial(
    rrset: dns.rrset.RRset,
    signature: RRSIG,
    candidates: Sequence[DNSKEY],
    zone: dns.name.Name,
    effort: Effort,
) -> str:
    for key in candidates[:MOST_KEYS]:
        if not effort.spend():
            return f"was not checked: there were {MOST_TRIALS} before it, more than an honest zone needs"
        if _verifies(rrset, signature, key, zone):
            return ""
    return "does not verify: the records are not those that were signed"


def _verifies(rrset: dns.rrset.RRset, signature: RRSIG, key: DNSKEY, zone: dns.name.Name) -> bool:
    import dns.dnssec
    import dns.exception
    import dns.rdataset
    from cryptography.exceptions import UnsupportedAlgorithm

    only = dns.rdataset.from_rdata(0, key)
    # Whether it is in time has been judged, by an arithmetic that dnspython does not know.
    then = signature.inception
    try:
        # Its own policy refuses SHA-1, by which some zones are still signed; SUPPORTED is ours.
        dns.dnssec.validate_rrsig(rrset, signature, {zone: only}, None, then, dns.dnssec.allow_all_policy)
    except (dns.exception.DNSException, UnsupportedAlgorithm, struct.error, *_UNREADABLE):
        return False  # a key whose bytes are no key is as good as one that does not fit
    return True


def _seen(rrset: dns.rrset.RRset, signature: RRSIG, note: str, *, is_tried: bool) -> SignatureSeen:
    import dns.rdatatype

    return SignatureSeen(
        clean(rrset.name.to_text()),
        dns.rdatatype.to_text(rrset.rdtype),
        signature.key_tag,
        algorithm_name(signature.algorithm),
        clean(signature.signer.to_text()),
        datetime.fromtimestamp(signature.inception, UTC),
        datetime.fromtimestamp(signature.expiration, UTC),
        note,
        is_tried,
    )


def _why(seen: Sequence[SignatureSeen], zone: dns.name.Name) -> str:
    """The one reason of several that tells most: of a signature that came closest to being good."""
    if not seen:
        return f"there is no signature, though {clean(zone.to_text())} is signed"
    order = ("expired", "is not valid", "does not verify", "was not checked", "is by key", "is of algorithm")
    told = min(seen, key=lambda each: next((n for n, o in enumerate(order) if each.note.startswith(o)), 9))
    by = "" if told.note.startswith("is by key") else f" by key {told.tag}"
    return f"its signature{by} {told.note}"
