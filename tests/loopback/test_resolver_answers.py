"""What real resolvers say of localhost and of both families, honest ones and others."""

from __future__ import annotations

import socket

import dns.rcode
import pytest

from netmon.loopback.asking import FAR, LOCAL, Ask, Heard, listen_to_resolvers
from netmon.loopback.resolver_answers import resolver_findings
from netmon.model.endpoint import Endpoint
from netmon.model.finding import Finding
from netmon.resolver.answer import Answer, Record
from netmon.resolver.plain.each import Question, Reply
from tests.resolver.server import Fault, serve

HONEST = {"localhost": "@ IN A 127.0.0.1\n@ IN AAAA ::1\nx IN A 127.0.0.1\n"}
ARPA = {**HONEST, "arpa": "ipv4only IN A 192.0.0.170\n"}
SILENT = {name: Fault(drop=True) for name in ("localhost.", "x.localhost.", "ipv4only.arpa.")}


def found(
    zones: dict[str, str], faults: dict[str, Fault] | None = None, ask: Ask = Ask.LOCALHOST
) -> dict[str, Finding]:
    with serve(zones, faults) as server:
        heard = listen_to_resolvers(ask, [server.endpoint], 0.3)
    return {finding.check: finding for finding in resolver_findings(heard)}


def states(found: dict[str, Finding]) -> list[str]:
    return [finding.state.value for finding in found.values()]


def test_an_honest_resolver() -> None:
    judged = found(ARPA, ask=Ask.ALL)
    assert list(judged) == ["localhost-leak", "resolver-family", "dns-families", "nat64"]
    assert states(judged) == ["ok", "ok", "ok", "ok"]
    assert "localhost. A: 127.0.0.1, localhost. AAAA: ::1" in judged["localhost-leak"].evidence


def test_a_resolver_that_lies() -> None:
    finding = found({"localhost": "@ IN A 127.0.0.1\nx IN A 192.0.2.1\n"})["localhost-leak"]
    assert finding.summary.endswith("gives x.localhost. the address 192.0.2.1")
    assert finding.state == "fail"
    assert finding.fix


@pytest.mark.parametrize("rcode", [dns.rcode.SERVFAIL, dns.rcode.REFUSED])
def test_a_resolver_that_does_not_know_how_to_answer(rcode: dns.rcode.Rcode) -> None:
    finding = found(HONEST, {"x.localhost.": Fault(rcode=rcode)})["localhost-leak"]
    assert finding.state == "warn"
    assert finding.summary.endswith(f"answers x.localhost. with {dns.rcode.to_text(rcode)}")


def test_a_resolver_that_knows_of_no_localhost_keeps_it_too() -> None:
    assert found({})["localhost-leak"].state == "ok"


def test_a_silent_resolver_is_unknown() -> None:
    judged = found(ARPA, SILENT, Ask.ALL)
    assert states(judged) == ["unknown", "unknown", "unknown", "unknown"]
    assert "was silent" in judged["resolver-family"].summary


def test_one_dead_resolver_is_one_finding_with_grounds() -> None:
    judged = found(ARPA, SILENT, Ask.ALL)
    assert [check for check, finding in judged.items() if finding.evidence] == ["resolver-family"]
    assert judged["nat64"].summary.startswith("no resolver answers")


def test_a_resolver_that_is_silent_about_localhost_alone() -> None:
    silent = {name: Fault(drop=True) for name in ("localhost.", "x.localhost.")}
    judged = found(ARPA, silent, Ask.ALL)
    assert "was silent" in judged["localhost-leak"].summary
    assert judged["localhost-leak"].evidence


def test_a_resolver_that_is_not_there() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    leak, family, *_ = resolver_findings(listen_to_resolvers(Ask.LOCALHOST, [Endpoint("127.0.0.1", port)]))
    assert (leak.state, family.state) == ("unknown", "warn")
    assert "refused: nothing serves that port" in family.summary


def test_a_resolver_that_drops_or_fails_aaaa() -> None:
    only = frozenset({"AAAA"})
    for fault in (Fault(drop=True, kinds=only), Fault(rcode=dns.rcode.SERVFAIL, kinds=only)):
        finding = found(ARPA, {"ipv4only.arpa.": fault}, Ask.ALL)["dns-families"]
        assert finding.state == "fail", finding
        assert "answers A, but to AAAA: " in finding.summary


def timed(a_ms: float, aaaa_ms: float) -> Heard:
    """What a resolver said that took so long for each family."""
    server = Endpoint("192.0.2.53", 53)
    took = {"A": a_ms, "AAAA": aaaa_ms}
    answers = [(q, Answer(q.type, (), "NOERROR", took[q.type], server)) for q in LOCAL + FAR]
    return Heard(Ask.ALL, (server,), tuple(Reply(server, question, answer) for question, answer in answers))


@pytest.mark.parametrize(("a_ms", "aaaa_ms", "state"), [(1, 50, "ok"), (90, 1, "ok"), (1, 52, "warn")])
def test_aaaa_that_comes_late(a_ms: float, aaaa_ms: float, state: str) -> None:
    assert resolver_findings(timed(a_ms, aaaa_ms))[2].state == state


def test_dns64_is_said() -> None:
    zones = {**HONEST, "arpa": "ipv4only IN A 192.0.0.170\nipv4only IN AAAA 64:ff9b::c000:aa\n"}
    finding = found(zones, ask=Ask.ALL)["nat64"]
    assert (finding.state, finding.summary[-16:]) == ("info", "64:ff9b::c000:aa")


def test_what_was_not_asked_is_unknown_and_says_how_to_ask() -> None:
    judged = resolver_findings(Heard(Ask.NOTHING))
    assert {finding.state.value for finding in judged} == {"unknown"}
    assert "--resolvers localhost" in judged[0].summary
    assert "--resolvers all" in judged[3].summary


def test_nobody_to_ask_is_told() -> None:
    judged = resolver_findings(Heard(Ask.ALL, error="no nameservers: /etc/resolv.conf names none"))
    assert {finding.state.value for finding in judged} == {"info"}
    assert judged[0].evidence == "no nameservers: /etc/resolv.conf names none"


def test_an_address_that_is_none_is_no_loopback() -> None:
    server, question = Endpoint("192.0.2.53", 53), Question("localhost.", "A")
    answer = Answer("A", (Record("localhost.", 1, "A", "\ufffd"),), "NOERROR")
    heard = Heard(Ask.LOCALHOST, (server,), (Reply(server, question, answer),))
    assert resolver_findings(heard)[0].state == "fail"
