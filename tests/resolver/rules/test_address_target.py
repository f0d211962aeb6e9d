"""Targets that are addresses, in both ways of writing them, and names that only look like it."""

from __future__ import annotations

from pathlib import Path

import pytest

from netmon.model.finding import FindingState
from tests.resolver.rules.zones import HEAD, checks, only, view_of


@pytest.mark.parametrize(
    ("line", "fix"),
    [
        ("www CNAME 192.0.2.9.", "www 3600 IN A 192.0.2.9"),
        ("www CNAME 192.0.2.9", "www 3600 IN A 192.0.2.9"),
        ("www CNAME 192.0.2.9.example.com.", "www 3600 IN A 192.0.2.9"),
        ("www CNAME 2001:db8::9", "www 3600 IN AAAA 2001:db8::9"),
        ("www CNAME ::ffff:192.0.2.9.", "www 3600 IN AAAA ::ffff:192.0.2.9"),
        ("@ 60 MX 10 192.0.2.9", "@ 60 IN MX 10 mail with mail IN A 192.0.2.9"),
        ("@ MX 10 192.0.2.9.", "@ 3600 IN MX 10 mail with mail IN A 192.0.2.9"),
        ("sub NS 192.0.2.9.", "sub 3600 IN NS ns1 with ns1 IN A 192.0.2.9"),
        ("sub NS 192.0.2.9", "sub 3600 IN NS ns1 with ns1 IN A 192.0.2.9"),
        ("_x._tcp SRV 1 2 3 192.0.2.9.", "_x._tcp 3600 IN SRV 1 2 3 host with host IN A 192.0.2.9"),
    ],
)
def test_an_address_is_no_target(tmp_path: Path, line: str, fix: str) -> None:
    found = only(view_of(tmp_path, line + "\n"))
    assert (found.check, found.state) == ("target-is-address", FindingState.FAIL)
    assert "where only a name may stand" in found.summary
    assert found.fix == fix


def test_the_zone_behind_it_is_explained(tmp_path: Path) -> None:
    assert "no dot at its end" in only(view_of(tmp_path, "www CNAME 192.0.2.9\n")).why
    assert "no dot at its end" not in only(view_of(tmp_path, "www CNAME 192.0.2.9.\n")).why


def test_under_another_origin(tmp_path: Path) -> None:
    assert (
        only(view_of(tmp_path, "$ORIGIN sub.example.com.\nwww CNAME 192.0.2.9\n")).check
        == "target-is-address"
    )


@pytest.mark.parametrize(
    "lines",
    [
        "www CNAME 192.0.2.9.nip.io.",
        "www CNAME 1.2.3.4\n1.2.3.4 A 192.0.2.9",
        "www CNAME 2.3.4\n2.3.4 A 192.0.2.9",
        "www CNAME 10.2.0.192.in-addr.arpa.",
        "www CNAME 1.2.3.4.w\n*.w A 192.0.2.1",
    ],
)
def test_a_name_that_exists_or_is_elsewhere_is_a_name(tmp_path: Path, lines: str) -> None:
    assert checks(view_of(tmp_path, lines + "\n")) == []


def test_in_a_reverse_zone_numbers_are_names(tmp_path: Path) -> None:
    head = HEAD.replace("example.com.", "2.0.192.in-addr.arpa.")
    assert checks(view_of(tmp_path, "1 CNAME 9\n", head)) == ["dangling"]
    assert only(view_of(tmp_path, "1 CNAME 192.0.2.9.\n", head)).check == "target-is-address"
