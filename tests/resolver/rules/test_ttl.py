"""Sets of records whose TTLs differ."""

from __future__ import annotations

from pathlib import Path

from netmon.model.finding import FindingState
from tests.resolver.rules.zones import checks, only, view_of


def test_unequal_ttls_in_one_set(tmp_path: Path) -> None:
    found = only(view_of(tmp_path, "w 300 A 192.0.2.8\nw A 192.0.2.9\nw 300 A 192.0.2.7\n"))
    assert (found.check, found.state) == ("ttl-differs", FindingState.WARN)
    assert "300, 3600 s" in found.summary
    assert found.fix == "w 300 IN A 192.0.2.9"


def test_the_same_record_with_two_ttls(tmp_path: Path) -> None:
    assert only(view_of(tmp_path, "w 300 A 192.0.2.8\nw 400 A 192.0.2.8\n")).check == "ttl-differs"


def test_types_have_ttls_of_their_own(tmp_path: Path) -> None:
    assert checks(view_of(tmp_path, "w 300 A 192.0.2.8\nw 400 AAAA 2001:db8::1\n")) == []


def test_a_ttl_that_nobody_states_differs_from_none(tmp_path: Path) -> None:
    head = "$ORIGIN example.com.\n@ SOA ns1 h 1 2 3 4 5\n@ NS ns1\nns1 A 192.0.2.1\nns1 300 A 192.0.2.2\n"
    finding = only(view_of(tmp_path, "", head))
    assert finding.check == "ttl-missing"
    assert finding.summary == "no TTL is stated for example.com. SOA and 2 more records"
