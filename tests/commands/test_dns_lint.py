"""`netmon dns --zone FILE --lint`: its answers and its exit codes."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from netmon.commands.dns_lint import run
from netmon.commands.ending import FOUND, NOT_FOUND, CannotAskError
from tests.resolver.rules.zones import DATA, HEAD


def ask(zone: str | None, output: str = "table", name: str | None = None) -> int:
    return run(argparse.Namespace(zone=zone, name=name, format=output))


def broken(tmp_path: Path) -> str:
    path = tmp_path / "example.com.zone"
    path.write_text(HEAD + "www CNAME 192.0.2.9\n")
    return str(path)


def test_a_sound_zone(capsys: pytest.CaptureFixture[str]) -> None:
    assert ask(str(DATA / "db.example.org")) == FOUND
    assert capsys.readouterr().out.replace("\n", " ").partition("):")[2].startswith(" sound ")


def test_a_zone_that_is_not_sound(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask(broken(tmp_path)) == NOT_FOUND
    out = capsys.readouterr().out
    assert "not sound: 1 fail" in out
    assert "→ www 3600 IN A 192.0.2.9" in out


def test_json_names_file_and_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask(broken(tmp_path), "json") == NOT_FOUND
    body = json.loads(capsys.readouterr().out)
    assert (body["schema"], body["zone"]) == ("netmon/dns/1", "example.com.")
    assert body["findings"][0]["check"] == "target-is-address"
    assert "example.com.zone:8: " in body["findings"][0]["evidence"]


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CannotAskError, match="nowhere cannot be read: No such file or directory"):
        ask(str(tmp_path / "nowhere"))


def test_where_no_server_answered_the_code_is_2(monkeypatch: pytest.MonkeyPatch) -> None:
    silent = ServerView("ns1.example.com.", "192.0.2.1", None, "was silent")
    view = ZoneView("example.com.", [], servers=[silent])
    monkeypatch.setattr(live_zone, "gather", lambda name: view)
    assert ask(None, name="example.com") == CANNOT_ASK


@pytest.mark.parametrize("name", ["a..b", "192.0.2.1", "https://example.com/"])
def test_a_name_that_is_none(name: str) -> None:
    with pytest.raises(CannotAskError, match=r"bad name|no nameservers"):
        ask(None, name=name)
