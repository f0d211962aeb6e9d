"""Zone files read whole: directives, defaults, what a loader would refuse, and any heap of bytes."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netmon.resolver.rules.judging import judge
from netmon.resolver.rules.view import Entry
from netmon.resolver.rules.zone_file import read_zone
from netmon.resolver.rules.zone_open import ZoneFileError
from tests.resolver.rules.zones import HEAD, view_of

SOA = "@ SOA ns1 h 1 7200 900 1209600 300\n"


def shown(path: Path, text: str, origin: str | None = None) -> list[str]:
    path.write_text(text)
    return [f"{entry.source.rpartition(':')[2]} {entry}" for entry in read_zone(str(path), origin).entries]


def test_owner_ttl_and_class_in_every_order(tmp_path: Path) -> None:
    text = (
        "$ORIGIN example.com.\n$TTL 1h\n"
        + SOA
        + "a 5 IN A 192.0.2.1\na IN 6 A 192.0.2.2\n\tA 192.0.2.3\n 7 TXT x\n"
    )
    assert shown(tmp_path / "z", text)[1:] == [
        "4 a.example.com. 5 IN A 192.0.2.1",
        "5 a.example.com. 6 IN A 192.0.2.2",
        "6 a.example.com. 3600 IN A 192.0.2.3",
        '7 a.example.com. 7 IN TXT "x"',
    ]


def test_without_a_default_the_ttl_before_counts(tmp_path: Path) -> None:
    text = "$ORIGIN example.com.\n" + SOA + "a 5 A 192.0.2.1\nb A 192.0.2.2\n"
    assert [line.split()[2] for line in shown(tmp_path / "z", text)] == ["IN", "5", "5"]


def test_owners_that_look_like_something_else(tmp_path: Path) -> None:
    text = (
        "$ORIGIN example.com.\n$TTL 9\n"
        + SOA
        + "in A 192.0.2.1\n10 A 192.0.2.2\nmx MX 1 ns1\nA A 192.0.2.3\n"
    )
    assert [line.split()[1] for line in shown(tmp_path / "z", text)[1:]] == [
        "in.example.com.", "10.example.com.", "mx.example.com.", "a.example.com.",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["example.com.zone", "db.example.com", "example.com", "example.com.db"])
def test_the_origin_is_in_the_name_of_the_file(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("$TTL 9\n" + SOA)
    assert read_zone(str(tmp_path / name)).origin == "example.com."


def test_an_origin_that_is_given_counts(tmp_path: Path) -> None:
    (tmp_path / "example.com.zone").write_text("$TTL 9\n" + SOA)
    assert read_zone(str(tmp_path / "example.com.zone"), "example.org").origin == "example.org."


def test_the_apex_is_where_the_soa_is(tmp_path: Path) -> None:
    (tmp_path / "z").write_text(
        "$TTL 9\n$ORIGIN com.\nexample SOA a b 1 2 3 4 5\n$ORIGIN example.com.\nx A 192.0.2.1\n"
    )
    assert read_zone(str(tmp_path / "z")).origin == "example.com."


def test_an_include_has_its_own_origin_and_lines(tmp_path: Path) -> None:
    (tmp_path / "part").write_text("; first\nx A 192.0.2.9\n")
    view = view_of(tmp_path, '$INCLUDE part sub\n$INCLUDE "part"\ny A 192.0.2.8\n')
    assert [(e.name, e.source.rpartition("/")[2]) for e in view.entries[-3:]] == [
        ("x.sub.example.com.", "part:2"),
        ("x.example.com.", "part:2"),
        ("y.example.com.", "example.com.zone:10"),
    ]


def test_a_file_that_includes_itself_ends(tmp_path: Path) -> None:
    view = view_of(tmp_path, "$INCLUDE example.com.zone\n$INCLUDE example.com.zone\n")
    assert {problem.what for problem in view.problems} >= {"$INCLUDE goes deeper than 8 files"}
    assert len(view.problems) < 1000


def test_hostile_text_is_escaped(tmp_path: Path) -> None:
    view = view_of(tmp_path, 'e\x1b[31m TXT "\x1b]0;x\x07 \xe2\x80\xae" \\027[2J\n')
    assert view.entries[-1][:4] == (
        r"e\027[31m.example.com.", 3600, "TXT", r'"\027]0;x\007 \226\128\174" "\027[2J"',
    )  # fmt: skip
    broken = view_of(tmp_path, 'x\x1b[31m \x1bFOO \x1b\n$\x1bX\n$INCLUDE \x1b[2J\nx TXT "\x1b\n')
    assert len(broken.problems) == 4
    assert "\x1b" not in str(broken.problems)


def test_a_reader_keeps_what_a_loader_refuses(tmp_path: Path) -> None:
    view = view_of(tmp_path, "w CNAME ns1\nw 5 CNAME ns2\nw A 192.0.2.1\n")
    assert [(entry.type, entry.ttl) for entry in view.entries[-3:]] == [
        ("CNAME", 3600), ("CNAME", 5), ("A", 3600),
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["", "; nothing\n", "x y z\n"])
def test_a_file_without_records_is_no_zone(tmp_path: Path, text: str) -> None:
    (tmp_path / "z").write_text(text)
    with pytest.raises(ZoneFileError, match="z holds no record that could be read"):
        read_zone(str(tmp_path / "z"))


@pytest.mark.parametrize("name", ["x..y", "a" * 64, ""])
def test_an_origin_that_is_no_name(tmp_path: Path, name: str) -> None:
    (tmp_path / "z").write_text("x y z\n")
    with pytest.raises(ZoneFileError):
        read_zone(str(tmp_path / "z"), name)


WORDS = st.sampled_from(
    ["@", "a", "*", "www", "IN", "60", "1h", "A", "AAAA", "CNAME", "MX", "NS", "SOA", "TXT", "DNAME", "SRV",
     "RRSIG", "NSEC", "HTTPS", "TYPE65", "192.0.2.1", "::1", "10", ".", "a.example.com", "example.com.",
     '"x"', '"', "(", ")", ";", "\\", "\n", "\n ", "\n", "$ORIGIN", "$TTL", "$INCLUDE", "\\# 1 00", "\xe9"]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    st.lists(WORDS, max_size=40).map(" ".join).map(lambda text: text.encode("latin-1"))
    | st.binary(max_size=200)
)
def test_any_file_is_read_and_judged(data: bytes) -> None:
    with TemporaryDirectory() as directory:
        path = Path(directory) / "example.com.zone"
        path.write_bytes(HEAD.encode() + data)
        findings = judge(read_zone(str(path)))
    assert findings
    assert all(text.isprintable() for finding in findings for text in finding)


RECORDS = st.builds(
    lambda name, kind, target: Entry(f"{name}.example.com.", 60, kind, target, ""),
    st.sampled_from("abcd"),
    st.sampled_from(["A", "CNAME"]),
    st.sampled_from(["a", "b", "c", "d"]),
)


@given(st.lists(RECORDS, max_size=8))
def test_a_written_zone_is_read_back(records: list[Entry]) -> None:
    lines = [f"{r.name} {r.ttl} {r.type} " + ("192.0.2.1" if r.type == "A" else r.data) for r in records]
    with TemporaryDirectory() as directory:
        found = view_of(Path(directory), "\n".join(lines)).entries[5:]
    assert [(entry.name, entry.ttl, entry.type) for entry in found] == [r[:3] for r in records]


def test_a_byte_order_mark_is_told_and_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "example.com.zone"
    path.write_bytes(b"\xef\xbb\xbf" + HEAD.encode())
    view = read_zone(str(path))
    assert len(view.entries) == 5
    assert [problem.what for problem in view.problems] == [
        "it begins with a byte order mark, which servers take for a part of its first word"
    ]
    path.write_bytes(HEAD.encode("utf-16"))
    with pytest.raises(ZoneFileError, match="is UTF-16 text, and zone files are ASCII"):
        read_zone(str(path))
