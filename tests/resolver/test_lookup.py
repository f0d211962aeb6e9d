"""Lookups against real servers on loopback: all types, one deadline, the next name, the next server."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import dns.edns
import dns.rcode
import pytest

from netmon.model.endpoint import Endpoint
from netmon.resolver.answer import Answer, Lookup
from netmon.resolver.lookup import lookup
from netmon.resolver.system.configuration import configuration
from tests.resolver.server import Fault, Server, serve

ZONE = r"""
@      A 192.0.2.10
www    60 CNAME host
host   30 A 192.0.2.1
host   30 A 192.0.2.2
host   AAAA 2001:db8::1
slow   A 192.0.2.3
xn--bcher-kva A 192.0.2.4
text   TXT "[/x] \027[31m" "[red]no[/red]"
evil   CNAME \[\/x\]\027host
\[\/x\]\027host A 192.0.2.66
"""

REVERSE = "1 PTR host.example.test.\n"

FAULTS = {
    "slow.example.test.": Fault(delay_s=0.25),
    "drop.example.test.": Fault(drop=True),
    "host.example.test.": Fault(drop=True, kinds=frozenset({"NS"})),
    "www.example.test.": Fault(garbage=b"\xff" * 40),
    "fail.example.test.": Fault(
        rcode=dns.rcode.SERVFAIL, ede=(dns.edns.EDECode.DNSKEY_MISSING, "no key [/x]\x1b[2J")
    ),
}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    zones = {"example.test.": ZONE, "2.0.192.in-addr.arpa.": REVERSE}
    with serve(zones, FAULTS) as running:
        yield running


def ask(server: Server, name: str, *types: str, timeout_s: float = 3.0) -> Lookup:
    return lookup(name, types or ("A", "AAAA", "CNAME", "NS"), timeout_s, [server.endpoint])


def only(found: Lookup) -> Answer:
    assert found.error is None
    (answer,) = found.answers
    return answer


def data(answer: Answer) -> list[str]:
    return [record.data for record in answer.records]


def closed_port() -> Endpoint:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        return Endpoint("127.0.0.1", sock.getsockname()[1])


def test_records_come_with_ttl_server_and_time(server: Server) -> None:
    answer = only(ask(server, "host.example.test", "A"))
    assert answer.rcode == "NOERROR"
    assert sorted(data(answer)) == ["192.0.2.1", "192.0.2.2"]  # a server may turn them round
    assert {record.ttl for record in answer.records} == {30}
    assert (answer.server, answer.transport) == (server.endpoint, "udp")
    assert answer.ms is not None
    assert 0 < answer.ms < 3000
    assert "RA" in answer.flags


def test_every_type_is_answered_in_the_order_asked(server: Server) -> None:
    found = ask(server, "example.test")
    assert [answer.type for answer in found.answers] == ["A", "AAAA", "CNAME", "NS"]
    a, aaaa, cname, ns = found.answers
    assert data(a) == ["192.0.2.10"]
    assert data(ns) == ["ns.example.test."]
    assert aaaa.error == "example.test. has no AAAA record"
    assert cname.error == "example.test. has no CNAME record"


def test_types_are_asked_at_the_same_time(server: Server) -> None:
    started = time.monotonic()
    found = ask(server, "slow.example.test")
    assert time.monotonic() - started < 0.7
    assert all((answer.ms or 0) >= 240 for answer in found.answers)


def test_one_silent_type_does_not_sink_the_others(server: Server) -> None:
    found = ask(server, "host.example.test", "A", "NS", timeout_s=0.4)
    assert data(found.answers[0])
    assert found.answers[1].error == f"no answer: {server.endpoint} was silent"


def test_the_chain_of_aliases_is_followed_past_garbage(server: Server) -> None:
    found = ask(server, "www.example.test", "A", "CNAME")
    assert found.chain == ("www.example.test.", "host.example.test.")
    assert [row.record.type for row in found.held()] == ["CNAME", "A", "A"]


def test_a_name_that_does_not_exist(server: Server) -> None:
    answer = only(ask(server, "nope.example.test", "A"))
    assert (answer.rcode, answer.error) == ("NXDOMAIN", "nope.example.test. does not exist (NXDOMAIN)")


def test_silence_ends_with_the_deadline(server: Server) -> None:
    started = time.monotonic()
    found = ask(server, "drop.example.test", timeout_s=0.3)
    assert time.monotonic() - started < 1.0
    assert {answer.error for answer in found.answers} == {f"no answer: {server.endpoint} was silent"}
    assert {answer.rcode for answer in found.answers} == {None}


def test_a_failure_carries_the_servers_own_explanation(server: Server) -> None:
    answer = only(ask(server, "fail.example.test", "A"))
    assert answer.rcode == "SERVFAIL"
    assert answer.error is not None
    assert answer.error.startswith("the server could not find the answer (SERVFAIL): EDE 9 (DNSKEY Missing)")
    assert answer.error.isprintable()
    assert len(answer.ede) == 1


def test_names_in_other_scripts(server: Server) -> None:
    found = ask(server, "bücher.example.test", "A")
    assert (found.asked, found.name) == ("bücher.example.test", "xn--bcher-kva.example.test.")
    assert data(only(found)) == ["192.0.2.4"]


@pytest.mark.parametrize("text", ["192.0.2.1", " 192.0.2.1 ", "[192.0.2.1]"])
def test_an_address_asks_for_its_ptr(server: Server, text: str) -> None:
    found = ask(server, text)
    assert found.name == "1.2.0.192.in-addr.arpa."
    assert data(only(found)) == ["host.example.test."]


def test_hostile_records_are_safe_to_print(server: Server) -> None:
    found = ask(server, "text.example.test", "TXT")
    assert data(only(found)) == [r'"[/x] \027[31m" "[red]no[/red]"']
    evil = ask(server, "evil.example.test", "A", "CNAME")
    assert evil.chain == ("evil.example.test.", r"[/x]\027host.example.test.")


@pytest.mark.parametrize(("name", "kind"), [("a..b", "A"), ("example.test", "AXFR")])
def test_what_cannot_be_asked_is_refused_before_any_packet(server: Server, name: str, kind: str) -> None:
    before = len(server.asked)
    found = ask(server, name, kind)
    assert (found.error or "").startswith("bad ")
    assert (found.name, found.answers) == (None, ())
    assert len(server.asked) == before


def test_a_type_may_be_given_by_number(server: Server) -> None:
    assert only(ask(server, "host.example.test", "type1")).type == "A"


def test_nobody_to_ask() -> None:
    assert lookup("example.test", servers=[]).error == "no nameservers: there is nobody to ask"


def test_a_port_that_nobody_serves_is_refused_at_once() -> None:
    nobody = closed_port()
    started = time.monotonic()
    answer = only(lookup("example.test", ["A"], 5.0, [nobody]))
    assert time.monotonic() - started < 1.0
    assert answer.error == f"no answer: {nobody} refused: nothing serves that port"


def test_the_next_server_is_asked_when_one_fails(server: Server) -> None:
    servers = [closed_port(), server.endpoint]
    assert only(lookup("host.example.test", ["A"], 2.0, servers)).server == server.endpoint


def test_the_next_server_is_asked_when_one_cannot_find_the_answer(server: Server) -> None:
    with serve({"example.test.": "fail A 192.0.2.9\n"}) as other:
        found = lookup("fail.example.test", ["A"], 2.0, [server.endpoint, other.endpoint])
    assert only(found).server == other.endpoint


def test_short_names_try_the_search_list(server: Server) -> None:
    found = lookup("host", ["A"], 2.0, [server.endpoint], search=["elsewhere.test.", "example.test."])
    assert found.name == "host.example.test."
    assert found.tried == ("host.elsewhere.test.",)
    assert found.asked == "host"


def test_names_with_dots_try_the_search_list_last(server: Server) -> None:
    found = lookup("host.example", ["A"], 2.0, [server.endpoint], search=["test."])
    assert (found.name, found.tried) == ("host.example.test.", ("host.example.",))


def test_a_final_dot_ends_the_search(server: Server) -> None:
    found = lookup("host.", ["A"], 2.0, [server.endpoint], search=["example.test."])
    assert (found.name, only(found).rcode) == ("host.", "NXDOMAIN")


def test_when_the_whole_search_fails_the_name_as_typed_is_shown(server: Server) -> None:
    found = lookup("nope", ["A"], 2.0, [server.endpoint], search=["example.test."])
    assert (found.name, found.tried) == ("nope.", ("nope.example.test.",))


def test_stop_gives_up_early(server: Server) -> None:
    stop, results = Event(), list[Lookup]()

    def run() -> None:
        results.append(lookup("drop.example.test", ["A"], 30.0, [server.endpoint], stop=stop))

    server.arrived.clear()
    thread = Thread(target=run)
    thread.start()
    assert server.arrived.wait(5)
    stop.set()
    thread.join(2)
    assert results


def test_without_a_configuration_nothing_is_asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    missing = configuration(str(tmp_path / "none"))
    monkeypatch.setattr("netmon.resolver.lookup.configuration", lambda: missing)
    assert lookup("example.test").error == missing.error
