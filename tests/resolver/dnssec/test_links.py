"""What a message says of a name, and whether it proves it."""

from __future__ import annotations

import dns.name
import dns.rrset
import pytest

from netmon.resolver.dnssec.links import Question, found, judge
from netmon.resolver.dnssec.pursuit import Pursuit
from netmon.resolver.dnssec.verdict import StepKind, TrustStatus, TrustStep
from netmon.resolver.dnssec.zones import Zone
from tests.resolver.dnssec.staged import NOW, answer, fetched, pair, rrset, sign, with_signature

NAME = dns.name.from_text("www.test.")
BY = pair()
WWW = rrset("www.test.", "A", "192.0.2.1")
SECURE = Zone(dns.name.from_text("test."), TrustStatus.SECURE, "", (BY.key,))


def judged(*sets: dns.rrset.RRset, zone: Zone = SECURE, rcode: int = 0, edns: bool = True) -> TrustStep:
    message = answer("www.test.", "A", *sets, rcode=rcode, edns=edns)
    question = Question(NAME, "A", fetched(message), message, zone)
    return judge(Pursuit(lambda name, kind: fetched(None), NOW), question, found(message, NAME, "A"))


def test_records_aliases_and_nothing() -> None:
    assert found(answer("www.test.", "A", WWW), NAME, "A").kind is StepKind.ANSWER
    cname = found(answer("www.test.", "A", rrset("www.test.", "CNAME", "x.test.")), NAME, "A")
    assert (cname.kind, str(cname.target)) == (StepKind.ALIAS, "x.test.")
    assert (
        found(answer("www.test.", "CNAME", rrset("www.test.", "CNAME", "x.")), NAME, "CNAME").target is None
    )
    dname = found(answer("www.test.", "A", rrset("test.", "DNAME", "x.example.")), NAME, "A")
    assert (dname.kind, str(dname.target)) == (StepKind.ALIAS, "www.x.example.")
    assert found(answer("www.test.", "A"), NAME, "A").kind is StepKind.DENIAL


def test_a_dname_that_makes_a_name_too_long() -> None:
    long = ".".join(["a" * 60] * 4)
    link = found(answer("www.test.", "A", rrset("test.", "DNAME", f"{long}.tested.")), NAME, "A")
    assert (link.kind, link.target) == (StepKind.ALIAS, None)


def test_signed_records() -> None:
    step = judged(*with_signature(WWW, sign(WWW, BY, "test.")))
    assert step.status is TrustStatus.SECURE
    assert judged(*with_signature(WWW, sign(WWW, pair(), "test."))).status is TrustStatus.BOGUS


def test_without_signatures_it_depends_on_who_says_it() -> None:
    assert judged(WWW).status is TrustStatus.BOGUS
    assert judged(WWW, edns=False).status is TrustStatus.INDETERMINATE
    assert judged().status is TrustStatus.BOGUS
    assert judged(edns=False).status is TrustStatus.INDETERMINATE
    assert judged(WWW, zone=Zone(SECURE.name, TrustStatus.INSECURE)).status is TrustStatus.INSECURE


def denied(kind: str, *sets: dns.rrset.RRset) -> TrustStep:
    """What is said of an answer without records, with these in its authority section."""
    message = answer("www.test.", kind, *sets, authority=True)
    question = Question(NAME, kind, fetched(message), message, SECURE)
    return judge(Pursuit(lambda name, kind: fetched(None), NOW), question, found(message, NAME, kind))


@pytest.mark.parametrize("kind", ["A", "DS"])
def test_that_an_alias_has_no_such_record_is_no_answer(kind: str) -> None:
    """Whoever takes the CNAME out of an answer leaves its NSEC behind (RFC 6840 section 4.3)."""
    alias = rrset("www.test.", "NSEC", "x.test. CNAME RRSIG NSEC")
    step = denied(kind, *with_signature(alias, sign(alias, BY, "test.")))
    assert step.status is TrustStatus.BOGUS
    assert "is an alias, which the answer should have followed" in step.summary


def test_that_a_name_is_not_there_does_not_deny_its_wildcard_the_ds() -> None:
    """A wildcard would have answered for the name, whatever type was asked."""
    around = rrset("a.test.", "NSEC", "x.test. A RRSIG NSEC")
    step = denied("DS", *with_signature(around, sign(around, BY, "test.")))
    assert step.status is TrustStatus.BOGUS
    lacking = rrset("www.test.", "NSEC", "x.test. NS RRSIG NSEC")
    assert denied("DS", *with_signature(lacking, sign(lacking, BY, "test."))).status is TrustStatus.SECURE


def test_a_wildcard_without_the_proof_is_bogus() -> None:
    star = rrset("*.test.", "A", "192.0.2.1")
    step = judged(*with_signature(WWW, sign(star, BY, "test.")))
    assert step.status is TrustStatus.BOGUS
    assert step.summary.startswith("it is not proved that nothing closer than *.test. matches www.test.")
