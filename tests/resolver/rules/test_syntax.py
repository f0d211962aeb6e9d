"""Lines that are no records."""

from __future__ import annotations

from pathlib import Path

import pytest

from netmon.model.finding import FindingState
from tests.resolver.rules.zones import checks, view_of, wrong


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("www A 192.0.2.300", "its data is no A data"),
        ("www FOO x", "there is no record type called FOO"),
        ("www AXFR x", "AXFR is not a type that records have"),
        ("www", "it has no type"),
        ("www CH TXT x", "its class is CH"),
        ("a..b A 192.0.2.1", "a..b is no name"),
        ("x" * 64 + " A 192.0.2.1", "is no name"),
        ("www A (", "its ( is never closed"),
        ('www TXT "x', "its quotation is never closed"),
        ("$GENERATE a$ A 192.0.2.$", "$GENERATE takes a range"),
        ("$TTL soon", "soon is no TTL"),
        ("$ORIGIN", "$ORIGIN says nothing"),
        ("$INCLUDE missing", "missing cannot be read"),
        ("www MX 10", "its data is no MX data"),
        ("www 99999999999 A 192.0.2.1", "99999999999 is no TTL"),
    ],
)
def test_one_clear_finding_with_its_line_and_the_rest_is_judged(tmp_path: Path, line: str, what: str) -> None:
    found = wrong(view_of(tmp_path, f"{line}\nx CNAME 192.0.2.9\n"))
    assert [finding.check for finding in found] == ["syntax", "target-is-address"]
    assert found[0].evidence.endswith("example.com.zone:8")
    assert what in found[0].summary


def test_a_record_of_another_zone(tmp_path: Path) -> None:
    view = view_of(tmp_path, "www.example.org. A 192.0.2.1\n")
    (found,) = wrong(view)
    assert (found.check, found.state) == ("out-of-zone", FindingState.WARN)
    assert "www.example.org. is not in the zone example.com." in found.summary


def test_many_are_counted(tmp_path: Path) -> None:
    found = wrong(view_of(tmp_path, "x y z\n" * 500))
    assert len(found) == 21
    assert found[-1].summary == "480 more lines like these are not shown"
    assert checks(view_of(tmp_path, "")) == []
