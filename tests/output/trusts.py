"""Validations for the tests of what writes them."""

from __future__ import annotations

from datetime import UTC, datetime

from netmon.model.finding import Finding, FindingState
from netmon.resolver.answer import Record
from netmon.resolver.dnssec.verdict import (
    DigestSeen,
    KeySeen,
    SignatureSeen,
    StepKind,
    Trust,
    TrustStatus,
    TrustStep,
)  # fmt: skip

DAY = datetime(2026, 11, 25, 12, tzinfo=UTC)
GOOD = SignatureSeen("test.", "DNSKEY", 7, "ED25519", "test.", DAY, DAY.replace(month=12))
EXPIRED = GOOD._replace(owner="www.test.", covers="A", note="expired 2d ago")
KEYS = TrustStep(
    StepKind.ANCHOR, "test.", "test.", TrustStatus.SECURE, "key 7 is named by the trust anchor",
    keys=(KeySeen(7, "ED25519", "KSK", None, True),), digests=(DigestSeen(7, "ED25519", "SHA-256", "AB"),),
    signatures=(GOOD, GOOD._replace(is_tried=False)), ms=1.5, server="192.0.2.53",
)  # fmt: skip
SAME = TrustStep(
    StepKind.SAME_ZONE, "test.", "www.test.", TrustStatus.SECURE, "www.test. is in test.", ("why",)
)
ANSWER = TrustStep(
    StepKind.ANSWER, "test.", "www.test.", TrustStatus.BOGUS, "its signature expired 2d ago",
    signatures=(EXPIRED,),
)  # fmt: skip
BOGUS = Trust(
    "www.test.", "A", TrustStatus.BOGUS, ANSWER.summary, (KEYS, SAME, ANSWER),
    (Finding("dnssec", FindingState.FAIL, ANSWER.summary, fix="sign the zone anew"),),
    (Record("www.test.", 300, "A", "192.0.2.1"),), "NOERROR",
)  # fmt: skip
