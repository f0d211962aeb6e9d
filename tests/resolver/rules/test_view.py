"""How names stand in a zone: there, not there, or not to be told from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from netmon.resolver.rules.view import Entry, Existence, ServerView, Standing, ZoneView
from tests.resolver.rules.zones import view_of

ZONE = """\
www CNAME ns1
*.w A 192.0.2.9
deep.er.w TXT x
d DNAME w
loop DNAME x.loop
sub NS ns.sub
ns.sub A 192.0.2.4
a.b A 192.0.2.5
"""


@pytest.mark.parametrize(
    ("name", "existence", "addresses"),
    [
        ("ns1", Existence.EXISTS, ("192.0.2.1",)),
        ("www", Existence.EXISTS, ()),
        ("x.w", Existence.EXISTS, ("192.0.2.9",)),
        ("x.y.w", Existence.EXISTS, ("192.0.2.9",)),
        ("er.w", Existence.EXISTS, ()),  # RFC 4592: an empty non-terminal, which the wildcard does not cover
        ("x.er.w", Existence.ABSENT, ()),
        ("x.d", Existence.EXISTS, ("192.0.2.9",)),
        ("x.loop", Existence.UNKNOWN, ()),
        ("b", Existence.EXISTS, ()),
        ("gone", Existence.ABSENT, ()),
        ("x.sub", Existence.UNKNOWN, ()),
        ("ns.sub", Existence.EXISTS, ("192.0.2.4",)),
    ],
)
def test_a_name_of_the_zone(
    tmp_path: Path, name: str, existence: Existence, addresses: tuple[str, ...]
) -> None:
    standing = view_of(tmp_path, ZONE).standing(f"{name}.example.com.")
    assert (standing.existence, standing.addresses) == (existence, addresses)


def test_a_name_elsewhere_is_what_is_known_of_it() -> None:
    known = {"www.example.net.": Standing(Existence.ABSENT)}
    view = ZoneView("example.com.", [], complete=True, known=known)
    assert view.standing("www.example.net.").existence is Existence.ABSENT
    assert view.standing("x.example.net.").existence is Existence.UNKNOWN


def test_what_is_not_whole_proves_no_absence() -> None:
    assert ZoneView("example.com.", []).standing("x.example.com.").existence is Existence.UNKNOWN


@pytest.mark.parametrize(
    ("kind", "data", "target"),
    [
        ("CNAME", "WWW.example.com.", "www.example.com."),
        ("MX", "10 Mail.example.com.", "mail.example.com."),
        ("SRV", "1 2 3 s.example.com.", "s.example.com."),
        ("TXT", '"x"', ""),
        ("MX", "10", ""),
    ],
)
def test_the_target_of_a_record(kind: str, data: str, target: str) -> None:
    assert Entry("x.", 1, kind, data, "here").target == target


def test_a_long_record_is_cut_where_it_is_shown() -> None:
    assert len(str(Entry("x.", 1, "TXT", "y" * 4000, "here"))) < 150


def test_unanswered_is_when_no_server_said_anything() -> None:
    silent, lame = ServerView("a.", "192.0.2.1", None), ServerView("b.", "192.0.2.2", False)
    assert ZoneView("x.", [], servers=[silent]).is_unanswered
    assert not ZoneView("x.", [], servers=[silent, lame]).is_unanswered
    assert not ZoneView("x.", []).is_unanswered
