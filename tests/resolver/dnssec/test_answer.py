"""From a name to its records over every alias."""

from __future__ import annotations

import dns.name

from netmon.resolver.dnssec.anchors import Anchor
from netmon.resolver.dnssec.answer import Follower
from netmon.resolver.dnssec.fetching import Fetched
from netmon.resolver.dnssec.pursuit import Pursuit
from tests.resolver.dnssec.asking import trust
from tests.resolver.dnssec.signing import Served
from tests.resolver.dnssec.staged import NOW, answer, fetched, pair, rrset, sign, with_signature


def test_every_alias_is_among_the_records(signed_tree: Served) -> None:
    found = trust(signed_tree, "www.old.nsec.test.")
    assert [(record.type, record.data) for record in found.records] == [
        ("DNAME", "n3.test."), ("A", "192.0.2.4"),
    ]  # fmt: skip
    assert found.rcode == "NOERROR"


def test_a_circle_of_aliases(signed_tree: Served) -> None:
    found = trust(signed_tree, "loop.nsec.test.")
    assert found.status == "indeterminate"
    assert found.reason == "the aliases go round in a circle: loop.nsec.test. was there before"


def test_a_name_that_is_not_there(signed_tree: Served) -> None:
    found = trust(signed_tree, "nope.nsec.test.")
    assert (found.records, found.rcode) == ((), "NXDOMAIN")
    assert found.steps[-1].summary == "nope.nsec.test. does not exist: nsec.test. proves it"


def test_nobody_to_ask(signed_tree: Served) -> None:
    from tests.resolver.rules.nsd import free_port

    found = trust(signed_tree, "www.nsec.test.", server=f"127.0.0.1:{free_port()}")
    assert (found.status, found.rcode, found.records) == ("indeterminate", None, ())
    assert "refused: nothing serves that port" in found.reason


def test_no_record_lives_longer_than_the_zone_signed() -> None:
    """Whoever passes it on could write any TTL (RFC 4035 section 5.3.3)."""
    by, root = pair(), dns.name.root
    keys, www = rrset(".", "DNSKEY", by.key.to_text()), rrset("www.", "A", "192.0.2.1")
    signatures = {each.name: sign(each, by, ".") for each in (keys, www)}
    www.ttl = 2_000_000

    def ask(name: dns.name.Name, kind: str) -> Fetched:
        records = keys if kind == "DNSKEY" else www
        return fetched(answer(name.to_text(), kind, *with_signature(records, signatures[records.name])))

    end = Follower(Pursuit(ask, NOW), [Anchor(root, keys=(by.key,))]).follow(www.name, "A")
    assert [record.ttl for record in end.records] == [300]
