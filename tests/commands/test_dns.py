"""`netmon dns` as a program of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import dns.edns
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import pytest

from tests.program import environment, netmon, said_in_one_line
from tests.resolver.authority import Authority
from tests.resolver.hostile import serve_reply
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


def test_the_help_fits_and_can_be_written_anywhere() -> None:
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "COLUMNS": "80"}
    answer = netmon("dns", "--help", **plain)
    assert (answer.code, answer.err) == (0, "")
    assert max(map(len, answer.out.splitlines())) <= 80
    assert "--server system --server authoritative" in answer.out


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
        (("a.test", *to, "--ca", "/nowhere"), "--ca: /nowhere cannot be read"),
        (("a.test", *to, "--ca", __file__), "holds no certificates"),
        (("a.test", "TYPE0", *to), "TYPE0"),
        (("a.test", *to, "--server", "tls://"), "bad server 'tls://': it names no host"),
        (("a.test", *to, "--server", "udp://192.0.2.1/x"), "bad server 'udp://192.0.2.1/x'"),
        (("a.test", *to, "--timeout", "x"), "--timeout"),
        (("a.test", "--server", "authoritative", "--hints", "/nowhere"), "/nowhere"),
    ]:
        said_in_one_line(netmon("dns", *arguments), "netmon dns", word)
    assert len(server.asked) == before


_ESCAPES = "\x1b[31m\x9b\u202e"


def _poisoned(query: dns.message.Message) -> bytes:
    """What was asked for, with escapes wherever a string can stand, among what was not."""
    reply = dns.message.make_response(query)
    name, kind = query.question[0].name, query.question[0].rdtype
    text = b"\x1b[31m\x9b\xe2\x80\xae"
    data = {
        "TXT": bytes([len(text)]) + text,
        "HINFO": (bytes([len(text)]) + text) * 2,
        "URI": b"\0\1\0\1" + text,
        "CAA": b"\0\5issue" + text,
        "NAPTR": b"\0\1\0\1" + (bytes([len(text)]) + text) * 3 + b"\0",
        "HTTPS": b"\0\1\0\0\1\0\5\4" + text[:4],
        "TYPE65534": text,
    }[dns.rdatatype.to_text(kind)]
    reply.answer.append(_rrset(name, kind, data))
    reply.answer.append(_rrset(dns.name.from_text("elsewhere.test"), kind, data))
    reply.use_edns(0, options=[dns.edns.EDEOption("4", _ESCAPES), dns.edns.NSIDOption(text)])
    return reply.to_wire(max_size=65535)


def _rrset(name: dns.name.Name, kind: dns.rdatatype.RdataType, data: bytes) -> dns.rrset.RRset:
    rdata = dns.rdata.from_wire(dns.rdataclass.IN, kind, data, 0, len(data))
    return dns.rrset.from_rdata(name, 2**32 - 1 if kind == dns.rdatatype.TXT else 60, rdata)


@pytest.mark.parametrize("over", ["", "tcp://"])
def test_nothing_that_a_server_says_reaches_the_terminal_as_a_command(over: str) -> None:
    kinds = ("TXT", "HINFO", "URI", "CAA", "NAPTR", "HTTPS", "TYPE65534")
    with serve_reply(_poisoned) as address:
        asked = ("dns", "evil.test", *kinds, "--server", over + address, "--nsid")
        text, json = netmon(*asked), netmon(*asked, "--json")
    assert (text.code, json.code) == (0, 0)
    assert all(line.isprintable() for line in text.out.splitlines())
    (row,) = json.body["answers"]
    assert {record["type"] for record in row["records"]} == set(kinds)
    assert {record["name"] for record in row["records"]} == {"evil.test."}
    assert "elsewhere" not in text.out
    assert "also sent a record of other names or classes" in " ".join(text.out.split())
    said = [
        *(f"{r['name']}{r['data']}" for r in row["records"]),
        row["ede"][0]["text"],
        row["questions"][0]["nsid"],
    ]
    assert all(each.isprintable() for each in said)


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda wire: wire[:2] + b"\xff" * 40, "garbage"),
        (lambda wire: bytes([wire[0] ^ 1]) + wire[1:], "garbage"),
        (lambda wire: wire[:11], "garbage"),
        (lambda wire: b"", "garbage"),
        (lambda wire: wire[:6] + b"\xff\xff" + wire[8:], "garbage"),
        (lambda wire: wire[:12] + b"\x05other" + wire[12:], "garbage"),
    ],
)
def test_no_answer_to_the_question_is_one_line(spoil: Callable[[bytes], bytes], why: str) -> None:
    with serve_reply(lambda query: spoil(dns.message.make_response(query).to_wire())) as address:
        answer = netmon("dns", "host.test", "A", "--server", address, "--timeout", "0.4")
    assert answer.code == 2
    assert answer.err.startswith(f"netmon dns: no server answered: {address} ")
    assert answer.err.count("\n") == 1
    assert why in answer.err


def test_2000_records_and_a_failure_with_records() -> None:
    def many(query: dns.message.Message) -> bytes:
        reply = dns.message.make_response(query)
        name = query.question[0].name
        addresses = [f"10.0.{n >> 8}.{n & 255}" for n in range(2000)]
        reply.answer.append(dns.rrset.from_text(name, 60, "IN", "A", *addresses))
        if name.labels[0] == b"fails":
            reply.set_rcode(dns.rcode.SERVFAIL)
        return reply.to_wire(max_size=65535)

    with serve_reply(many) as address:
        found = netmon("dns", "many.test", "A", "--server", f"tcp://{address}")
        failed = netmon("dns", "fails.test", "A", "--server", f"tcp://{address}", "--json")
    assert found.code == 0
    assert found.out.count("\n  A  60  10.0.") == 2000
    assert failed.code == 2
    assert failed.err.startswith(f"netmon dns: no server knows: tcp://{address}: the server could not find")


_NEVER = {
    "dns.query", "dns.resolver", "psutil", "textual", "rich", "httpx", "h2", "aioquic", "asyncio", "sqlite3",
}  # fmt: skip
"""Each costs as much as the rest of the command, or many times that."""


@pytest.mark.parametrize(
    ("words", "also"),
    [
        (("A",), {"cryptography", "concurrent.futures", "json"}),
        (("A", "--json"), {"cryptography", "concurrent.futures"}),
        (("--lint",), {"cryptography"}),
        (("AXFR",), {"cryptography"}),
        (("A", "--dnssec"), set()),
    ],
)
def test_it_loads_only_what_it_needs(server: Server, words: tuple[str, ...], also: set[str]) -> None:
    assert not (_NEVER | also) & _loaded("host.example.test", *words, "--server", str(server.endpoint))


def test_nor_does_a_trace_or_a_zone_file_load_more(tmp_path: Path) -> None:
    path = tmp_path / "zone"
    path.write_text("$ORIGIN zone.test.\n@ 60 SOA ns mail 1 2 3 4 5\n@ 60 NS ns\nns 60 A 192.0.2.1\n")
    assert not (_NEVER | {"cryptography", "concurrent.futures"}) & _loaded("--zone", str(path), "--lint")
    dead_end = ("host.example.test", "--trace", "--server", "127.0.0.1", "--timeout", "0.2")
    assert not (_NEVER | {"cryptography"}) & _loaded(*dead_end)


def _loaded(*words: str) -> set[str]:
    """The modules that are there at the end of a whole `netmon dns`."""
    program = (
        "import sys; from netmon.cli import run; code = run(['dns', *sys.argv[1:]]);"
        "print('loaded', *sys.modules, sep='\\n', file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *words],
        capture_output=True,
        encoding="utf-8",
        env=environment(),
        timeout=60,
        check=True,
    )
    loaded = set(done.stderr.partition("loaded\n")[2].splitlines())
    assert "netmon.commands.dns" in loaded
    return loaded
