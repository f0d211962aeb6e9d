"""What comes of a proof of absence."""

from __future__ import annotations

from netmon.resolver.dnssec.denial.verdict import DenialKind, unproven


def test_what_is_not_proven_has_a_reason_and_no_basis() -> None:
    assert unproven("for no reason") == (False, DenialKind.UNPROVEN, (), "for no reason", None)
    assert unproven("too dear", DenialKind.TOO_COSTLY).kind == "too-many-iterations"
