"""What Enter tells of the rows of a trace."""

from __future__ import annotations

from netmon.engine.explain import Explanation
from netmon.resolver.answer import Record
from netmon.resolver.trace.steps import Outcome, TraceStep
from netmon.tui.dns_panes.trace_details import explain_row
from netmon.tui.dns_panes.trace_rows import end_rows, step_rows
from tests.resolver.trace.staged import CUT, DEAD, GOOD, ROOT, SOUND, step, trace


def told(one: TraceStep, at: int) -> Explanation:
    return explain_row(list(step_rows(0, one))[at])


def facts(explanation: Explanation) -> list[tuple[str, str, str]]:
    return [(fact.label, fact.value, fact.origin) for fact in explanation.facts]


def test_a_server() -> None:
    explanation = told(step(GOOD), 1)
    assert explanation.sentences == ("● ns.ex.test.: authoritative answer",)
    assert facts(explanation) == [
        ("address", "192.0.2.53", "the referral, or a trace of its own"),
        ("time", "400 µs", "first packet to answer"),
        ("transport", "UDP", ""),
        ("authority", "it says so", "the AA flag"),
        ("code", "NOERROR", "the RCODE"),
        ("A", "192.0.2.1, TTL 1 min", "www.ex.test."),
    ]


def test_a_server_that_said_nothing_is_not_made_up() -> None:
    lost = DEAD._replace(address=None, outcome=Outcome.NO_ADDRESS, detail="has no address: no such name")
    assert [value for _, value, _ in facts(told(step(lost, used=None), 1))] == [
        "unknown: nobody gave it",
        "unknown: no answer",
    ]


def test_servers_that_are_alike_are_all_named() -> None:
    dead = [DEAD._replace(address=f"192.0.2.{n}") for n in range(20)]
    explanation = told(step(*dead, used=None), 1)
    assert explanation.sentences == ("✕ 20 servers, each dead: is silent",)
    assert [value for _, value, _ in facts(explanation)] == [f"192.0.2.{n}" for n in range(20)]


def test_what_is_too_much_is_counted() -> None:
    many = GOOD._replace(records=tuple(Record("x.", 60, "TXT", str(n)) for n in range(100)))
    assert facts(told(step(many), 1))[-1] == ("…", "and 73 more", "")


def test_a_delegation_with_the_addresses_that_came_did_not_come_and_are_not_believed() -> None:
    cut = CUT._replace(
        servers=("ns.ex.test.", "ns2.ex.test.", "ns.bank.net.", "ns.out.net."),
        glue=(("ns.ex.test.", "192.0.2.53"), ("ns.ex.test.", "2001:db8::53")),
        missing=("ns2.ex.test.",),
        ignored=("ns.bank.net.",),
    )
    explanation = told(step(ROOT, zone="test.", cut=cut), -1)
    first, missing, ignored = explanation.sentences
    assert first == "test. delegates ex.test. to 4 servers, for 15 min at a time."
    assert missing.startswith("⚠ 1 address is missing:")
    assert ignored.startswith("i Addresses outside test. came along")
    assert facts(explanation) == [
        ("server", "ns.ex.test. 192.0.2.53, 2001:db8::53", "glue"),
        ("server", "ns2.ex.test.", "missing glue"),
        ("server", "ns.bank.net.", "glue not believed"),
        ("server", "ns.out.net.", "no glue: sought by its name"),
    ]


def test_a_step_and_a_dead_end() -> None:
    assert told(step(GOOD, depth=1), 0).sentences == (
        "The servers of ex.test. are asked for A of www.ex.test., for the address of ns.out.net.",
    )
    dead = told(step(DEAD, used=None), -1)
    assert dead.sentences[1] == "✕ dead end: no server of ex.test. takes the trace further."


def test_a_record_and_that_there_is_none() -> None:
    found, none = end_rows(2, [SOUND, trace(step(DEAD, used=None), outcome=Outcome.DEAD_END)])
    assert explain_row(found).sentences == ("www.ex.test. A 192.0.2.1",)
    assert explain_row(none).sentences == ("A of www.ex.test.: not known",)
