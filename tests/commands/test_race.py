"""`netmon loopback --race`: its answers and its exit codes, against real listeners."""

from __future__ import annotations

import argparse
import json

import pytest

from netmon.commands.ending import FOUND, NOT_FOUND, CannotAskError
from netmon.commands.race import run
from tests.program import netmon, said_in_one_line
from tests.sockets import listener, port_of


def ask(target: str, output: str = "table") -> int:
    return run(argparse.Namespace(race=target, format=output))


def test_a_listener_answers_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    with listener(backlog=256) as server:
        port = port_of(server)
        assert ask(f"127.0.0.1:{port}") == FOUND
    out = capsys.readouterr().out
    assert out.startswith(f"127.0.0.1:{port} answers in ")
    assert "What falling back costs" in out


def test_a_listener_answers_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    with listener(backlog=256) as server:
        assert ask(f"127.0.0.1:{port_of(server)}", "json") == FOUND
    body = json.loads(capsys.readouterr().out)
    assert (body["schema"], body["findings"][0]["check"]) == ("netmon/race/1", "race")
    assert body["taken_at"].endswith("Z")
    assert [contest["rounds"] for contest in body["contests"]] == [20, 20, 20]


def test_where_nobody_listens_the_answer_is_no(capsys: pytest.CaptureFixture[str]) -> None:
    with listener() as server:
        port = port_of(server)
    assert ask(f"127.0.0.1:{port}") == NOT_FOUND
    assert "takes no connection" in capsys.readouterr().out


def test_a_bad_target_cannot_be_asked() -> None:
    with pytest.raises(CannotAskError, match="target 'localhost' is not understood"):
        ask("localhost")


def test_as_a_program() -> None:
    with listener(backlog=256) as server:
        answer = netmon("loopback", "--race", f"127.0.0.1:{port_of(server)}")
    assert (answer.code, answer.err) == (FOUND, "")
    assert "the only address" in answer.out
    said_in_one_line(netmon("loopback", "--race", "::1:80"), "netmon loopback", "target '::1:80'")
