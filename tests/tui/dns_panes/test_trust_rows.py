"""A chain of trust as rows, and what Enter tells of each."""

from __future__ import annotations

from netmon.tui.dns_panes.trust_rows import TrustRow, explain_step, trust_columns
from tests.output.trusts import ANSWER, KEYS, SAME


def test_a_link_in_one_line() -> None:
    cells = [column.text(TrustRow(0, KEYS)) for column in trust_columns()]
    assert cells == ["trust anchor", "test.", "✓ secure", "1.5 ms", "key 7 is named by the trust anchor"]
    cells = [column.text(TrustRow(2, ANSWER)) for column in trust_columns()]
    assert cells == ["= answer", "www.test.", "✕ bogus", "", "its signature expired 2d ago"]


def test_keys_ds_and_signatures_with_their_dates() -> None:
    told = explain_step(TrustRow(0, KEYS))
    assert told.sentences == ("✓ secure: key 7 is named by the trust anchor",)
    facts = {(fact.label, fact.value) for fact in told.facts}
    assert ("key 7", "KSK, ED25519, named from above") in facts
    assert ("DS 7", "SHA-256 for ED25519, AB") in facts
    assert ("sig DNSKEY", "by key 7 of test. (ED25519): verifies") in facts
    assert ("sig DNSKEY", "by key 7 of test. (ED25519): not tried: another was good") in facts
    assert ("valid", "2026-11-25 12:00 to 2026-12-25 12:00 UTC") in facts
    assert ("asked", "192.0.2.53") in facts


def test_what_it_fails_by_and_rests_on() -> None:
    told = explain_step(TrustRow(2, ANSWER))
    assert told.facts[0].value == "by key 7 of test. (ED25519): expired 2d ago"
    assert explain_step(TrustRow(1, SAME)).sentences[1] == "why"
