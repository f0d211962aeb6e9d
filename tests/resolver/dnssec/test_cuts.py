"""One label further down, on real zones: another zone, the same, the end of the chain, or a broken one."""

from __future__ import annotations

import time

import dns.message
import dns.name
import pytest

from netmon.resolver.dnssec.anchors import load_anchors
from netmon.resolver.dnssec.chain import Chain
from netmon.resolver.dnssec.cuts import Place, descend
from netmon.resolver.dnssec.fetching import Ask
from netmon.resolver.dnssec.pursuit import Pursuit
from netmon.resolver.dnssec.verdict import TrustStatus, TrustStep
from netmon.resolver.dnssec.zones import Zone
from tests.resolver.dnssec.asking import fetcher
from tests.resolver.dnssec.signing import Served
from tests.resolver.dnssec.staged import NOW, answer, fetched, pair, rrset, sign, with_signature


def down(tree: Served, parent: str, cut: str) -> tuple[Place, TrustStep]:
    pursuit = Pursuit(fetcher(tree.server), time.time())
    zone = Chain(load_anchors(str(tree.anchor))[0], pursuit).zone_of(dns.name.from_text(parent))
    place = descend(pursuit, zone, dns.name.from_text(cut))
    return place, pursuit.steps[-1]


@pytest.mark.parametrize(
    ("parent", "cut", "zone", "is_end"),
    [
        ("test.", "nsec.test.", "nsec.test.", False),
        ("nsec.test.", "www.nsec.test.", "nsec.test.", False),
        ("nsec.test.", "ent.nsec.test.", "nsec.test.", False),
        ("nsec.test.", "nope.nsec.test.", "nsec.test.", True),
        ("nsec.test.", "alias.nsec.test.", "nsec.test.", True),
        ("nsec.test.", "www.old.nsec.test.", "nsec.test.", True),
        ("n3.test.", "nope.n3.test.", "n3.test.", True),
    ],
)
def test_secure_places(signed_tree: Served, parent: str, cut: str, zone: str, is_end: bool) -> None:
    place, step = down(signed_tree, parent, cut)
    assert (place.zone.name.to_text(), place.is_end) == (zone, is_end)
    assert place.zone.status is step.status is TrustStatus.SECURE


@pytest.mark.parametrize(
    ("parent", "cut", "says"),
    [
        ("test.", "plain.test.", "test. delegates it without a DS, so nothing below is signed"),
        ("optout.test.", "unsigned.optout.test.", "optout.test. leaves unsigned delegations out"),
        ("test.", "unknown.test.", "algorithm 200 is not verified here"),
    ],
)
def test_where_the_chain_ends_by_right(signed_tree: Served, parent: str, cut: str, says: str) -> None:
    place, step = down(signed_tree, parent, cut)
    assert place.zone.status is step.status is TrustStatus.INSECURE
    assert says in step.summary


def test_a_delegation_that_proves_nothing(signed_tree: Served) -> None:
    place, _ = down(signed_tree, "denies.test.", "www.denies.test.")
    assert place.doubt is not None  # not told yet: a longer name may show which zone this is
    assert place.doubt.status is TrustStatus.BOGUS
    assert place.doubt.summary == (
        "denies.test. should prove whether www.denies.test. is signed, and does not: "
        "the answer comes without NSEC or NSEC3 records, which prove it"
    )


def test_a_ds_that_a_wildcard_made_is_none() -> None:
    """Its signature is good, but no parent delegates names that it does not know."""
    by, child = pair(), dns.name.from_text("child.test.")
    ds = f"1 15 2 {'00' * 32}"
    signature = sign(rrset("*.test.", "DS", ds), by, "test.")
    message = answer("child.test.", "DS", *with_signature(rrset("child.test.", "DS", ds), signature))
    parent = Zone(dns.name.from_text("test."), TrustStatus.SECURE, "", (by.key,))
    place = descend(Pursuit(_always(message), NOW), parent, child)
    assert place.zone.status is TrustStatus.BOGUS
    assert place.zone.reason == "the DS of child.test. is not to be trusted: it is made from a wildcard"


def _always(message: dns.message.Message) -> Ask:
    return lambda name, kind: fetched(message)


@pytest.mark.parametrize(("edns", "status"), [(True, TrustStatus.BOGUS), (False, TrustStatus.INDETERMINATE)])
def test_a_server_without_edns_cannot_prove(signed_tree: Served, edns: bool, status: TrustStatus) -> None:
    real, forged = fetcher(signed_tree.server), rrset("nsec.test.", "DS", f"1 13 2 {'00' * 32}")
    for sets in ((), (forged,)):
        message = answer("nsec.test.", "DS", *sets, edns=edns)
        pursuit = Pursuit(_always(message), time.time())
        parent = Chain(load_anchors(str(signed_tree.anchor))[0], Pursuit(real, time.time()))
        zone = parent.zone_of(dns.name.from_text("test."))
        place = descend(pursuit, zone, dns.name.from_text("nsec.test."))
        assert (place.doubt or place.zone).status is status
