"""Every proof against what is true of small zones by brute force: proven exactly when it is so."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from random import Random

import dns.name
import dns.rrset
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netmon.resolver.dnssec.denial.proofs import absence, no_closer_match, no_ds
from netmon.resolver.dnssec.denial.verdict import Denial, DenialKind
from tests.resolver.dnssec.denial.chains import ZONE, Small, ancestors, covering, name

TYPES = ("A", "TXT", "DS")
LABELS = ("*", "a", "b", "c")
ASKED = [
    ZONE, *(name(".".join(labels)) for depth in (1, 2, 3) for labels in product(LABELS, repeat=depth)),
]  # fmt: skip

_names = st.lists(st.sampled_from(LABELS[:3]), min_size=1, max_size=3).map(".".join)
_nodes = st.sampled_from(["A", "A TXT", "CNAME", "NS", "NS", "NS DS"])
_wild = st.sampled_from(["A", "TXT", "CNAME"])


@st.composite
def zones(draw: st.DrawFn) -> Small:
    """Some names with types; nothing odd at a wildcard or below a DNAME."""
    texts = draw(st.sets(_names, max_size=6))
    kinds = {text: draw(_wild if text.startswith("*") else _nodes) for text in texts}
    if draw(st.booleans()):
        kinds["dname"] = "DNAME"
    return Small.of(kinds)


def expected_absence(
    zone: Small, one: dns.name.Name, kind: str, *, nxdomain: bool, opt_out: bool
) -> DenialKind:
    """What is to be proven with the whole chain."""
    if zone.hidden(one):
        return DenialKind.UNPROVEN
    if one in zone.there:
        if nxdomain or not zone.lacks(one, kind):
            return DenialKind.UNPROVEN
        return DenialKind.NODATA if zone.there[one] else DenialKind.EMPTY_NON_TERMINAL
    star = zone.wildcard(one)
    if star in zone.there:
        if nxdomain or not zone.lacks(star, kind):
            return DenialKind.UNPROVEN
        return DenialKind.OPT_OUT if opt_out else DenialKind.WILDCARD_NODATA
    if opt_out:
        return DenialKind.OPT_OUT
    return DenialKind.NXDOMAIN if nxdomain else DenialKind.UNPROVEN


def expected_no_ds(zone: Small, one: dns.name.Name, *, opt_out: bool) -> tuple[DenialKind, bool | None]:
    """The same for the DS of a name."""
    if one == ZONE or zone.hidden(one) or "DS" in zone.there.get(one, ()):
        return DenialKind.UNPROVEN, None
    if zone.is_cut(one):
        return DenialKind.NO_DS, True
    if opt_out and one not in zone.there:
        return DenialKind.OPT_OUT, None
    return DenialKind.NO_CUT, False


def chains(zone: Small) -> list[tuple[Small, Sequence[dns.rrset.RRset], bool]]:
    """Each way to sign it: what it says, with which records, and whether with opt-out."""
    left = zone.without_unsigned_delegations()
    return [(zone, zone.nsec, False), (zone, zone.nsec3(), False), (left, zone.nsec3(opt_out=True), True)]


def sound(denial: Denial) -> bool:
    """Proven with a basis, or not and with a reason, and printable."""
    words = (*denial.basis, denial.reason)
    says = (bool(denial.basis), bool(denial.reason)) == (denial.proven, not denial.proven)
    return says and all(word.isprintable() for word in words)


@settings(max_examples=8, deadline=None)
@given(zones())
def test_absence_is_proven_exactly_when_it_is_true(zone: Small) -> None:
    for truth, chain, opt_out in chains(zone):
        for one in ASKED:
            for kind, nxdomain in ((each, flag) for each in TYPES for flag in (False, True)):
                denial = absence(one, kind, ZONE, chain, nxdomain=nxdomain)
                expected = expected_absence(truth, one, kind, nxdomain=nxdomain, opt_out=opt_out)
                if expected is DenialKind.NODATA and denial.kind is DenialKind.EMPTY_NON_TERMINAL:
                    pytest.fail(f"{one} is not empty")
                assert denial.kind is expected, (one, kind, nxdomain, denial)
                assert denial.proven == (expected is not DenialKind.UNPROVEN)
                assert sound(denial)


@settings(max_examples=8, deadline=None)
@given(zones())
def test_the_lack_of_a_ds_is_proven_exactly_when_it_is_true(zone: Small) -> None:
    for truth, chain, opt_out in chains(zone):
        for one in ASKED:
            denial = no_ds(one, ZONE, chain)
            assert (denial.kind, denial.is_cut) == expected_no_ds(truth, one, opt_out=opt_out), (one, denial)
            assert denial.proven == (denial.kind is not DenialKind.UNPROVEN)
            assert sound(denial)


@settings(max_examples=8, deadline=None)
@given(zones())
def test_a_wildcard_may_answer_exactly_when_nothing_is_closer(zone: Small) -> None:
    for truth, chain, opt_out in chains(zone):
        for one in ASKED[1:]:
            for above in ancestors(one):
                # A wildcard with a signature has a parent that is there, and whose names are the zone's.
                if above not in truth.there or truth.hides(above):
                    continue
                denial = no_closer_match(one, len(above) - 1, ZONE, chain)
                is_itself = one.is_wild() and one.parent() == above
                is_so = not truth.hidden(one) and one not in truth.there and truth.encloser(one) == above
                assert denial.proven == (is_so or is_itself), (one, above, denial)
                assert sound(denial)
                if is_so and not is_itself:
                    assert denial.kind is (DenialKind.OPT_OUT if opt_out else DenialKind.WILDCARD_EXPANSION)


@settings(max_examples=40, deadline=None)
@given(zones(), st.sampled_from(ASKED), st.randoms(use_true_random=False))
def test_a_part_of_the_chain_proves_nothing_that_is_not_true(
    zone: Small, one: dns.name.Name, random: Random
) -> None:
    for truth, chain, opt_out in chains(zone):
        part = random.sample(list(chain), random.randint(0, len(chain)))
        # Where an opt-out span covers a name an unsigned delegation may be there, whatever else is missing.
        maybe = {DenialKind.OPT_OUT} if opt_out and one not in truth.there else set()
        for kind, nxdomain in (("A", False), ("A", True), ("DS", False)):
            denial = absence(one, kind, ZONE, part, nxdomain=nxdomain)
            expected = expected_absence(truth, one, kind, nxdomain=nxdomain, opt_out=opt_out)
            assert denial.kind in {DenialKind.UNPROVEN, expected} | maybe
        said = no_ds(one, ZONE, part)
        assert said.kind in {DenialKind.UNPROVEN, expected_no_ds(truth, one, opt_out=opt_out)[0]}


@settings(max_examples=40, deadline=None)
@given(zones(), st.sampled_from(ASKED))
def test_no_proof_survives_the_loss_of_a_record_that_it_needs(zone: Small, one: dns.name.Name) -> None:
    chain = zone.nsec
    if not absence(one, "A", ZONE, chain, nxdomain=True).proven:
        return
    for needed in (one, zone.wildcard(one)):
        lost = covering(chain, needed)
        left = [rrset for rrset in chain if rrset != lost]
        assert not absence(one, "A", ZONE, left, nxdomain=True).proven


@settings(max_examples=40, deadline=None)
@given(zones(), st.sampled_from(ASKED), st.booleans())
def test_no_proof_by_hashes_survives_the_loss_of_what_it_names(
    zone: Small, one: dns.name.Name, nxdomain: bool
) -> None:
    chain = zone.nsec3()
    said = " ".join(absence(one, "A", ZONE, chain, nxdomain=nxdomain).basis)
    for lost in chain:
        digest = lost.name[0].decode()
        if f"record from {digest}" in said or f"({digest}) lists" in said:
            left = [rrset for rrset in chain if rrset != lost]
            assert not absence(one, "A", ZONE, left, nxdomain=nxdomain).proven


SAMPLE = Small.of({
    "a": "A", "*.w": "A", "cut": "NS", "safe": "NS DS", "x.ent": "TXT", "alias": "CNAME", "dname": "DNAME",
})  # fmt: skip


@pytest.mark.parametrize(
    ("text", "kind", "nxdomain", "reason"),
    [
        ("a", "A", False, "the record is there"),
        ("a", "A", True, "the name is there"),
        ("alias", "TXT", False, "is an alias"),
        ("cut", "A", False, "zone above the cut"),
        ("www.cut", "A", True, "of a delegation or a DNAME"),
        ("www.cut", "A", False, "of a delegation or a DNAME"),
        ("www.dname", "A", True, "of a delegation or a DNAME"),
        ("q.w", "TXT", True, "the wildcard would have answered"),
        ("nothing", "A", False, "the name is not there, but"),
        ("@", "DS", False, "for the zone above it to say"),
    ],
)
def test_what_is_not_proven_says_why(text: str, kind: str, nxdomain: bool, reason: str) -> None:
    for chain in (SAMPLE.nsec, SAMPLE.nsec3()):
        denial = absence(name(text), kind, ZONE, chain, nxdomain=nxdomain)
        assert not denial.proven
        assert reason in denial.reason


def test_names_and_records_of_other_zones_prove_nothing() -> None:
    other = dns.name.from_text("other.test.")
    assert "is not in the zone" in absence(other, "A", ZONE, SAMPLE.nsec, nxdomain=True).reason
    below = dns.name.from_text("sub.zone.test.")
    for chain in (SAMPLE.nsec, SAMPLE.nsec3()):
        denial = absence(name("nothing.sub"), "A", below, chain, nxdomain=True)
        assert "no NSEC or NSEC3 record of sub.zone.test." in denial.reason
    assert "has no say" in no_ds(ZONE, ZONE, SAMPLE.nsec).reason
    assert "not of a wildcard above" in no_closer_match(name("a"), 3, ZONE, SAMPLE.nsec).reason
    assert "is not in the zone" in no_closer_match(name("a"), 1, ZONE, SAMPLE.nsec).reason


def test_the_apex_of_the_child_has_no_say_in_its_ds() -> None:
    child = dns.rrset.from_text("cut.zone.test.", 60, "IN", "NSEC", "a.cut.zone.test. NS SOA RRSIG NSEC")
    assert "zone below the cut" in no_ds(name("cut"), ZONE, [child]).reason
    assert "zone below the cut" in absence(name("cut"), "DS", ZONE, [child], nxdomain=False).reason


def test_the_root_has_no_ds_and_may_say_so() -> None:
    root = dns.rrset.from_text(".", 60, "IN", "NSEC", "test. NS SOA RRSIG NSEC DNSKEY")
    assert absence(dns.name.root, "DS", dns.name.root, [root], nxdomain=False).kind is DenialKind.NODATA


@pytest.mark.parametrize("nxdomain", [False, True])
def test_a_compact_denial_says_that_the_name_is_not_there(nxdomain: bool) -> None:
    said = dns.rrset.from_text("q.zone.test.", 60, "IN", "NSEC", "\\000.q.zone.test. RRSIG NSEC TYPE128")
    denial = absence(name("q"), "A", ZONE, [said], nxdomain=nxdomain)
    assert denial.kind is DenialKind.NXDOMAIN
    assert "RFC 9824" in denial.basis[0]
    assert no_ds(name("q"), ZONE, [said])[-1] is False
    more = dns.rrset.from_text("q.zone.test.", 60, "IN", "NSEC", "\\000.q.zone.test. A RRSIG NSEC TYPE128")
    assert not absence(name("q"), "A", ZONE, [more], nxdomain=nxdomain).proven


def test_a_compact_denial_of_a_record() -> None:
    said = dns.rrset.from_text("q.zone.test.", 60, "IN", "NSEC", "\\000.q.zone.test. RRSIG NSEC TXT")
    assert absence(name("q"), "A", ZONE, [said], nxdomain=False).kind is DenialKind.NODATA
    assert not absence(name("q"), "A", ZONE, [said], nxdomain=True).proven
    empty = dns.rrset.from_text("q.zone.test.", 60, "IN", "NSEC", "\\000.q.zone.test. RRSIG NSEC")
    assert absence(name("q"), "ANY", ZONE, [empty], nxdomain=False).proven
    assert not absence(name("q"), "ANY", ZONE, [said], nxdomain=False).proven
    # The name just after the name is below it, and what it covers is nothing.
    assert not absence(name("a.q"), "A", ZONE, [said], nxdomain=True).proven


def test_too_many_iterations_are_not_computed() -> None:
    chain = SAMPLE.nsec3(iterations=151)
    for denial in (
        absence(name("nothing"), "A", ZONE, chain, nxdomain=True),
        no_ds(name("cut"), ZONE, chain),
        no_closer_match(name("q.w"), 3, ZONE, chain),
    ):
        assert denial.kind is DenialKind.TOO_COSTLY
        assert not denial.proven
        assert "151 iterations" in denial.reason
    assert absence(name("nothing"), "A", ZONE, SAMPLE.nsec3(iterations=150), nxdomain=True).proven
