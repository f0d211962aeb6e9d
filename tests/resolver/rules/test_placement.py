"""Records that may stand in some places only."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.resolver.rules.zones import HEAD, checks, only, view_of

_DS = f"DS 1 13 2 {'ab' * 32}"


@pytest.mark.parametrize(
    ("text", "check", "words"),
    [
        (
            "www.sub SOA ns1 h 1 2 3 4 5\n",
            "soa-misplaced",
            "www.sub.example.com. has an SOA, and the zone is",
        ),
        (f"@ {_DS}\n", "ds-misplaced", "example.com. has a DS at its own apex"),
        (f"www {_DS}\n", "ds-misplaced", "www.example.com. has a DS and no NS: it is no delegation"),
        ("*.sub NS ns1\n", "ns-wildcard", "*.sub.example.com. delegates by a wildcard"),
        ("d DNAME ns1\nx.y.d A 192.0.2.9\n", "below-dname", "x.y.d.example.com. is below d.example.com."),
    ],
)
def test_each_in_the_wrong_place(tmp_path: Path, text: str, check: str, words: str) -> None:
    found = only(view_of(tmp_path, text))
    assert found.check == check
    assert words in found.summary
    assert "zone:8: " in found.evidence


def test_all_below_one_dname_are_one_finding(tmp_path: Path) -> None:
    text = "d DNAME ns1\n" + "".join(f"x{n}.d A 192.0.2.9\n" for n in range(50))
    assert "and 47 more" in only(view_of(tmp_path, text)).evidence


def test_each_in_its_place(tmp_path: Path) -> None:
    text = f"sub NS ns1\nsub {_DS}\nd DNAME ns1\n*.w A 192.0.2.9\nd2 A 192.0.2.9\nd TXT x\n"
    assert checks(view_of(tmp_path, text)) == []
    assert checks(view_of(tmp_path, "@ DNAME example.net.\n", HEAD.replace(" ns1\n", " a.\n").replace(
        " ns2\n", " b.\n").replace("ns1 IN A 192.0.2.1\nns2 IN A 192.0.2.2\n", ""))) == []  # fmt: skip
