"""`netmon dns --zone FILE --lint`: its answers and its exit codes."""

from __future__ import annotations

import argparse
import json
import os
import socket
import subprocess
from collections.abc import Iterable
from pathlib import Path

import dns.message
import dns.rdatatype
import pytest

from netmon.commands.dns_lint import run
from netmon.commands.ending import CANNOT_ASK, FOUND, NOT_FOUND, CannotAskError
from tests.program import netmon, said_in_one_line
from tests.resolver.rules.zones import DATA, HEAD
from tests.resolver.server import serve_udp
from tests.resolver.transfer.givers import SMALL, SOA, framed, giving, message
from tests.sockets import CLONE_NEWNET, CLONE_NEWNS, in_child


def ask(zone: str | None, output: str = "table", name: str | None = None) -> int:
    return run(
        argparse.Namespace(zone=zone, name=name, format=output, server=[], ca=None, timeout=None, hints=None)
    )


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


@pytest.mark.root
@pytest.mark.parametrize(("is_deaf", "code"), [(True, CANNOT_ASK), (False, NOT_FOUND)])
def test_a_name_is_asked_of_the_resolver_of_this_machine(tmp_path: Path, is_deaf: bool, code: int) -> None:
    """The zone's server, 127.0.0.1, is silent, or is not there: no answer, or a lame server."""
    conf = tmp_path / "resolv.conf"
    conf.write_text("nameserver 127.0.0.9\n")

    def on_a_machine_of_its_own() -> int:
        subprocess.run(["mount", "--bind", str(conf), os.path.realpath("/etc/resolv.conf")], check=True)
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        with (
            serve_udp({"example.test.": "www CNAME ns\n"}, address="127.0.0.9"),
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf,
        ):
            deaf.bind(("127.0.0.1", 53 if is_deaf else 0))
            if not is_deaf:
                return ask(None, name="www.example.test")
            with pytest.raises(CannotAskError, match=r"none of the name servers of example\.test\. answered"):
                ask(None, name="www.example.test")
            return CANNOT_ASK

    assert in_child(on_a_machine_of_its_own, namespaces=CLONE_NEWNS | CLONE_NEWNET) == code


@pytest.mark.parametrize("name", ["a..b", "192.0.2.1", "https://example.com/"])
def test_a_name_that_is_none(name: str) -> None:
    with pytest.raises(CannotAskError, match=r"bad name|no nameservers"):
        ask(None, name=name)


def test_the_zone_of_a_named_server_and_how_much_of_it_was_seen() -> None:
    def give(query: dns.message.Message) -> Iterable[bytes]:
        if query.question[0].rdtype != dns.rdatatype.AXFR:
            return [framed(*(message(query, [SOA] if "SOA" in str(query.question[0]) else []),))]
        return [framed(message(query, [*SMALL[:3], "www.example.com. 60 CNAME 192.0.2.9", SOA]))]

    with giving(give) as server:
        at = f"tcp://127.0.0.1:{server.port}"
        answer = netmon("dns", "www.example.com", "--lint", "--server", at, "--json")
    assert answer.code == NOT_FOUND, answer
    assert answer.body["seen"] == f"whole zone, 4 records, by transfer from {at}"
    assert answer.body["findings"][0]["check"] == "target-is-address"


@pytest.mark.parametrize(
    ("servers", "why"),
    [(("192.0.2.1", "192.0.2.2"), "judges the zone of one --server"), (("x://y",), "bad server"),
     (("tcp://127.0.0.1:1",), "no answer: tcp://127.0.0.1:1 refused")],
)  # fmt: skip
def test_servers_whose_zone_cannot_be_judged(servers: tuple[str, ...], why: str) -> None:
    options = [part for server in servers for part in ("--server", server)]
    said_in_one_line(netmon("dns", "example.com", "--lint", *options), why)
