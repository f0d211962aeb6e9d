"""What a validation has to tell, with its grounds: the verdict first, then what will soon be wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from netmon.model.finding import Finding, FindingState
from netmon.model.units import format_age
from netmon.resolver.dnssec.verdict import SignatureSeen, StepKind, TrustStatus, TrustStep

_SOON = timedelta(days=2)
"""Signers renew with a week or more to spare; two days before the end something has stopped."""
_OLD = ("RSASHA1", "RSASHA1NSEC3SHA1")

_STATES = {
    TrustStatus.SECURE: FindingState.OK,
    TrustStatus.INSECURE: FindingState.INFO,
    TrustStatus.BOGUS: FindingState.FAIL,
    TrustStatus.INDETERMINATE: FindingState.UNKNOWN,
}
_WHY = {
    TrustStatus.SECURE: "",
    TrustStatus.INSECURE: "Whoever is on the way can change the answer; no resolver will notice.",
    TrustStatus.BOGUS: "Resolvers that validate answer SERVFAIL: for their users the name does not exist.",
    TrustStatus.INDETERMINATE: "",
}
_OF_SERVER = "This says nothing of the name, only of who was asked."


def findings_of(
    status: TrustStatus, reason: str, steps: Sequence[TrustStep], now: datetime
) -> tuple[Finding, ...]:
    """Every finding, the verdict first."""
    return (_verdict(status, reason, steps), *_expiring(steps, now), *_old_algorithms(steps))


def _verdict(status: TrustStatus, reason: str, steps: Sequence[TrustStep]) -> Finding:
    last = next((step for step in steps if step.status is status), None)
    evidence = "" if last is None else "; ".join(last.basis)
    fix = _fix(reason, is_anchor=last is not None and last.kind is StepKind.ANCHOR)
    why = _OF_SERVER if fix.startswith("ask another") else _WHY[status]
    return Finding("dnssec", _STATES[status], reason, evidence, why, fix, "RFC 4035 section 4.3")


def _fix(reason: str, *, is_anchor: bool) -> str:
    """What the owner of the zone, or of this machine, can do about a reason."""
    if "could not be had" in reason or "does not pass on" in reason:
        return "ask another server, one that passes on DNSSEC records: --server ADDRESS"
    if " expired " in reason:
        return "sign the zone anew; see why its signer has stopped"
    if "is not valid before" in reason:
        return "see whether this machine's clock is right, then the signer's"
    if "names: those are" in reason and is_anchor:
        return "see who answers in the root's place; another root has keys of its own: --anchor FILE"
    if "names: those are" in reason:
        return "put the digest of a key that the zone has into its parent, or take the old DS out"
    return ""


def _expiring(steps: Sequence[TrustStep], now: datetime) -> Iterator[Finding]:
    """The signature that the chain rests on and that ends first, if that is soon."""
    used = [seen for step in steps for seen in step.signatures if seen.is_tried and not seen.note]
    first = min(used, key=lambda seen: seen.expiration, default=None)
    if first is not None and first.expiration - now < _SOON:
        left = format_age((first.expiration - now).total_seconds())
        summary = f"the signature of the {first.covers} of {first.owner} expires in {left}"
        why = "Signers renew long before that: if nothing renews it, the name becomes bogus."
        yield Finding(
            "dnssec-expires",
            FindingState.WARN,
            summary,
            _dates(first),
            why,
            reference="RFC 6781 section 4.4.2",
        )


def _old_algorithms(steps: Sequence[TrustStep]) -> Iterator[Finding]:
    zones = {
        seen.signer for step in steps for seen in step.signatures if _counts(seen) and seen.algorithm in _OLD
    }
    for zone in sorted(zones):
        summary = f"{zone} is signed with SHA-1"
        why = "Some resolvers take such zones as unsigned already (those on Red Hat 9, for one)."
        fix = "change to ECDSAP256SHA256"
        yield Finding("dnssec-sha1", FindingState.WARN, summary, "", why, fix, "RFC 9905")


def _counts(seen: SignatureSeen) -> bool:
    return seen.is_tried and not seen.note


def _dates(seen: SignatureSeen) -> str:
    times = f"{seen.inception:%Y-%m-%d %H:%M} to {seen.expiration:%Y-%m-%d %H:%M} UTC"
    return f"valid from {times}, by key {seen.tag}"
