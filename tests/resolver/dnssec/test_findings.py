"""What a validation has to tell beside its verdict."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from netmon.model.finding import FindingState
from netmon.resolver.dnssec.findings import findings_of
from netmon.resolver.dnssec.verdict import SignatureSeen, StepKind, TrustStatus, TrustStep

NOW = datetime(2026, 11, 25, tzinfo=UTC)


def seen(left: timedelta, algorithm: str = "ECDSAP256SHA256", note: str = "") -> SignatureSeen:
    return SignatureSeen("www.test.", "A", 7, algorithm, "test.", NOW - timedelta(9), NOW + left, note)


def step(*signatures: SignatureSeen, status: TrustStatus = TrustStatus.SECURE) -> TrustStep:
    return TrustStep(StepKind.ANSWER, "test.", "www.test.", status, "so it is", signatures=signatures)


def test_the_verdict_comes_first() -> None:
    for status, state in (
        (TrustStatus.SECURE, FindingState.OK),
        (TrustStatus.INSECURE, FindingState.INFO),
        (TrustStatus.BOGUS, FindingState.FAIL),
        (TrustStatus.INDETERMINATE, FindingState.UNKNOWN),
    ):
        (verdict,) = findings_of(status, "so it is", [step(status=status)], NOW)
        assert (verdict.check, verdict.state, verdict.summary) == ("dnssec", state, "so it is")


def test_what_can_be_done() -> None:
    for reason, fix in (
        ("its signature by key 7 expired 2d ago", "sign the zone anew"),
        ("its signature is not valid before tomorrow", "clock"),
        ("the keys of . could not be had: x was silent", "ask another server"),
        ("no key is one that the DS records names: those are 1", "into its parent"),
    ):
        assert fix in findings_of(TrustStatus.BOGUS, reason, [step()], NOW)[0].fix
    anchor = step(status=TrustStatus.BOGUS)._replace(kind=StepKind.ANCHOR)
    reason = "no key of . is one that the trust anchor names: those are 1, the zone has 2"
    assert "--anchor FILE" in findings_of(TrustStatus.BOGUS, reason, [anchor], NOW)[0].fix


def test_what_expires_soon() -> None:
    _, soon = findings_of(TrustStatus.SECURE, "", [step(seen(timedelta(9)), seen(timedelta(hours=5)))], NOW)
    assert (soon.check, soon.state) == ("dnssec-expires", FindingState.WARN)
    assert soon.summary == "the signature of the A of www.test. expires in 5h"
    assert len(findings_of(TrustStatus.SECURE, "", [step(seen(timedelta(9)))], NOW)) == 1


def test_sha1() -> None:
    _, old = findings_of(TrustStatus.SECURE, "", [step(seen(timedelta(9), "RSASHA1"))], NOW)
    assert (old.check, old.summary) == ("dnssec-sha1", "test. is signed with SHA-1")
    assert len(findings_of(TrustStatus.SECURE, "", [step(seen(timedelta(9), "RSASHA1", "fails"))], NOW)) == 1
