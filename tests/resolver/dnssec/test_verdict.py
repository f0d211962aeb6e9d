"""A chain holds what its weakest link holds."""

from __future__ import annotations

from netmon.resolver.dnssec.verdict import TrustStatus, weakest

SECURE, INSECURE, BOGUS, UNKNOWN = (
    TrustStatus.SECURE, TrustStatus.INSECURE, TrustStatus.BOGUS, TrustStatus.INDETERMINATE,
)  # fmt: skip


def test_the_weakest() -> None:
    assert weakest(SECURE, SECURE) is SECURE
    assert weakest(SECURE, INSECURE) is INSECURE
    assert weakest(INSECURE, UNKNOWN) is UNKNOWN
    assert weakest(UNKNOWN, BOGUS, SECURE) is BOGUS
    assert weakest() is UNKNOWN
