"""What `$GENERATE` stands for, by the reading of BIND's own checker too."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.resolver.rules.generate import LIMIT, GenerateError, expand
from netmon.resolver.rules.view import Entry
from netmon.resolver.rules.zone_file import read_zone
from tests.resolver.rules.zones import HEAD, checks, view_of
from tests.resolver.transfer.named import program


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("1-3 h$ A 192.0.2.$", ["h1 A 192.0.2.1", "h2 A 192.0.2.2", "h3 A 192.0.2.3"]),
        ("0-20/10 h${1} 300 IN A 192.0.2.$", ["h1 300 IN A 192.0.2.0", "h11 300 IN A 192.0.2.10",
                                              "h21 300 IN A 192.0.2.20"]),
        ("255-255 h${0,4,x} TXT ${-5,5,d}$$", ["h00ff TXT 00250$"]),
        ("5-5 h${0,0,o} TXT \\$x\\046", ["h5 TXT $x\\046"]),
        ("165-165 ${0,3,n} PTR h${0,2,X}", ["5.a PTR hA5"]),
    ],
)  # fmt: skip
def test_the_words_of_each_record(arguments: str, words: list[str]) -> None:
    assert [" ".join(each) for each in expand(arguments.split())] == words


@pytest.mark.parametrize(
    ("arguments", "why"),
    [("x-9 a A 1", "takes a range"), ("1-9", "takes a range"), ("1-9 a", "takes a range"),
     ("9-1 a A b", "is empty"), ("1-9/0 a A b", "never ends"), ("1-2000000 a A b", "stands for 2000000")],
)  # fmt: skip
def test_what_makes_no_sense(arguments: str, why: str) -> None:
    with pytest.raises(GenerateError, match=why):
        expand(arguments.split())


def test_its_records_are_judged_like_others(tmp_path: Path) -> None:
    assert checks(view_of(tmp_path, "www CNAME h5\n$GENERATE 1-9 h$ A 192.0.2.$\n")) == []
    assert checks(view_of(tmp_path, "www CNAME h5\n$GENERATE 1-4 h$ A 192.0.2.$\n")) == ["dangling"]
    view = view_of(tmp_path, "a A 192.0.2.1\n$GENERATE 1-2 h$ 60 A 192.0.2.$\n A 192.0.2.9\n")
    assert [str(entry) for entry in view.entries[-3:]] == [
        "h1.example.com. 60 IN A 192.0.2.1", "h2.example.com. 60 IN A 192.0.2.2",
        "a.example.com. 3600 IN A 192.0.2.9",
    ]  # fmt: skip


def test_many_of_them_are_not_judged_without_end(tmp_path: Path) -> None:
    view = view_of(
        tmp_path, f"$GENERATE 1-{LIMIT - 1} h$ A 192.0.2.1\n" + "$GENERATE 1-60000 x$ A 192.0.2.1\n"
    )
    assert len(view.entries) == LIMIT + 5
    assert "more than 65536 records of $GENERATE" in view.problems[0].what


def test_binds_checker_reads_it_the_same(tmp_path: Path) -> None:
    lines = '$GENERATE 8-20/4 h${-3,3,d} A 192.0.2.$\n$GENERATE 10-12 ${0,1,x} MX "${1,4,d} v${0,3,X}"\n'
    path = tmp_path / "example.com.zone"
    path.write_text(HEAD + lines)
    done = subprocess.run(
        [program("named-checkzone"), "-D", "-i", "none", "example.com", str(path)],
        capture_output=True, text=True, timeout=20,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    again = tmp_path / "again"
    again.write_text(done.stdout)

    def told(entries: tuple[Entry, ...]) -> set[tuple[str, int | None, str, str]]:
        return {(entry.name, entry.ttl, entry.type, entry.data) for entry in entries}

    assert told(read_zone(str(path)).entries) == told(read_zone(str(again), "example.com").entries)


@given(st.lists(st.text("1-9/0${},dxn\\a.é", max_size=12), min_size=1, max_size=4))
def test_no_words_do_harm(arguments: list[str]) -> None:
    try:
        for words in expand(arguments):
            assert len(words) == len(arguments) - 1, "none of them is in quotes"
    except GenerateError:
        pass
