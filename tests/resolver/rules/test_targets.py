"""Where targets lead: in a zone file, and with what resolvers said of other names."""

from __future__ import annotations

from pathlib import Path

import pytest

from netmon.model.finding import FindingState
from netmon.resolver.rules.judging import judge
from netmon.resolver.rules.targets import judge as judge_targets
from netmon.resolver.rules.view import Entry, Existence, Standing, ZoneView
from tests.resolver.rules.zones import checks, only, view_of


@pytest.mark.parametrize(
    ("lines", "check"),
    [
        ("@ MX 10 mail\nmail CNAME ns1", "mx-to-cname"),
        ("@ MX 10 x.mail\n*.mail CNAME ns1", "mx-to-cname"),
        ("@ NS ns3\nns3 CNAME ns1", "ns-to-cname"),
        ("_x._tcp SRV 1 2 3 x\nx CNAME ns1", "srv-to-cname"),
        ("sub NS ns.sub", "missing-glue"),
        ("sub NS sub", "missing-glue"),
        ("@ MX 10 mail\nmail TXT x", "missing-address"),
        ("@ NS ns3\nns3 TXT x", "missing-address"),
        ("@ MX 10 a\nx.a A 192.0.2.9", "missing-address"),
        ("www CNAME gone", "dangling"),
        ("@ MX 10 gone", "dangling"),
        ("@ NS gone", "dangling"),
        ("d DNAME gone", "dangling"),
        ("www CNAME x.d\nd DNAME e\ne A 192.0.2.9", "dangling"),
    ],
)
def test_a_target_that_breaks_a_rule(tmp_path: Path, lines: str, check: str) -> None:
    found = only(view_of(tmp_path, lines + "\n"))
    assert (found.check, found.state) == (check, FindingState.FAIL)


@pytest.mark.parametrize(
    "lines",
    [
        "sub NS ns.sub\nns.sub A 192.0.2.9",
        "sub NS ns1",
        "_dmarc CNAME txt\ntxt TXT x",
        "www CNAME x.d\nd DNAME e\nx.e A 192.0.2.9",
        "www CNAME a\nx.a A 192.0.2.9",
        "www CNAME x.sub\nsub NS ns1",
        "_x._tcp SRV 0 0 0 .",
        "www CNAME other.example.net.",
    ],
)
def test_a_target_that_is_sound_or_not_ours_to_judge(tmp_path: Path, lines: str) -> None:
    assert checks(view_of(tmp_path, lines + "\n")) == []


def test_the_fix_of_an_alias_is_its_target(tmp_path: Path) -> None:
    found = only(view_of(tmp_path, "@ 60 MX 10 mail\nmail CNAME ns1\n"))
    assert found.fix == "@ 60 IN MX 10 ns1.example.com."
    assert found.evidence.count("example.com.zone:") == 2


def test_the_fix_of_an_alias_of_an_address_is_the_address(tmp_path: Path) -> None:
    fixes = {f.check: f.fix for f in judge(view_of(tmp_path, "@ MX 10 mail\nmail CNAME 192.0.2.9\n"))}
    assert fixes["mx-to-cname"] == "mail IN A 192.0.2.9"


def test_targets_that_nobody_looked_up_are_told_together(tmp_path: Path) -> None:
    view = view_of(tmp_path, "a CNAME a.example.net.\nb CNAME b.example.net.\nc CNAME x.sub\nsub NS ns1\n")
    (found,) = judge_targets(view)
    assert (found.check, found.state) == ("dangling", FindingState.UNKNOWN)
    assert "a.example.net., b.example.net., x.sub.example.com." in found.summary


def test_beside_a_line_that_could_not_be_read_nothing_is_called_absent(tmp_path: Path) -> None:
    view = view_of(tmp_path, "www CNAME host\nhost A 192.0.2.300\n")
    assert checks(view) == ["syntax"]
    (found,) = judge_targets(view)
    assert (found.check, found.state) == ("dangling", FindingState.UNKNOWN)


def live(standing: Standing, more: dict[str, Standing] | None = None, kind: str = "CNAME") -> ZoneView:
    data = "t.example.net." if kind != "MX" else "10 t.example.net."
    entry = Entry("www.example.com.", 60, kind, data, "ns1")
    return ZoneView("example.com.", [entry], known={"t.example.net.": standing} | (more or {}))


THERE = Standing(Existence.EXISTS, ("192.0.2.9",))
EMPTY = Standing(Existence.EXISTS)
GONE = Standing(Existence.ABSENT, reason="NXDOMAIN")
SILENT = Standing(Existence.UNKNOWN, reason="192.0.2.1 was silent")
ALIAS = Standing(Existence.EXISTS, alias="u.example.net.")


@pytest.mark.parametrize(
    ("standing", "end", "state"),
    [
        (THERE, None, None),
        (EMPTY, None, None),
        (GONE, None, FindingState.FAIL),
        (SILENT, None, FindingState.UNKNOWN),
        (ALIAS, THERE, None),
        (ALIAS, GONE, FindingState.FAIL),
        (ALIAS, SILENT, FindingState.UNKNOWN),
        (ALIAS, None, FindingState.UNKNOWN),
    ],
)
def test_dangling_has_three_states(
    standing: Standing, end: Standing | None, state: FindingState | None
) -> None:
    found = list(judge_targets(live(standing, {"u.example.net.": end} if end else None)))
    assert [(finding.check, finding.state) for finding in found] == ([("dangling", state)] if state else [])


def test_a_silent_resolver_leaves_no_ok(tmp_path: Path) -> None:
    assert "targets" not in [finding.check for finding in judge(live(SILENT))]
    assert "targets" in [finding.check for finding in judge(live(THERE))]


def test_mail_to_a_name_without_address() -> None:
    (found,) = judge_targets(live(EMPTY, kind="MX"))
    assert found.check == "missing-address"
