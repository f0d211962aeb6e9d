"""Transfers from the servers that others wrote: BIND over TCP and TLS, NSD, and Knot."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from netmon.output.transfer_text import record_line
from netmon.resolver.rules.zone_file import read_zone
from netmon.resolver.server import Server
from netmon.resolver.transfer.result import Attempt
from netmon.resolver.transfer.transferring import Patience, transfer_from_any
from tests.resolver.authority import Authority
from tests.resolver.daemon import find, free_port, running
from tests.resolver.rules.nsd import nsd
from tests.resolver.rules.zones import DATA
from tests.resolver.transfer.named import Named, named, program

HEAD = "$TTL 300\n@ SOA ns hostmaster 7 7200 900 1209600 300\n@ NS ns\nns A 127.0.0.1\n"
ODD = (
    HEAD
    + r"""
txt TXT "a;b" "\"q\"" "\000\255" ""
caa CAA 0 issue "ca.example;x=1"
sp\032ace\.dot TXT x
*.wild CNAME www
www A 192.0.2.1
www AAAA 2001:db8::1
_s._tcp SRV 0 0 1 www
h HTTPS 1 . alpn=h2,h3 ipv4hint=192.0.2.1
ds DS 1 13 2 0102030405060708091011121314151617181920212223242526272829303132
n NAPTR 1 1 "u" "E2U+sip" "!^.*$!sip:x@example.com!" .
t TYPE65280 \# 3 010203
loc LOC 52 22 23.000 N 4 53 32.000 E -2.00m 0.00m 10000m 10m
u URI 10 1 "https://example.com/%20"
s SSHFP 1 1 0102030405060708091011121314151617181920
tl TLSA 3 1 1 0102030405060708091011121314151617181920212223242526272829303132
sub NS ns.sub
ns.sub A 192.0.2.5
MiXed A 192.0.2.6
"""
)
BIG = HEAD + "".join(f"h{n} A 192.0.2.{n % 250}\n" for n in range(5000))


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def bind(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Iterator[Named]:
    given = {"odd.test": ODD, "big.test": BIG}
    certificate = authority.certificate("localhost", "127.0.0.1")
    with named(tmp_path_factory.mktemp("named"), given, {"kept.test": HEAD}, certificate) as running:
        yield running


def ask(zone: str, port: int, scheme: str = "tcp", ca_file: str | None = None) -> Attempt:
    server = Server(scheme, "127.0.0.1", port)  # type: ignore[arg-type]
    (attempt,) = transfer_from_any(zone, [("ns", server)], Patience.of(10.0), ca_file=ca_file)
    return attempt


@pytest.mark.parametrize("scheme", ["tcp", "tls"])
def test_bind_gives_five_thousand_records(bind: Named, authority: Authority, scheme: str) -> None:
    attempt = ask(
        "big.test.", getattr(bind, "tls" if scheme == "tls" else "port"), scheme, str(authority.path)
    )
    assert attempt.zone is not None, attempt.error
    assert len(attempt.zone.records) == 5003
    assert attempt.zone.messages > 1


def test_bind_refuses_what_it_keeps_and_what_it_has_not(bind: Named) -> None:
    kept, absent = ask("kept.test.", bind.port), ask("absent.test.", bind.port)
    assert (kept.rcode, kept.is_refusal) == ("REFUSED", True)
    assert (absent.rcode, absent.is_refusal) == ("NOTAUTH", True)


def test_the_text_of_a_zone_is_read_back_by_binds_checker_and_by_netmon(bind: Named, tmp_path: Path) -> None:
    attempt = ask("odd.test.", bind.port)
    assert attempt.zone is not None, attempt.error
    path = tmp_path / "odd.test.zone"
    path.write_text("".join(f"{record_line(record)}\n" for record in attempt.zone.records))
    checked = subprocess.run(
        [program("named-checkzone"), "-D", "-i", "none", "odd.test", str(path)],
        capture_output=True, text=True, timeout=20,
    )  # fmt: skip
    assert checked.returncode == 0, checked.stdout + checked.stderr
    view = read_zone(str(path))
    assert not view.problems
    again = tmp_path / "again.zone"
    again.write_text(checked.stdout)
    as_bind_has_it = {(e.name, e.ttl, e.type, e.data) for e in read_zone(str(again), "odd.test").entries}
    assert {(e.name, e.ttl, e.type, e.data) for e in view.entries} == as_bind_has_it
    assert len(view.entries) == 21


@pytest.mark.parametrize("gives", [True, False])
def test_nsd_gives_or_refuses(tmp_path: Path, gives: bool) -> None:
    port = free_port()
    with nsd(tmp_path, "127.0.0.1", port, {"big.test": BIG}, gives=gives):
        attempt = ask("big.test.", port)
    if gives:
        assert attempt.zone is not None
        assert len(attempt.zone.records) == 5003
    else:
        assert (attempt.rcode, attempt.is_refusal) == ("REFUSED", True)


def test_knot_gives_or_says_that_it_has_no_authority(tmp_path: Path) -> None:
    knotd, port = find("knotd", "knot"), free_port()
    for zone, text in (("big.test", BIG), ("kept.test", HEAD)):
        (tmp_path / zone).write_text(text)
    (tmp_path / "knot.conf").write_text(_KNOT.format(directory=tmp_path, port=port))
    command = [knotd, "-c", tmp_path / "knot.conf"]
    with running(command, lambda: ask("big.test.", port).zone is not None, tmp_path / "log"):
        given, kept = ask("big.test.", port), ask("kept.test.", port)
    assert given.zone is not None
    assert len(given.zone.records) == 5003
    assert (kept.rcode, kept.is_refusal) == ("NOTAUTH", True)


_KNOT = """
server:
    rundir: "{directory}"
    listen: 127.0.0.1@{port}
database:
    storage: "{directory}"
log:
  - target: stdout
    any: warning
acl:
  - id: anybody
    address: 127.0.0.0/8
    action: transfer
zone:
  - domain: big.test
    file: "{directory}/big.test"
    acl: anybody
  - domain: kept.test
    file: "{directory}/kept.test"
"""


def test_the_sound_zones_come_through_as_they_are(tmp_path: Path) -> None:
    path = DATA / "db.example.org"
    before = read_zone(str(path))
    port = free_port()
    with nsd(tmp_path, "127.0.0.1", port, {"example.org": path.read_text()}, gives=True):
        attempt = ask("example.org.", port)
    assert attempt.zone is not None
    found = {(r.name.lower(), r.ttl, r.type, r.data) for r in attempt.zone.records}
    assert found == {(e.name, e.ttl, e.type, e.data) for e in before.entries}
