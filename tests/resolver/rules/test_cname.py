"""Aliases that break a rule, one zone each."""

from __future__ import annotations

from pathlib import Path

import pytest

from netmon.model.finding import FindingState
from netmon.resolver.rules.cname import LONGEST
from tests.resolver.rules.zones import checks, only, view_of


@pytest.mark.parametrize("other", ["A 192.0.2.9", "MX 10 ns1", 'TXT "x"', "NS ns1"])
def test_other_data_beside_a_cname(tmp_path: Path, other: str) -> None:
    found = only(view_of(tmp_path, f"www CNAME ns1\nwww {other}\n"))
    assert (found.check, found.state) == ("cname-other-data", FindingState.FAIL)
    assert found.summary.startswith("www.example.com. is an alias, and has other records too")
    assert "example.com.zone:8: www.example.com. 3600 IN CNAME ns1.example.com." in found.evidence
    assert "example.com.zone:9: " in found.evidence


def test_dnssec_may_stand_beside_a_cname(tmp_path: Path) -> None:
    assert checks(view_of(tmp_path, "www CNAME ns1\nwww NSEC ns1 CNAME NSEC\n")) == []


def test_a_cname_at_the_apex(tmp_path: Path) -> None:
    found = only(view_of(tmp_path, "@ CNAME ns1\n"))
    assert found.check == "cname-apex"
    assert found.fix.startswith("replace it by the addresses of ns1.example.com.: @ IN A …")


def test_two_cnames(tmp_path: Path) -> None:
    found = only(view_of(tmp_path, "www CNAME ns1\nWWW CNAME ns2\n"))
    assert found.check == "cname-twice"
    assert found.fix == "keep one: www 3600 IN CNAME ns1.example.com."


def test_the_same_cname_twice_is_one(tmp_path: Path) -> None:
    assert checks(view_of(tmp_path, "www CNAME ns1\nwww CNAME NS1.example.com.\n")) == []


def test_a_loop_is_told_once(tmp_path: Path) -> None:
    found = only(view_of(tmp_path, "a CNAME b\nb CNAME c\nc CNAME a\nd CNAME a\n"))
    assert found.check == "cname-loop"
    assert "a.example.com. → b.example.com. → c.example.com. → a.example.com." in found.summary


def test_an_alias_of_itself(tmp_path: Path) -> None:
    assert only(view_of(tmp_path, "a CNAME a\n")).check == "cname-loop"


def test_a_loop_through_a_wildcard(tmp_path: Path) -> None:
    assert only(view_of(tmp_path, "*.w CNAME x.w\n")).check == "cname-loop"


def chain(length: int) -> str:
    return "".join(f"c{n} CNAME c{n + 1}\n" for n in range(length)) + f"c{length} A 192.0.2.9\n"


def test_a_chain_is_too_long_from_nine_on(tmp_path: Path) -> None:
    assert checks(view_of(tmp_path, chain(LONGEST))) == []
    found = only(view_of(tmp_path, chain(LONGEST + 1)))
    assert (found.check, found.state) == ("cname-chain", FindingState.WARN)
    assert found.fix == "point it at the end: c0 3600 IN CNAME c9.example.com."


def test_a_chain_without_end_in_sight_is_told_once_and_soon(tmp_path: Path) -> None:
    assert set(checks(view_of(tmp_path, chain(3000)))) == {"cname-chain"}


def test_a_loop_of_any_length_is_one_and_so_are_the_ways_into_it(tmp_path: Path) -> None:
    loop = "".join(f"c{n} CNAME c{(n + 1) % 500}\n" for n in range(500))
    found = only(view_of(tmp_path, "in CNAME on\non CNAME c7\n" + loop + "also CNAME c9\n"))
    assert found.check == "cname-loop"
    assert "more) …" in found.summary


def test_long_ways_are_told_where_they_begin(tmp_path: Path) -> None:
    long = "".join(f"c{n} CNAME c{n + 1}\n" for n in range(300)) + "c300 A 192.0.2.1\n"
    found = only(view_of(tmp_path, long))
    assert found.check == "cname-chain"
    assert found.summary.startswith(
        "c0.example.com. leads through 300 aliases: c0.example.com. → c1.example.com."
    )
    assert found.summary.endswith("→ … → c300.example.com.")
