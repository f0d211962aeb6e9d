"""The verdict is the worst finding, and names it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.loopback.checks import CHECKS
from netmon.loopback.report import POINTS, points_of, report
from netmon.model.finding import Finding, FindingState

findings = st.builds(
    Finding, st.sampled_from(CHECKS), st.sampled_from(FindingState), st.just("it is so"), fix=st.just("do so")
)


def made(check: str, state: str, fix: str = "") -> Finding:
    return Finding(check, FindingState(state), f"{check} is {state}", fix=fix)


def test_all_is_well() -> None:
    found = report([made("lo-v4", "ok"), made("env", "info"), made("nat64", "unknown")])
    assert [score.points for score in found.scores] == [10, 10]
    assert [score.worst for score in found.scores] == [None, None]
    assert found.sentence == "localhost works for every program here, and this machine is ready for IPv6."
    assert (found.fix, found.failed) == ("", False)


def test_the_worst_finding_sets_the_score_and_is_named() -> None:
    worst = made("hosts-localhost", "fail", "mend it")
    found = report([made("listener-family", "warn", "other"), worst, made("src-select", "info")])
    localhost, ipv6 = found.scores
    assert (localhost.points, localhost.worst) == (2, worst)
    assert (ipv6.points, ipv6.worst) == (0, made("src-select", "info"))
    assert found.sentence == "localhost does not work for every program here: hosts-localhost is fail."
    assert (found.fix, found.failed) == ("mend it", True)


def test_a_small_fault_is_not_made_big() -> None:
    found = report([made("listener-family", "warn", "mend it")])
    assert found.sentence == "localhost works for most programs here: listener-family is warn."


def test_a_machine_without_loopback_has_no_localhost() -> None:
    assert report([made("lo-up", "fail")]).sentence == "localhost does not work here: lo-up is fail."


def test_ipv6_has_a_sentence_where_localhost_is_fine() -> None:
    found = report([made("src-select", "warn")])
    assert found.sentence == (
        "localhost works for every program here; as to IPv6, src-select is warn."
    )  # fmt: skip


def test_the_step_is_the_one_for_what_the_sentence_names() -> None:
    found = report([made("resolver-family", "warn", "start the resolver"), made("src-select", "info")])
    assert found.sentence.endswith("as to IPv6, src-select is info.")
    assert found.fix == ""


def test_the_finding_of_the_sentence_comes_first_of_its_state() -> None:
    mixed = [made("listener-family", "fail"), made("split-brain", "fail"), made("resolver-family", "warn")]
    found = report(mixed)
    assert [finding.check for finding in found.findings] == [
        "split-brain",
        "listener-family",
        "resolver-family",
    ]
    assert found.scores[0].worst == found.findings[0]


def test_what_costs_nothing_does_not_stand_before_what_costs_a_score() -> None:
    mixed = [made("nat64", "unknown")._replace(evidence="was silent"), made("src-select", "info")]
    assert [finding.check for finding in report(mixed).findings] == ["src-select", "nat64"]


def test_what_was_never_tried_stands_after_what_is_known() -> None:
    mixed = [made("nat64", "unknown"), made("env", "info"), made("lo-v4", "ok")]
    assert [finding.check for finding in report(mixed).findings] == ["env", "nat64", "lo-v4"]


def test_the_worst_state_comes_first_and_the_order_of_checks_is_kept() -> None:
    silent = made("d", "unknown")._replace(evidence="silence")
    mixed = [
        made("a", "ok"),
        made("b", "fail"),
        made("c", "info"),
        silent,
        made("e", "fail"),
        made("f", "warn"),
    ]
    assert [finding.check for finding in report(mixed).findings] == ["b", "e", "f", "d", "c", "a"]


@given(st.lists(findings))
def test_a_score_is_the_minimum_over_its_findings(some: list[Finding]) -> None:
    found = report(some)
    assert sorted(map(str, found.findings)) == sorted(map(str, some))
    for index, score in enumerate(found.scores):
        assert score.points == min([10, *(points_of(finding)[index] for finding in some)])
        assert (score.worst is None) == (score.points == 10)
        if score.worst is not None:
            assert points_of(score.worst)[index] == score.points
    assert report([*some, made("lo-v4", "ok")]).scores == found.scores


@pytest.mark.parametrize(("check", "state"), POINTS)
def test_the_table_is_about_checks_that_exist_and_states_that_cost(check: str, state: FindingState) -> None:
    assert check in (*CHECKS, "race")
    assert state not in (FindingState.OK, FindingState.UNKNOWN)
    assert min(POINTS[check, state]) < 10
    assert all(0 <= points <= 10 for points in POINTS[check, state])


def test_a_check_that_fails_costs_at_least_what_its_warning_costs() -> None:
    for (check, state), points in POINTS.items():
        if state is FindingState.FAIL and (check, FindingState.WARN) in POINTS:
            warned = POINTS[check, FindingState.WARN]
            assert points[0] <= warned[0]
            assert points[1] <= warned[1]
