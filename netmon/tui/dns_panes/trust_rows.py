"""A chain of trust as the rows of a table, from the anchor down, and what Enter tells of each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from netmon.engine.explain import Explanation, Fact
from netmon.model.units import format_rtt
from netmon.resolver.dnssec.verdict import (
    SYMBOLS,
    DigestSeen,
    KeySeen,
    SignatureSeen,
    StepKind,
    TrustStatus,
    TrustStep,
)
from netmon.tui.widgets.column import Column

KINDS = {
    TrustStatus.SECURE: "ok",
    TrustStatus.INSECURE: "warn",
    TrustStatus.BOGUS: "fail",
    TrustStatus.INDETERMINATE: "warn",
}
"""How each status is coloured."""

_LINKS = {
    StepKind.ANCHOR: "trust anchor",
    StepKind.DELEGATION: "↓ zone",
    StepKind.SAME_ZONE: "│ same zone",
    StepKind.ALIAS: "↓ alias",
    StepKind.ANSWER: "= answer",
    StepKind.DENIAL: "= absence",
}


class TrustRow(NamedTuple):
    """One link of the chain."""

    number: int
    step: TrustStep

    @property
    def key(self) -> int:
        """Its place in the chain."""
        return self.number


def trust_columns() -> list[Column[TrustRow]]:
    """What the link is, its name, the verdict as symbol and word, and the sentence."""
    return [
        Column("link", "LINK", 12, 2, lambda row: _LINKS[row.step.kind], kind="dim"),
        Column("name", "NAME", 16, 1, lambda row: row.step.name, flexible=True),
        Column("status", "VERDICT", 15, 0, _verdict, kind=lambda row: KINDS[row.step.status]),
        Column("took", "TIME", 8, 3, _took, right=True, kind="number"),
        Column("says", "WHY", 24, 0, lambda row: row.step.summary, flexible=True),
    ]


def _verdict(row: TrustRow) -> str:
    return f"{SYMBOLS[row.step.status]} {row.step.status}"


def _took(row: TrustRow) -> str:
    return "" if row.step.ms is None else format_rtt(round(row.step.ms * 1000))


def explain_step(row: TrustRow) -> Explanation:
    """A link in words, with its keys, DS and signatures."""
    step = row.step
    facts = (
        *map(_key, step.keys),
        *map(_digest, step.digests),
        *(fact for seen in step.signatures for fact in _signature(seen)),
        *_asked(step),
    )
    return Explanation((f"{SYMBOLS[step.status]} {step.status}: {step.summary}", *step.basis), facts, row.key)


def _key(key: KeySeen) -> Fact:
    bits = f", {key.bits} bits" if key.bits else ""
    named = ", named from above" if key.is_trusted else ""
    revoked = ", revoked" if key.is_revoked else ""
    return Fact(f"key {key.tag}", f"{key.role}, {key.algorithm}{bits}{named}{revoked}", "DNSKEY")


def _digest(seen: DigestSeen) -> Fact:
    what = f"{seen.digest_type} for {seen.algorithm}, {seen.digest}"
    return Fact(f"DS {seen.tag}", f"{what}: {seen.note}" if seen.note else what, "DS")


def _signature(seen: SignatureSeen) -> Iterator[Fact]:
    said = seen.note or ("verifies" if seen.is_tried else "not tried: another was good")
    yield Fact(
        f"sig {seen.covers}", f"by key {seen.tag} of {seen.signer} ({seen.algorithm}): {said}", seen.owner
    )
    yield Fact("valid", f"{seen.inception:%Y-%m-%d %H:%M} to {seen.expiration:%Y-%m-%d %H:%M} UTC", "RRSIG")


def _asked(step: TrustStep) -> Iterator[Fact]:
    if step.server:
        yield Fact("asked", step.server, "with DO and CD")
