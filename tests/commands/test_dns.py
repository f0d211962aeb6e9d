"""`netmon dns` as a program of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.program import netmon, said_in_one_line
from tests.resolver.authority import Authority
from tests.resolver.server import Fault, Server, serve
from tests.resolver.streams import serve_https, serve_quic, serve_tls

ZONE = 'www CNAME host\nhost A 192.0.2.1\nhost TXT "hi \\027[31m there"\nxn--strae-oqa A 192.0.2.3\n'
FAULTS = {"dead.example.test.": Fault(drop=True)}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serve(
        {"example.test.": ZONE, "2.0.192.in-addr.arpa.": "1 PTR host.example.test.\n"}, FAULTS
    ) as running:
        yield running


def test_found_as_text_and_as_json(server: Server) -> None:
    answer = netmon("dns", "www.example.test", "--server", str(server.endpoint))
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.splitlines()[:3] == [
        "www.example.test.",
        "  CNAME  300  host.example.test.",
        "  A      300  192.0.2.1  (of host.example.test.)",
    ]
    assert max(map(len, answer.out.splitlines())) <= 80
    body = netmon("dns", "www.example.test", "A", "--server", str(server.endpoint), "--json").body
    (row,) = body["answers"]
    assert (row["server"], row["transport"], row["rcode"]) == (str(server.endpoint), "udp", "NOERROR")
    assert [record["data"] for record in row["records"]] == ["host.example.test.", "192.0.2.1"]
    assert body["schema"] == "netmon/dns/1"


def test_names_in_other_scripts_and_addresses(server: Server) -> None:
    to = ("--server", str(server.endpoint))
    assert netmon("dns", "straße.example.test", "A", *to).out.startswith("xn--strae-oqa.example.test.\n")
    assert "PTR  300  host.example.test." in netmon("dns", "192.0.2.1", *to).out


def test_nothing_found_is_1_and_nobody_answered_is_2(server: Server) -> None:
    to = ("--server", str(server.endpoint))
    assert netmon("dns", "nope.example.test", *to).code == 1
    assert netmon("dns", "host.example.test", "MX", *to).code == 1
    dead = netmon("dns", "host.example.test", "--server", "127.0.0.1:9", "--json")
    assert dead.code == 2
    assert dead.err == "netmon dns: no server answered: 127.0.0.1:9 refused: nothing serves that port\n"
    assert dead.body["answers"][0]["error"] == "refused: nothing serves that port"


def test_one_dead_server_does_not_spoil_the_rest(server: Server) -> None:
    to = ("--server", "127.0.0.1:9", "--server", str(server.endpoint), "--server", f"tcp://{server.endpoint}")
    answer = netmon("dns", "host.example.test", *to, "A", "--json")
    assert answer.code == 0
    assert [bool(row["error"]) for row in answer.body["answers"]] == [True, False, False]
    assert [row["verdict"] for row in answer.body["compared"]] == ["no answer", "same", "same"]


def test_every_encrypted_transport(server: Server, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    certificate = authority.certificate("localhost")
    with (
        serve_tls(server, certificate) as tls,
        serve_https(server, certificate) as (https, _),
        serve_quic(server, certificate) as quic,
    ):
        urls = [f"tls://localhost:{tls}", f"https://localhost:{https}/dns-query", f"quic://localhost:{quic}"]
        to = [part for url in urls for part in ("--server", url)]
        answer = netmon("dns", "host.example.test", "A", *to, "--ca", str(authority.path), "--json")
    rows = answer.body["answers"]
    assert [(row["server"], row["transport"], row["rcode"]) for row in rows] == [
        (url, url.partition(":")[0], "NOERROR") for url in urls
    ]
    assert {row["verdict"] for row in answer.body["compared"]} == {"same"}


def test_an_untrusted_server_is_told_of_once_and_in_our_words(server: Server, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with serve_quic(server, authority.certificate("other.test")) as port:
        url = f"quic://localhost:{port}"
        answer = netmon("dns", "host.example.test", "--server", url, "--ca", str(authority.path))
    assert answer.code == 2
    assert answer.err.startswith(f"netmon dns: no server answered: {url} has a certificate that is not to be")
    assert answer.err.count("\n") == 1


def test_what_is_wrong_is_one_line(server: Server) -> None:
    before = len(server.asked)
    to = ("--server", str(server.endpoint))
    for arguments, word in [
        ((), "which NAME"),
        (("a..b", *to), "bad name"),
        (("x" * 64 + ".test", *to), "bad name"),
        (("a.test", "NOPE", *to), "NOPE"),
        (("a.test", *to, "--server", "ftp://x"), "ftp"),
        (("a.test", *to, "--subnet", "x"), "bad subnet"),
        (("a.test", *to, "--ca", "/nowhere"), "--ca"),
        (("a.test", *to, "--timeout", "x"), "--timeout"),
        (("a.test", "--zone", "x", "--lint"), "--zone"),
        (("--zone", "x"), "--lint"),
        (("a.test", "--hints", "x"), "--server authoritative"),
        (("a.test", "--server", "authoritative", "--hints", "/nowhere"), "/nowhere"),
        (("a.test", "--trace", "--lint"), "--trace"),
    ]:
        said_in_one_line(netmon("dns", *arguments), "netmon dns", word)
    assert len(server.asked) == before
