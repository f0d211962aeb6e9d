"""`netmon dns ZONE AXFR`: its answers and its exit codes."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable
from pathlib import Path

import dns.message
import pytest

from netmon.resolver.rules.zone_file import read_zone
from netmon.resolver.server import Server
from tests.program import netmon, said_in_one_line
from tests.resolver.rules.nsd import nsd
from tests.resolver.rules.nsd import program as nsd_program
from tests.resolver.server import serve_udp
from tests.resolver.transfer.givers import SMALL, framed, giving, message
from tests.sockets import CLONE_NEWNET, CLONE_NEWNS, in_child


def small(query: dns.message.Message) -> Iterable[bytes]:
    return [framed(message(query, SMALL))]


def half(query: dns.message.Message) -> Iterable[bytes]:
    return [framed(message(query, SMALL[:3]))]


def refuse(query: dns.message.Message) -> Iterable[bytes]:
    return [framed(message(query, [], rcode=5))]


def at(server: Server) -> str:
    return f"127.0.0.1:{server.port}"


def test_a_zone_as_text_that_is_read_back(tmp_path: Path) -> None:
    with giving(small) as server:
        answer = netmon("dns", "Example.com", "axfr", "--server", at(server))
    assert (answer.code, answer.err) == (0, "")
    path = tmp_path / "zone"
    path.write_text(answer.out)
    assert [entry.type for entry in read_zone(str(path)).entries] == ["SOA", "NS", "A"]


def test_json_has_the_records() -> None:
    with giving(refuse) as first, giving(small) as second:
        answer = netmon("dns", "example.com", "AXFR", "--server", at(first), "--server", at(second), "--json")
    assert answer.code == 0
    assert [record["type"] for record in answer.body["records"]] == ["SOA", "NS", "A"]
    assert [each["rcode"] for each in answer.body["answers"]] == ["REFUSED", "NOERROR"]


def test_a_refusal_is_a_no_and_what_it_means_is_said() -> None:
    with giving(refuse) as server:
        answer = netmon("dns", "example.com", "AXFR", "--server", at(server))
        assert (answer.code, answer.err) == (1, "")
        assert answer.out.startswith(f"; 127.0.0.1:{server.port} refuses the transfer (REFUSED): it gives")
        assert netmon("dns", "example.com", "AXFR", "--server", at(server), "--json").body["records"] == []


def test_a_zone_that_breaks_off_is_no_answer_and_no_part_of_it_is_printed() -> None:
    with giving(refuse) as first, giving(half) as second:
        answer = netmon("dns", "example.com", "AXFR", "--server", at(first), "--server", at(second))
    assert answer.code == 2
    assert "hung up before the end of the zone after 3 records" in answer.err
    assert all(line.startswith("; ") for line in answer.out.splitlines())


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("example.com", "AXFR", "A"), "AXFR is a question of its own"),
        (("example.com", "AXFR", "--server", "https://192.0.2.1/dns-query"), "transferred over TCP or TLS"),
        (("example.com", "AXFR", "--server", "system"), "transferred over TCP or TLS"),
        (("example.com", "AXFR", "--server", "tls://"), "bad server"),
        (("192.0.2.1", "AXFR"), "bad name: 192.0.2.1 is an address"),
        (("a..b", "AXFR"), "bad name"),
        (("example.com", "IXFR"), "bad type: IXFR is not a type that names have records of"),
        (("example.com", "AXFR", "--ca", "/nowhere"), "--ca: /nowhere cannot be read"),
    ],
)
def test_what_cannot_be_asked_is_one_line(arguments: tuple[str, ...], why: str) -> None:
    said_in_one_line(netmon("dns", *arguments), why)


@pytest.mark.root
def test_without_a_server_those_of_the_zone_are_asked(tmp_path: Path) -> None:
    """The resolver, 127.0.0.9, names 127.0.0.1 as the zone's server, which gives it."""
    nsd_program()
    conf = tmp_path / "resolv.conf"
    conf.write_text("nameserver 127.0.0.9\n")
    zone = "$TTL 300\n@ SOA ns h 1 2 3 4 5\n@ NS ns\nns A 127.0.0.1\n"

    def on_a_machine_of_its_own() -> tuple[int, int, str]:
        subprocess.run(["mount", "--bind", str(conf), os.path.realpath("/etc/resolv.conf")], check=True)
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        with (
            serve_udp({"example.test.": ""}, address="127.0.0.9"),
            nsd(tmp_path, "127.0.0.1", 53, {"example.test": zone}, gives=True),
        ):
            answer = netmon("dns", "example.test", "AXFR")
            return answer.code, netmon("dns", "www.example.test", "AXFR").code, answer.out

    code, none, out = in_child(on_a_machine_of_its_own, namespaces=CLONE_NEWNS | CLONE_NEWNET)
    assert (code, none) == (0, 2)
    assert "from ns.example.test. (127.0.0.1) over TCP" in out
