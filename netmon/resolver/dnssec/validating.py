"""Validates one type of one name: the way in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from netmon.resolver.dnssec.answer import Follower
from netmon.resolver.dnssec.findings import findings_of
from netmon.resolver.dnssec.pursuit import OnStep, Pursuit, shown
from netmon.resolver.dnssec.verdict import StepKind, Trust, TrustStatus, TrustStep, weakest

if TYPE_CHECKING:
    import dns.name

    from netmon.resolver.dnssec.anchors import Anchor
    from netmon.resolver.dnssec.fetching import Ask

UNFIT = ("ANY", "RRSIG", "SIG", "NXNAME")
"""Types that no signature covers as such (RFC 4035 section 2.2): there is no one answer to validate."""


def validate(
    name: dns.name.Name,
    kind: str,
    ask: Ask,
    anchors: Sequence[Anchor],
    now: float,
    on_step: OnStep | None = None,
) -> Trust:
    """Whether the answer for a name can be believed; never raises for what servers say.

    Args:
        name: fully qualified.
        kind: the record type, none of `UNFIT`.
        ask: gets the records, such as a `Fetcher`, which also bounds how long this takes.
        anchors: where trust begins; the deepest that the name is in counts.
        now: seconds since 1970, by which signatures are in time or not.
        on_step: called with each step as it is done.
    """
    pursuit = Pursuit(ask, now, on_step)
    end = Follower(pursuit, anchors).follow(name, kind)
    steps = tuple(pursuit.steps)
    status = weakest(*(step.status for step in steps))
    reason = _reason(status, steps)
    findings = findings_of(status, reason, steps, datetime.fromtimestamp(now, UTC))
    return Trust(shown(name), kind, status, reason, steps, findings, end.records, end.rcode)


def _reason(status: TrustStatus, steps: Sequence[TrustStep]) -> str:
    """The sentence of the first step that has the status of the whole; that of the end, where all is well."""
    if status is not TrustStatus.SECURE:
        return next(step.summary for step in steps if step.status is status)
    anchor = next(step.zone for step in steps if step.kind is StepKind.ANCHOR)
    return f"{steps[-1].summary}, and signatures lead there from the trust anchor of {anchor}"
