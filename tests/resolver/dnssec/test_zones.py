"""The keys of a zone: theirs, or why they are not believed."""

from __future__ import annotations

import dns.dnssec
import dns.message
import dns.name
import dns.rrset

from netmon.resolver.dnssec.anchors import Anchor
from netmon.resolver.dnssec.fetching import Fetched
from netmon.resolver.dnssec.pursuit import Pursuit
from netmon.resolver.dnssec.verdict import TrustStatus, TrustStep
from netmon.resolver.dnssec.zones import Zone, anchored
from tests.resolver.dnssec.staged import NOW, answer, changed, fetched, pair, sign, with_signature

TEST = dns.name.from_text("test.")
KSK, ZSK = pair(), pair(256)
KEYS = dns.rrset.from_rdata("test.", 300, KSK.key, ZSK.key)
ANCHOR = Anchor(TEST, (dns.dnssec.make_ds(TEST, KSK.key, "SHA256"),))


def begin(given: Fetched, anchor: Anchor = ANCHOR) -> tuple[Zone, TrustStep]:
    pursuit = Pursuit(lambda name, kind: given, NOW)
    zone = anchored(pursuit, anchor)
    (step,) = pursuit.steps
    assert (zone.status, zone.reason or step.summary) == (step.status, step.summary)
    return zone, step


def keys_message(*sets: dns.rrset.RRset, edns: bool = True) -> dns.message.Message:
    return answer("test.", "DNSKEY", *sets, edns=edns)


def test_all_keys_are_believed_once_one_that_is_named_signs_them() -> None:
    zone, step = begin(fetched(keys_message(*with_signature(KEYS, sign(KEYS, KSK, "test.")))))
    assert (zone.status, set(zone.keys)) == (TrustStatus.SECURE, {KSK.key, ZSK.key})
    assert [(key.role, key.is_trusted) for key in step.keys] == [("KSK", True), ("ZSK", False)]
    assert step.digests[0].note == ""
    assert (step.ms, step.server) == (1.0, "192.0.2.53")


def test_an_anchor_that_is_a_key() -> None:
    message = keys_message(*with_signature(KEYS, sign(KEYS, KSK, "test.")))
    assert begin(fetched(message), Anchor(TEST, (), (KSK.key,)))[0].status is TrustStatus.SECURE
    assert begin(fetched(message), Anchor(TEST, (), (pair().key,)))[0].status is TrustStatus.BOGUS


def test_a_key_that_is_not_named_cannot_vouch_for_the_others() -> None:
    zone, _ = begin(fetched(keys_message(*with_signature(KEYS, sign(KEYS, ZSK, "test.")))))
    assert zone.status is TrustStatus.BOGUS
    assert "and no such key is trusted" in zone.reason


def test_a_server_that_strips_signatures_is_not_a_bogus_zone() -> None:
    for sets, gave in (((KEYS,), "them without signatures"), ((), "none")):
        zone, _ = begin(fetched(keys_message(*sets)))
        assert zone.status is TrustStatus.INDETERMINATE
        assert zone.reason == (
            "192.0.2.53 does not pass on DNSSEC records: "
            f"asked for the keys (DNSKEY) of test., it gave {gave}"
        )


def test_a_server_that_says_nothing() -> None:
    zone, _ = begin(fetched(None, "was silent until the time was up"))
    assert zone.status is TrustStatus.INDETERMINATE
    assert zone.reason.endswith("could not be had: 192.0.2.53 was silent until the time was up")


def test_an_anchor_of_algorithms_that_are_not_known() -> None:
    odd = Anchor(TEST, (changed(ANCHOR.digests[0], algorithm=200),))
    zone, _ = begin(fetched(keys_message(*with_signature(KEYS, sign(KEYS, KSK, "test.")))), odd)
    assert zone.status is TrustStatus.INDETERMINATE
