"""Which zone a name is in, each label looked at once."""

from __future__ import annotations

import time

import dns.name

from netmon.resolver.dnssec.anchors import load_anchors
from netmon.resolver.dnssec.chain import Chain
from netmon.resolver.dnssec.fetching import Ask, Fetched
from netmon.resolver.dnssec.pursuit import Pursuit
from netmon.resolver.dnssec.verdict import TrustStatus
from tests.resolver.dnssec.asking import fetcher
from tests.resolver.dnssec.signing import Served


def test_each_label_is_looked_at_once(signed_tree: Served) -> None:
    real, asked = fetcher(signed_tree.server), list[tuple[str, str]]()

    def ask(name: dns.name.Name, kind: str) -> Fetched:
        asked.append((name.to_text(), kind))
        return real(name, kind)

    pursuit = Pursuit(ask, time.time())
    chain = Chain(load_anchors(str(signed_tree.anchor))[0], pursuit)
    for _ in range(2):
        zone = chain.zone_of(dns.name.from_text("www.nsec.test."))
        assert (zone.name.to_text(), zone.status) == ("nsec.test.", TrustStatus.SECURE)
    assert asked == [
        (".", "DNSKEY"), ("test.", "DS"), ("test.", "DNSKEY"), ("nsec.test.", "DS"), ("nsec.test.", "DNSKEY"),
        ("www.nsec.test.", "DS"),
    ]  # fmt: skip


def test_it_stops_where_nothing_can_be_below(signed_tree: Served) -> None:
    pursuit = Pursuit(fetcher(signed_tree.server), time.time())
    chain = Chain(load_anchors(str(signed_tree.anchor))[0], pursuit)
    assert chain.zone_of(dns.name.from_text("a.b.c.d.nope.nsec.test.")).name.to_text() == "nsec.test."
    assert pursuit.steps[-1].name == "nope.nsec.test."
    zone = chain.zone_of(dns.name.from_text("a.b.plain.test."))
    assert (zone.name.to_text(), zone.status) == ("plain.test.", TrustStatus.INSECURE)


def _silent_on(tree: Served, unproven: str) -> Ask:
    """The zone's server, but for the DS of one name it proves nothing."""
    real = fetcher(tree.server)

    def ask(name: dns.name.Name, kind: str) -> Fetched:
        found = real(name, kind)
        if found.message is not None and (name.to_text(), kind) == (unproven, "DS"):
            found.message.authority.clear()
        return found

    return ask


def test_what_is_not_proved_for_a_label_a_longer_name_may_prove(signed_tree: Served) -> None:
    pursuit = Pursuit(_silent_on(signed_tree, "ent.nsec.test."), time.time())
    chain = Chain(load_anchors(str(signed_tree.anchor))[0], pursuit)
    zone = chain.zone_of(dns.name.from_text("nope.ent.nsec.test."))
    assert (zone.name.to_text(), zone.status) == ("nsec.test.", TrustStatus.SECURE)
    assert {step.status for step in pursuit.steps} == {TrustStatus.SECURE}


def test_what_nothing_proves_is_told_once(signed_tree: Served) -> None:
    pursuit = Pursuit(_silent_on(signed_tree, "ent.nsec.test."), time.time())
    chain = Chain(load_anchors(str(signed_tree.anchor))[0], pursuit)
    for _ in range(2):
        zone = chain.zone_of(dns.name.from_text("ent.nsec.test."))
        assert (zone.name.to_text(), zone.status) == ("ent.nsec.test.", TrustStatus.BOGUS)
    assert [step.name for step in pursuit.steps if step.status is TrustStatus.BOGUS] == ["ent.nsec.test."]
