"""Evidence from NSEC records: canonical order, the way round, records that are none of the chain."""

from __future__ import annotations

import dns.name
import dns.rrset

from netmon.resolver.dnssec.denial.evidence import Gap
from netmon.resolver.dnssec.denial.nsec import NsecChain
from tests.resolver.dnssec.denial.chains import ZONE, name


def nsec(owner: str, after: str, types: str = "A RRSIG NSEC") -> dns.rrset.RRset:
    """One record."""
    return dns.rrset.from_text(name(owner), 60, "IN", "NSEC", f"{name(after)} {types}")


def test_the_order_is_that_of_the_rfc() -> None:
    # RFC 4034 section 6.1: zABC.a before z.a? By labels from the right, without case, bytes as they are.
    order = ["a", "yljkjljk.a", "Z.a", "zABC.a", "z", "\\001.z", "*.z", "\\200.z"]
    for before, between, after in zip(order, order[1:], order[2:], strict=False):
        gap = NsecChain(ZONE, [nsec(before, after)]).gap(name(between))
        is_below = name(after).is_subdomain(name(between))
        assert isinstance(gap, Gap) != is_below


def test_the_last_goes_round_to_the_apex() -> None:
    chain = NsecChain(ZONE, [nsec("m", "@")])
    gap = chain.gap(name("z"))
    assert isinstance(gap, Gap)
    assert gap.encloser == ZONE
    assert gap.said == ("the NSEC record from m.zone.test. to zone.test. covers z.zone.test.",)
    assert chain.gap(name("a")) == "no NSEC record matches or covers a.zone.test."


def test_the_only_one_covers_all_but_the_apex() -> None:
    chain = NsecChain(ZONE, [nsec("@", "@", "SOA NS")])
    assert chain.node(ZONE) is not None
    assert isinstance(chain.gap(name("b.a")), Gap)
    assert chain.missing(name("*"))


def test_what_is_not_of_the_chain_is_left_out() -> None:
    for owner, after in [("a.other.test.", "c.zone.test."), ("a.zone.test.", "z.other.test.")]:
        assert not NsecChain(ZONE, [dns.rrset.from_text(owner, 60, "IN", "NSEC", f"{after} A")])
    assert not NsecChain(ZONE, [nsec("m", "b")])
    assert not NsecChain(ZONE, [dns.rrset.from_text("a.zone.test.", 60, "IN", "A", "192.0.2.1")])


def test_the_types_of_all_records_of_an_owner_count() -> None:
    node = NsecChain(ZONE, [nsec("a", "b", "A"), nsec("A", "c", "TXT")]).node(name("a"))
    assert node is not None
    assert node.types == {1, 16}
    assert node.said == "the NSEC record of a.zone.test. lists A TXT"


def test_hostile_names_are_printable() -> None:
    gap = NsecChain(ZONE, [nsec("\\027[31m", "\\226\\128\\174x")]).gap(name("b"))
    assert isinstance(gap, Gap)
    assert gap.said[0].isprintable()
