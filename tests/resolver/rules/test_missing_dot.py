"""Names whose dot was forgotten."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.resolver.rules.zones import checks, only, view_of


@pytest.mark.parametrize(
    ("line", "fix"),
    [
        ("www CNAME ns1.example.com", "www 3600 IN CNAME ns1.example.com."),
        ("@ MX 10 ns1.example.com", "@ 3600 IN MX 10 ns1.example.com."),
        ("sub NS ns1.example.com", "sub 3600 IN NS ns1.example.com."),
        ("shop CNAME shops.example.net", "shop 3600 IN CNAME shops.example.net."),
        ("www.example.com A 192.0.2.9", "www 3600 IN A 192.0.2.9"),
        ("@ NS ns.example.net", "@ 3600 IN NS ns.example.net."),
    ],
)
def test_the_zone_twice_or_behind_another(tmp_path: Path, line: str, fix: str) -> None:
    found = only(view_of(tmp_path, line + "\n"))
    assert (found.check, found.fix) == ("missing-dot", fix)
    assert "a dot is missing behind" in found.summary


def test_a_name_like_that_which_exists_was_meant(tmp_path: Path) -> None:
    assert checks(view_of(tmp_path, "shop CNAME a.net\na.net A 192.0.2.9\n")) == []


def test_a_plain_name_that_is_gone_only_dangles(tmp_path: Path) -> None:
    assert checks(view_of(tmp_path, "shop CNAME a.b\n")) == ["dangling"]


def test_in_a_zone_of_one_label_its_name_twice_is_a_name(tmp_path: Path) -> None:
    head = (
        "$ORIGIN test.\n@ 60 SOA a.test. b 1 2 3 4 5\n@ 60 NS test\ntest 60 A 192.0.2.1\na 60 A 192.0.2.1\n"
    )
    assert checks(view_of(tmp_path, "", head)) == []
