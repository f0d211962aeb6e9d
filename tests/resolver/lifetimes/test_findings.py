"""What the lives of answers mean."""

from __future__ import annotations

import pytest

from netmon.model.finding import FindingState
from netmon.resolver.lifetimes.findings import ttl_findings
from tests.resolver.saying import CACHE, OWN, SOA, answer, outcome, record, says


def checks(*replies: object) -> list[tuple[str, str]]:
    """Check and state of each finding."""
    return [(each.check, each.state.value) for each in ttl_findings(outcome(*replies))]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "ttl", "expected"),
    [
        ("A", 0, [("dns-ttl-short", "warn")]),
        ("A", 5, [("dns-ttl-short", "info")]),
        ("A", 30, []),
        ("A", 86400, []),
        ("A", 172800, [("dns-ttl-long", "info")]),
        ("NS", 172800, []),
        ("NS", 864000, [("dns-ttl-long", "warn")]),
    ],
)
def test_ttls_are_short_or_long_by_what_they_do(kind: str, ttl: int, expected: list[tuple[str, str]]) -> None:
    assert checks(says(OWN, answer(record("x", ttl=ttl, kind=kind), kind=kind))) == expected


def test_an_old_answer_names_both_and_how_long_it_lasts() -> None:
    own, cache = says(OWN, answer(record("192.0.2.2"))), says(CACHE, answer(record("192.0.2.1", ttl=125)))
    (finding,) = ttl_findings(outcome(own, cache))
    assert (finding.check, finding.state) == ("dns-ttl-left", FindingState.WARN)
    assert finding.summary == "192.0.2.8 has an old A of www.ex.test."
    assert "192.0.2.2; 192.0.2.8: 192.0.2.1, with 2 min 5 s left" in finding.evidence
    assert "RFC 8767" in finding.reference


def test_a_fresh_answer_that_differs_is_not_called_old() -> None:
    own, cache = says(OWN, answer(record("192.0.2.2"))), says(CACHE, answer(record("192.0.2.1")))
    (finding,) = ttl_findings(outcome(own, cache))
    assert "no old answer" in finding.why


def test_more_left_than_the_zone_gives() -> None:
    own, cache = says(OWN, answer(record("a", ttl=60))), says(CACHE, answer(record("a", ttl=600)))
    assert checks(own, cache) == [("dns-ttl-left", "info")]


@pytest.mark.parametrize(("last", "state"), [(60, []), (20000, ["info"]), (604800, ["warn"])])
def test_an_absence_that_is_remembered_for_long(last: int, state: list[str]) -> None:
    soa = SOA._replace(ttl=2**31 - 1, data=SOA.data.removesuffix("60") + str(last))
    assert [found for _, found in checks(says(OWN, answer(soa=soa)))] == state


def test_a_failure_that_is_remembered() -> None:
    own, cache = says(OWN, answer(record("a"))), says(CACHE, answer(rcode="SERVFAIL"))
    (finding,) = ttl_findings(outcome(own, cache))
    assert "RFC 9520" in finding.reference


def test_the_worst_first_and_nothing_without_the_zone() -> None:
    cache = says(CACHE, answer(record("b", ttl=2)))
    assert checks(says(OWN, answer(record("a", ttl=5))), cache) == [
        ("dns-ttl-left", "warn"), ("dns-ttl-short", "info"),
    ]  # fmt: skip
    assert checks(cache) == []
