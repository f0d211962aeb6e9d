"""What the parent says against what the zone says."""

from __future__ import annotations

from typing import Any

from netmon.model.finding import Finding, FindingState
from netmon.resolver.rules.delegation import judge
from netmon.resolver.rules.judging import judge as judge_all
from netmon.resolver.rules.view import Existence, ParentView, ServerView, Standing, ZoneView

ONE, TWO, OUT = "ns1.ex.test.", "ns2.ex.test.", "ns.out.net."
SERVERS = (ServerView(ONE, "192.0.2.1", True, "", 7, frozenset({ONE, TWO})),)
KNOWN = {
    ONE: Standing(Existence.EXISTS, ("192.0.2.1", "2001:db8::1")),
    TWO: Standing(Existence.EXISTS, ("192.0.2.2",)),
    OUT: Standing(Existence.EXISTS, ("192.0.2.9",)),
}
SOUND = ParentView("test.", "ns.test. (192.0.2.53)", (ONE, TWO), ((ONE, "192.0.2.1"), (TWO, "192.0.2.2")))


def view(parent: ParentView | None, **other: Any) -> ZoneView:
    return ZoneView("ex.test.", [], **{"servers": SERVERS, "known": KNOWN, "parent": parent, **other})


def found(parent: ParentView | None, **other: Any) -> list[Finding]:
    return list(judge(view(parent, **other)))


def test_silence_on_a_sound_delegation_and_where_nobody_asked() -> None:
    assert found(SOUND) == []
    assert found(None) == []
    assert any(finding.check == "delegation" for finding in judge_all(view(SOUND)))
    assert not any(finding.check == "delegation" for finding in judge_all(view(None)))


def test_a_set_that_differs() -> None:
    (finding,) = found(SOUND._replace(servers=(ONE, OUT)))
    assert (finding.check, finding.state) == ("parent-ns-differs", FindingState.WARN)
    assert finding.evidence == (
        "only at the parent: ns.out.net.; only in the zone: ns2.ex.test. "
        "(by ns.test. (192.0.2.53) and by the zone's servers)"
    )
    assert (
        finding.fix == "add @ IN NS ns.out.net. or remove it; register ns2.ex.test. with test. or remove it"
    )


def test_no_server_in_common_is_worse() -> None:
    findings = found(SOUND._replace(servers=(OUT,), glue=()))
    assert [(finding.check, finding.state) for finding in findings] == [
        ("parent-ns-differs", FindingState.FAIL)
    ]


def test_where_no_server_of_the_zone_answered_nothing_is_said_of_its_set() -> None:
    silent = (ServerView(ONE, "192.0.2.1", None, "was silent"),)
    assert found(SOUND._replace(servers=(OUT,)), servers=silent) == []


def test_missing_glue_for_some_and_for_all() -> None:
    (some,) = found(SOUND._replace(glue=SOUND.glue[:1], missing=(TWO,)))
    assert (some.check, some.state) == ("missing-glue", FindingState.WARN)
    assert some.fix == "register the address of ns2.ex.test. with test."
    (every,) = found(SOUND._replace(glue=(), missing=(ONE, TWO)))
    assert every.state is FindingState.FAIL


def test_glue_that_is_not_what_the_zone_says() -> None:
    (partly,) = found(SOUND._replace(glue=(*SOUND.glue, (TWO, "192.0.2.99"))))
    assert (partly.check, partly.state) == ("glue-differs", FindingState.WARN)
    assert partly.evidence == ("glue of ns.test. (192.0.2.53): 192.0.2.2, 192.0.2.99; in the zone: 192.0.2.2")
    (wholly,) = found(SOUND._replace(glue=((ONE, "192.0.2.1"), (TWO, "192.0.2.99"))))
    assert wholly.state is FindingState.FAIL


def test_less_glue_than_there_are_addresses_is_no_fault() -> None:
    assert found(SOUND._replace(glue=((ONE, "2001:db8::1"), (TWO, "192.0.2.2")))) == []


def test_what_cannot_be_told_is_one_finding_that_says_so() -> None:
    (finding,) = found(ParentView("", unknown="No root server can be reached from here"))
    assert finding.state is FindingState.UNKNOWN
    assert finding.summary == (
        "cannot tell how ex.test. is delegated: No root server can be reached from here"
    )


def test_a_zone_of_an_inner_network_is_not_called_broken() -> None:
    (finding,) = found(ParentView(".", "a.root. (192.0.2.53)"))
    assert finding.state is FindingState.INFO
    assert finding.summary.startswith("ex.test. is not delegated")
    told = judge_all(view(ParentView(".", "a.root. (192.0.2.53)")))
    assert [finding.state for finding in told if finding.check == "delegation"] == [FindingState.INFO]
