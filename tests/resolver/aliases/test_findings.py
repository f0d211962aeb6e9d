"""What is said of chains that are not sound."""

from __future__ import annotations

from itertools import pairwise

import pytest

from netmon.model.finding import Finding, FindingState
from netmon.resolver.aliases.chain import chain_of
from netmon.resolver.aliases.findings import chain_findings
from netmon.resolver.answer import Record
from tests.resolver.saying import CACHE, NAME, OWN, alias, answer, outcome, record, says


def findings(*records: Record, rcode: str = "NOERROR") -> list[Finding]:
    """Those about one resolver's answer for A."""
    return list(chain_findings(chain_of(outcome(says(CACHE, answer(*records, rcode=rcode))))))


def test_a_sound_chain_and_a_name_that_does_not_exist_need_no_word() -> None:
    assert findings(alias(NAME, "b.test."), record("x", name="b.test.")) == []
    assert findings(rcode="NXDOMAIN") == []


def test_a_loop() -> None:
    (finding,) = findings(alias(NAME, "b.test."), alias("b.test.", NAME))
    assert (finding.check, finding.state) == ("dns-chain-loop", FindingState.FAIL)
    assert finding.evidence == f"{NAME} → b.test. → {NAME}"


@pytest.mark.parametrize(("count", "state"), [(11, None), (12, FindingState.WARN), (17, FindingState.FAIL)])
def test_a_chain_that_resolvers_do_not_follow(count: int, state: FindingState | None) -> None:
    names = [NAME, *(f"n{n}.test." for n in range(count))]
    links = [alias(*pair) for pair in pairwise(names)]
    found = findings(*links, record("x", name=names[-1]))
    assert [(each.check, each.state) for each in found] == (
        [] if state is None else [("dns-chain-long", state)]
    )


@pytest.mark.parametrize(
    ("rcode", "check", "state"),
    [
        ("NXDOMAIN", "dns-chain-dangling", FindingState.FAIL),
        ("NOERROR", "dns-chain-no-data", FindingState.WARN),
        ("SERVFAIL", "dns-chain-open", FindingState.UNKNOWN),
    ],
)
def test_dead_ends(rcode: str, check: str, state: FindingState) -> None:
    (finding,) = findings(alias(NAME, "b.test."), rcode=rcode)
    assert (finding.check, finding.state) == (check, state)
    assert "b.test." in finding.summary


def test_a_target_that_nobody_was_asked_for() -> None:
    (finding,) = chain_findings(chain_of(outcome(says(OWN, answer(alias(NAME, "b.other."))))))
    assert (finding.check, finding.evidence) == ("dns-chain-open", "no server that was asked knows it")
