"""Verdicts on a whole signed tree of real servers: those of unbound and, where it has one, of delv."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import NamedTuple

import dns.name
import pytest

from netmon.resolver.dnssec.anchors import load_anchors
from netmon.resolver.dnssec.fetching import Fetcher
from netmon.resolver.dnssec.validating import validate
from netmon.resolver.dnssec.verdict import Trust
from netmon.resolver.server import parse_server
from netmon.resolver.transport.exchange import Deadline
from tests.resolver.dnssec.signed_tree import (
    UNBOUND,
    SignedTree,
    delv_says,
    drill_says,
    running_signed_tree,
    unbound_says,
)  # fmt: skip

pytestmark = pytest.mark.root


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SignedTree]:
    with running_signed_tree(tmp_path_factory.mktemp("signed")) as running:
        yield running


def validated(tree: SignedTree, name: str, kind: str) -> Trust:
    """The verdict of netmon, which asks unbound for the records and does not ask it to judge."""
    fetcher = Fetcher([parse_server(UNBOUND)], Deadline(time.monotonic() + 10))
    anchors = load_anchors(str(tree.anchor))
    return validate(dns.name.from_text(name), kind, fetcher, anchors, time.time())


class Case(NamedTuple):
    """One question and what is to be said of it."""

    name: str
    kind: str
    verdict: str
    reason: str
    """Words of netmon's."""
    unbound: str = ""
    """Words of unbound's extended error."""
    delv: str | None = None
    """Words of delv's; None for those that its verdict mostly has."""


DELV = {"secure": "fully validated", "insecure": "unsigned answer", "bogus": "resolution failed"}


def sound(zone: str) -> list[Case]:
    """What every sound zone has, and lacks."""
    return [
        Case(f"www.{zone}", "A", "secure", f"the A of www.{zone} is signed by key"),
        Case(f"nothing.{zone}", "A", "secure", f"nothing.{zone} does not exist: {zone} proves it"),
        Case(f"q.wild.{zone}", "TXT", "secure", f"q.wild.{zone} has no TXT record: {zone} proves it"),
    ]


def more(zone: str) -> list[Case]:
    """The rest of it."""
    return [
        Case(f"www.{zone}", "TXT", "secure", f"www.{zone} has no TXT record: {zone} proves it"),
        Case(f"b.a.{zone}", "A", "secure", f"b.a.{zone} does not exist: {zone} proves it"),
        Case(f"q.wild.{zone}", "A", "secure", f"is made from the wildcard *.wild.{zone}, signed by key"),
        Case(f"*.wild.{zone}", "A", "secure", f"the A of *.wild.{zone} is signed by key"),
        Case(f"ent.{zone}", "A", "secure", f"ent.{zone} has no A record: {zone} proves it"),
        Case(zone, "DNSKEY", "secure", f"the DNSKEY of {zone} is signed by key"),
        Case(zone, "DS", "secure", f"the DS of {zone} is signed by key"),
    ]


SOUND = {
    "secure.test.": "NSEC, Ed25519",
    "three.test.": "NSEC3",
    "auto.test.": "NSEC3, signed by knot",
    "rsa.test.": "NSEC, RSA",
    "sub.secure.test.": "ECDSA P-384, on the server of its parent",
    "deep.under.secure.test.": "below an empty non-terminal",
    "signed.opt.": "below opt-out",
}

CASES = [
    *(case for zone in SOUND for case in sound(zone)),
    *(case for zone in list(SOUND)[:3] for case in more(zone)),
    Case(".", "DS", "secure", ". has no DS record: . proves it"),
    Case("nothing.", "A", "secure", "nothing. does not exist: . proves it"),
    # Aliases
    Case("alias.secure.test.", "A", "secure", "the A of www.three.test. is signed"),
    Case("q.wildalias.secure.test.", "A", "secure", "the A of www.rsa.test. is signed"),
    Case("www.dname.secure.test.", "A", "secure", "the A of www.three.test. is signed"),
    Case("toinsecure.secure.test.", "A", "insecure", "the chain ends at unsigned.test."),
    Case("tobogus.secure.test.", "A", "bogus", "expired 10d ago", "EDE 7"),
    # Insecure
    Case("www.unsigned.test.", "A", "insecure", "test. delegates it without a DS"),
    Case("nothing.unsigned.test.", "A", "insecure", "test. delegates it without a DS"),
    Case("unsigned.test.", "DS", "secure", "unsigned.test. has no DS record: test. proves it"),
    Case("www.plain.three.test.", "A", "insecure", "three.test. delegates it without a DS"),
    Case("plain.three.test.", "DS", "secure", "plain.three.test. has no DS record: three.test. proves it"),
    Case("www.unsigned.opt.", "A", "insecure", "opt-out"),
    # RFC 5155 section 9.2: no AD. BIND says how it was proved and leaves it at that.
    Case("unsigned.opt.", "DS", "insecure", "opt-out", delv="negative response, fully validated"),
    Case("nothing.opt.", "A", "insecure", "opt-out", delv="negative response, fully validated"),
    Case("www.oddalg.test.", "A", "insecure", "algorithm 200 is not verified here"),
    Case("www.odddigest.test.", "A", "insecure", "digests of type 99 are not computed here"),
    Case("nothing.costly.test.", "A", "insecure", "151 iterations"),
    Case("q.wild.costly.test.", "A", "insecure", "151 iterations"),
    Case("www.costly.test.", "TXT", "insecure", "151 iterations"),
    Case("costly.test.", "DS", "secure", "the DS of costly.test. is signed"),
    # Bogus
    Case("www.expired.test.", "A", "bogus", "expired 10d ago", "EDE 7"),
    Case("www.future.test.", "A", "bogus", "is not valid before", "EDE 8"),
    Case("www.wrongkey.test.", "A", "bogus", "is one that the DS records in the parent zone names", "EDE 9"),
    Case("www.broken.test.", "A", "bogus", "the records are not those that were signed", "EDE 6"),
    Case("www.missing.test.", "A", "bogus", "there is no signature", "EDE 10"),
    Case("www.stripped.test.", "A", "bogus", "there is no signature", "EDE 10"),
    # The names are proved to be absent, and how long that may be believed is not.
    Case("nothing.baresoa.test.", "A", "bogus", "the SOA beside it: there is no signature", "EDE 10"),
    Case("www.baresoa.test.", "TXT", "bogus", "the SOA beside it: there is no signature", "EDE 10"),
    Case("www.baresoa.test.", "A", "secure", "the A of www.baresoa.test. is signed"),
    Case("nothing.noproof.test.", "A", "bogus", "without NSEC or NSEC3 records", "EDE 12"),
    Case("www.noproof.test.", "TXT", "bogus", "without NSEC or NSEC3 records", "EDE 12"),
    Case("q.wild.noproof.test.", "A", "bogus", "without NSEC or NSEC3 records", "EDE 6"),
    Case("gone.liar.test.", "A", "bogus", "no NSEC record matches or covers gone.liar.test.", "EDE 6"),
    Case("zz.liar.test.", "A", "secure", "zz.liar.test. does not exist: liar.test. proves it"),
    Case("www.liar3.test.", "A", "bogus", "no NSEC3 record covers www.liar3.test.", "EDE 6"),
    Case("zz.liar3.test.", "A", "secure", "zz.liar3.test. does not exist: liar3.test. proves it"),
    # Positive answers need no proof of absence, whatever is wrong with those of the zone.
    Case("www.costly.test.", "A", "secure", "the A of www.costly.test. is signed"),
    Case("www.noproof.test.", "A", "secure", "the A of www.noproof.test. is signed"),
    # An empty non-terminal above nothing but an unsigned delegation is not in an opt-out chain.
    Case("www.child.hollow.opt.", "A", "insecure", "opt-out", delv=""),
    Case("child.hollow.opt.", "DS", "insecure", "opt-out", delv="negative response, fully validated"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.name}{case.kind}")
def test_the_verdict_is_that_of_others(tree: SignedTree, case: Case) -> None:
    with tree.host.entered():
        unbound = unbound_says(case.name, case.kind)  # first: what it already knows as bogus it says less of
        trust = validated(tree, case.name, case.kind)
        delv = delv_says(tree, case.name, case.kind)
    assert trust.status == case.verdict, trust.reason
    assert case.reason in trust.reason
    assert unbound.startswith(case.verdict)
    assert case.unbound in unbound
    assert (DELV[case.verdict] if case.delv is None else case.delv) in delv


@pytest.mark.parametrize(
    ("name", "kind", "drill", "netmon"),
    [
        ("www.secure.test.", "A", "Chase successful", "secure"),
        ("www.auto.test.", "A", "Chase successful", "secure"),
        ("nothing.secure.test.", "A", "Chase successful", "secure"),
        ("www.three.test.", "TXT", "Chase successful", "secure"),
        ("www.unsigned.test.", "A", "No DNSSEC public key", "insecure"),
        ("www.expired.test.", "A", "DNSSEC signature has expired", "bogus"),
        ("www.future.test.", "A", "DNSSEC signature not incepted yet", "bogus"),
        ("www.broken.test.", "A", "Bogus DNSSEC signature", "bogus"),
    ],
)
def test_drill_chases_the_signatures_to_the_same_end(
    tree: SignedTree, name: str, kind: str, drill: str, netmon: str
) -> None:
    with tree.host.entered():
        assert drill in drill_says(tree, name, kind)
        assert validated(tree, name, kind).status == netmon
