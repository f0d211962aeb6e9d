"""Which keys digests name."""

from __future__ import annotations

import dns.dnssec
import dns.name
import pytest
from dns.rdtypes.ANY.DNSKEY import DNSKEY
from dns.rdtypes.ANY.DS import DS

from netmon.resolver.dnssec.anchors import parse_anchors
from netmon.resolver.dnssec.keys import MOST_DIGESTS, keys_seen, unknown, usable, vouched
from tests.resolver.dnssec.staged import changed, pair
from tests.resolver.dnssec.test_anchors import KEY_38696

ZONE = dns.name.from_text("test.")


def digest(key: DNSKEY, kind: str = "SHA256") -> DS:
    return dns.dnssec.make_ds(ZONE, key, kind, policy=dns.dnssec.allow_all_policy)


@pytest.mark.parametrize("kind", ["SHA1", "SHA256", "SHA384"])
def test_the_key_that_a_digest_names(kind: str) -> None:
    named, other = pair().key, pair().key
    found = vouched(ZONE, [digest(named, kind)], [other, named])
    assert found.keys == (named,)
    assert [each.note for each in found.digests] == [""]


def test_a_digest_of_another_key() -> None:
    found = vouched(ZONE, [digest(pair().key)], [pair().key])
    assert found.keys == ()
    assert found.digests[0].note == "matches no key of the zone"


def test_sha1_does_not_count_beside_stronger_ones() -> None:
    weak, strong = pair().key, pair().key
    found = vouched(ZONE, [digest(weak, "SHA1"), digest(strong)], [weak, strong])
    assert found.keys == (strong,)
    assert found.digests[0].note == "does not count beside a stronger digest"


def test_no_order_of_digests_leaves_out_those_that_count() -> None:
    """Else whoever orders the records makes a signed zone look as if signed in unknown ways only."""
    named = pair().key
    noise = [changed(digest(named), algorithm=200, key_tag=tag) for tag in range(2 * MOST_DIGESTS)]
    digests = [*noise, digest(named)]
    assert usable(digests) == [digest(named)]
    found = vouched(ZONE, digests, [named])
    assert found.keys == (named,)
    assert len(found.digests) == MOST_DIGESTS


def test_what_is_not_known_here() -> None:
    ds = digest(pair().key)
    assert unknown(ds) == ""
    assert unknown(changed(ds, algorithm=200)) == "algorithm 200 is not verified here"
    assert unknown(changed(ds, digest_type=5)) == "digests of type 5 are not computed here"
    assert usable([changed(ds, algorithm=200), changed(ds, digest_type=5)]) == []


def test_a_revoked_key_is_not_named() -> None:
    revoked = pair(257 | 128).key
    assert vouched(ZONE, [digest(revoked)], [revoked]).keys == ()


def test_keys_as_they_are_shown() -> None:
    (anchor,) = parse_anchors(KEY_38696, "file")
    zsk = pair(256).key
    ksk, other = keys_seen([zsk, *anchor.keys], anchor.keys)
    assert (ksk.tag, ksk.algorithm, ksk.role, ksk.bits, ksk.is_trusted) == (
        38696,
        "RSASHA256",
        "KSK",
        2048,
        True,
    )
    assert (other.role, other.bits, other.is_trusted, other.is_revoked) == ("ZSK", None, False, False)
