"""How a finding shows records."""

from __future__ import annotations

from netmon.resolver.rules.saying import cannot_tell, evidence, fails, line, target_line, warns
from netmon.resolver.rules.view import Entry, ZoneView

VIEW = ZoneView("example.com.", [])
MX = Entry("www.example.com.", 60, "MX", "10 mail.example.com.", "f:1")


def test_evidence_names_source_and_record_and_counts_the_rest() -> None:
    assert evidence([MX]) == "f:1: www.example.com. 60 IN MX 10 mail.example.com."
    assert evidence([MX] * 7).endswith("; and 3 more")


def test_a_line_as_it_stands_in_the_file() -> None:
    assert line(VIEW, "example.com.", "A", "192.0.2.1") == "@ IN A 192.0.2.1"
    assert line(VIEW, "www.example.com.", "A", "192.0.2.1", 60) == "www 60 IN A 192.0.2.1"
    assert target_line(VIEW, MX, "ns1.example.com.") == "www 60 IN MX 10 ns1.example.com."


def test_the_three_verdicts() -> None:
    states = [make("x", [MX], "s", "w", "f", "r").state.value for make in (fails, warns, cannot_tell)]
    assert states == ["fail", "warn", "unknown"]
