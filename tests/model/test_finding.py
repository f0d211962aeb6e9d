"""A finding's verdict is a stable word, and it needs no more than a check, a verdict and a sentence."""

from __future__ import annotations

import json

from netmon.model.finding import Finding, FindingState


def test_the_verdicts_are_the_promised_words() -> None:
    assert [state.value for state in FindingState] == ["ok", "info", "warn", "fail", "unknown"]


def test_a_finding_becomes_json_as_it_is() -> None:
    finding = Finding("lo-v4", FindingState.WARN, "Nobody listens on 127.0.0.1.", fix="Bind to 0.0.0.0.")
    assert json.loads(json.dumps(finding._asdict())) == {
        "check": "lo-v4",
        "state": "warn",
        "summary": "Nobody listens on 127.0.0.1.",
        "evidence": "",
        "why": "",
        "fix": "Bind to 0.0.0.0.",
        "reference": "",
    }
