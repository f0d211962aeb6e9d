"""What came of a validation: the verdict, and every step on the way to it; every string is safe to print.

Plain values without dnspython in them, for every face alike.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from netmon.model.finding import Finding
from netmon.resolver.answer import Record


class TrustStatus(StrEnum):
    """How far something can be believed (RFC 4035 section 4.3)."""

    SECURE = "secure"
    """Signatures lead from the trust anchor to it."""
    INSECURE = "insecure"
    """It is proved that nothing here is signed, or only in ways that are not known here."""
    BOGUS = "bogus"
    """It should be signed and is not, or not rightly: forged, or misconfigured."""
    INDETERMINATE = "indeterminate"
    """It could not be found out."""


SYMBOLS = {
    TrustStatus.SECURE: "✓",
    TrustStatus.INSECURE: "–",
    TrustStatus.BOGUS: "✕",
    TrustStatus.INDETERMINATE: "?",
}
"""Each status's symbol; its word always stands beside it."""


class StepKind(StrEnum):
    """What a step is about."""

    ANCHOR = "anchor"
    """The keys of the zone that is believed without proof."""
    DELEGATION = "delegation"
    """A zone cut: the digest in the parent, and the keys in the child."""
    SAME_ZONE = "same-zone"
    """A label at which no other zone begins."""
    ALIAS = "alias"
    """A CNAME or DNAME on the way to the answer."""
    ANSWER = "answer"
    DENIAL = "denial"
    """The proof that the name, or the type, does not exist."""


class KeySeen(NamedTuple):
    """One key of a zone."""

    tag: int
    algorithm: str
    """As registered, such as `ECDSAP256SHA256`."""
    role: str
    """`KSK` (it has the SEP bit) or `ZSK`."""
    bits: int | None = None
    """Length of an RSA key's modulus; None for the others, where the algorithm says it."""
    is_trusted: bool = False
    """Whether the anchor or the parent's DS names it."""
    is_revoked: bool = False
    """RFC 5011 section 2.1."""


class DigestSeen(NamedTuple):
    """One DS record, in the parent or in the anchor."""

    tag: int
    algorithm: str
    digest_type: str
    digest: str
    """In hexadecimal."""
    note: str = ""
    """What is wrong with it; empty where a key of the zone matches it."""


class SignatureSeen(NamedTuple):
    """One RRSIG."""

    owner: str
    covers: str
    """The record type."""
    tag: int
    algorithm: str
    signer: str
    """The zone whose key it says it is made with."""
    inception: datetime
    expiration: datetime
    note: str = ""
    """Why it does not count; empty where it verifies."""
    is_tried: bool = True
    """False where another signature had already verified: one is enough (RFC 4035 section 5.3.3)."""


class TrustStep(NamedTuple):
    """One thing that was checked."""

    kind: StepKind
    zone: str
    """The zone that it is about, or in."""
    name: str
    status: TrustStatus
    summary: str
    """One sentence: what was found, and where it is wrong, why."""
    basis: tuple[str, ...] = ()
    """The records that prove an absence, each one sentence."""
    keys: tuple[KeySeen, ...] = ()
    digests: tuple[DigestSeen, ...] = ()
    signatures: tuple[SignatureSeen, ...] = ()
    ms: float | None = None
    """How long the servers took; None where nothing was asked."""
    server: str = ""
    """Who gave the records."""


class Trust(NamedTuple):
    """Whether an answer can be believed."""

    name: str
    type: str
    status: TrustStatus
    reason: str
    """One sentence."""
    steps: tuple[TrustStep, ...] = ()
    findings: tuple[Finding, ...] = ()
    records: tuple[Record, ...] = ()
    """The answer, the aliases on the way to it first."""
    rcode: str | None = None
    """None when there was no answer."""


_ORDER = (TrustStatus.SECURE, TrustStatus.INSECURE, TrustStatus.INDETERMINATE, TrustStatus.BOGUS)


def weakest(*statuses: TrustStatus) -> TrustStatus:
    """The one that the whole has: a chain holds what its weakest link holds."""
    return max(statuses, key=_ORDER.index, default=TrustStatus.INDETERMINATE)
