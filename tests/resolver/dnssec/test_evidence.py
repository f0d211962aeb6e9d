"""Only what the zone has signed of its own names may prove anything."""

from __future__ import annotations

import dns.rrset

from netmon.resolver.dnssec.denial.verdict import unproven
from netmon.resolver.dnssec.evidence import Evidence, evidence
from netmon.resolver.dnssec.pursuit import Pursuit
from tests.resolver.dnssec.staged import NOW, answer, fetched, keys, pair, rrset, sign, with_signature

BY = pair()
NSEC = rrset("a.test.", "NSEC", "c.test. A RRSIG NSEC")
NONE = unproven("the rest says nothing")


def of(*sets: dns.rrset.RRset) -> Evidence:
    pursuit = Pursuit(lambda name, kind: fetched(None), NOW)
    return evidence(pursuit, answer("b.test.", "A", *sets, authority=True), keys("test.", BY))


def test_what_verifies() -> None:
    found = of(*with_signature(NSEC, sign(NSEC, BY, "test.")), rrset("test.", "NS", "ns.test."))
    assert (found.rrsets, found.fault) == ((NSEC,), "")
    assert found.why_not(NONE) == "the rest says nothing"


def test_what_does_not() -> None:
    found = of(*with_signature(NSEC, sign(NSEC, pair(), "test.")))
    assert found.rrsets == ()
    assert found.why_not(NONE).startswith("the proof at a.test. fails: its signature is by key")


def test_nothing() -> None:
    assert of().why_not(NONE) == "the answer comes without NSEC or NSEC3 records, which prove it"


def test_the_proof_of_a_wildcard_does_not_speak_for_a_name() -> None:
    star = rrset("*.test.", "NSEC", "c.test. A RRSIG NSEC")
    expanded = rrset("a.test.", "NSEC", "c.test. A RRSIG NSEC")
    found = of(*with_signature(expanded, sign(star, BY, "test.")))
    assert found.rrsets == ()
    assert found.fault == "the proof at a.test. is that of a wildcard"


def test_records_are_bounded() -> None:
    many = [rrset(f"a{n}.test.", "NSEC", "c.test. A") for n in range(100)]
    assert (
        len(of(*(each for nsec in many for each in with_signature(nsec, sign(nsec, BY, "test.")))).rrsets)
        == 12
    )
