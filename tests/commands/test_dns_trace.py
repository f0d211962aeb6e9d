"""`netmon dns NAME --trace` through a tree of real servers: what it writes and how it ends."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from netmon.commands.dns_trace import run
from netmon.commands.ending import CannotAskError
from tests.resolver.trace.tree import ROOT, TEST, Tree, alone_on_a_host, running_tree


def options(name: str, *types: str, **others: object) -> argparse.Namespace:
    usual = {"hints": None, "server": (), "all": False, "timeout": None, "format": None}
    return argparse.Namespace(**{"name": name, "types": list(types), **usual, **others})


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tree]:
    with running_tree(tmp_path_factory.mktemp("tree")) as running:
        yield running


@pytest.mark.root
@pytest.mark.parametrize(
    ("name", "code"),
    [("www.ex.test", 0), ("nothing.ex.test", 1), ("one.ex.test", 1)],
)
def test_how_it_ends(tree: Tree, capsys: pytest.CaptureFixture[str], name: str, code: int) -> None:
    with tree.host.entered():
        assert run(options(name, hints=str(tree.hints))) == code
    assert capsys.readouterr().out.startswith(".  ")


@pytest.mark.root
@pytest.mark.parametrize("name", ["www.dead.test", "lame.test"])
def test_where_no_server_can_tell_that_is_said_below_what_was_seen(
    tree: Tree, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    with tree.host.entered(), pytest.raises(CannotAskError, match="could not be used"):
        run(options(name, hints=str(tree.hints)))
    assert "✕ dead end" in capsys.readouterr().out


@pytest.mark.root
def test_any_server_can_be_the_start(tree: Tree, capsys: pytest.CaptureFixture[str]) -> None:
    with tree.host.entered():
        assert run(options("www.ex.test", server=[TEST])) == 0
    assert capsys.readouterr().out.splitlines()[1].split()[:2] == ["→", TEST]


@pytest.mark.root
def test_an_answer_to_one_of_several_types_is_an_answer(
    tree: Tree, capsys: pytest.CaptureFixture[str]
) -> None:
    with tree.host.entered():
        assert run(options("www.ex.test", "MX", "AAAA", hints=str(tree.hints))) == 0
    out = capsys.readouterr().out
    assert "www.ex.test. MX: no record" in out
    assert "www.ex.test.  300  AAAA  2001:db8::1" in out


@pytest.mark.root
def test_json(tree: Tree, capsys: pytest.CaptureFixture[str]) -> None:
    with tree.host.entered():
        assert run(options("www.ex.test", hints=str(tree.hints), format="json", all=True)) == 0
    body: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert [step["zone"] for step in body["trace"]] == [".", "test.", "ex.test."]
    assert body["trace"][0]["servers"][0]["address"] == ROOT
    assert body["source"] == str(tree.hints)


@pytest.mark.root
def test_where_the_outside_is_not_reachable_there_is_one_finding(capsys: pytest.CaptureFixture[str]) -> None:
    with alone_on_a_host() as host, host.entered(), pytest.raises(CannotAskError, match="No root server can"):
        run(options("www.example.com", "A", "AAAA", format="json"))
    body = json.loads(capsys.readouterr().out)
    assert [finding["summary"] for finding in body["findings"]] == [
        "No root server can be reached from here."
    ]
    assert len(body["trace"][0]["servers"]) == 26


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (options("a..b"), "bad name: "),
        (options("ex.test", "NOSUCH"), "no record type called NOSUCH"),
        (options("ex.test", server=["tls://192.0.2.1"]), "plain addresses, which tls://192.0.2.1 is not"),
        (options("ex.test", server=["192.0.2.1"], hints="x"), "give one of them"),
        (options("ex.test", hints="/nonexistent/hints"), "/nonexistent/hints cannot be read"),
    ],
)
def test_what_cannot_be_asked_is_said_before_any_packet_leaves(wrong: argparse.Namespace, said: str) -> None:
    with pytest.raises(CannotAskError, match=said):
        run(wrong)


def test_a_hints_file_that_is_none(tmp_path: Path) -> None:
    path = tmp_path / "hints"
    path.write_text("nothing here\n")
    with pytest.raises(CannotAskError, match="is no hints file"):
        run(options("ex.test", hints=str(path)))
