"""Facts and sentences on who gets to a listener."""

from __future__ import annotations

from typing import Any

import pytest

from netmon.collectors.nftables import RulesetAnswer
from netmon.engine.connect import Attempt, Outcome
from netmon.engine.state import State
from netmon.ports.firewall.word import Firewall
from netmon.ports.listeners import Listening, listening
from netmon.ports.reach.own_addresses import AddressReach
from netmon.ports.reach.proof import Proof
from netmon.ports.reach.words import proof_facts, reach_facts, reach_sentences
from tests.builders import listener, state
from tests.ports.firewall.staged import ACCEPT, base, document, match, meta, rule, saddr

DROPS = Firewall(
    RulesetAnswer(document(base(policy="drop"), rule("in", match(meta("iifname"), "lo"), ACCEPT)))
)
UNREAD = Firewall(RulesetAnswer(reason="needs root"))


def of(local: str, **fields: Any) -> tuple[Listening, State]:
    """A listener, and the state that it is in."""
    shown = state(listeners=[listener(local)], **fields)
    (found,) = listening(shown)
    return found, shown


def test_a_fact_for_each_address_and_for_the_firewall() -> None:
    facts = reach_facts(*of("0.0.0.0:8080"), DROPS)
    assert [(fact.label, fact.value) for fact in facts] == [
        ("reach 127.0.0.1 (lo)", "yes: bound to every IPv4 address"),
        ("reach ::1 (lo)", "no: an IPv4 socket"),
        ("reach 10.0.0.5 (eth0)", "yes: bound to every IPv4 address"),
        ("reach 2001:db8::5 (eth0)", "no: an IPv4 socket"),
        ("firewall 127.0.0.1 (lo)", "accepted: inet f in rule 7: iifname lo accept"),
        ("firewall 10.0.0.5 (eth0)", "dropped: policy drop of inet f in"),
    ]
    assert facts[0].origin == "kernel: inet_diag, rtnetlink"
    assert facts[-1].origin == "nft --json list ruleset"


def test_what_is_not_here_is_said() -> None:
    found, shown = of("[::]:8080", addresses={"127.0.0.1": "lo", "10.0.0.5": "eth0"})
    values = {fact.label: fact.value for fact in reach_facts(found, shown, None)}
    assert values["reach ::1"] == "no: no ::1 here"
    assert values["reach over IPv6"] == "no: no IPv6 address here"
    assert values["firewall"] == "unknown: not asked yet"


def test_what_cannot_be_read_is_unknown_with_its_reason() -> None:
    found, shown = of("[::]:8080", addresses={})
    assert reach_facts(found, shown, UNREAD)[0].value == (
        "unknown: this machine's addresses could not be read"
    )
    found, shown = of("0.0.0.0:8080")
    assert reach_facts(found, shown, UNREAD)[-1].value == "unknown: cannot be read: needs root"


def test_where_nothing_leads_there_the_firewall_has_no_word() -> None:
    found, shown = of("192.0.2.77:8080")
    assert reach_facts(found, shown, DROPS)[-1].value == "no address of this machine leads to it"


@pytest.mark.parametrize(
    ("local", "firewall", "sentences"),
    [
        ("[::]:8080", None, [
            "Programs on this machine get to it by 127.0.0.1 and ::1; other machines by 10.0.0.5 (eth0) and "
            "2001:db8::5 (eth0), as far as its binding goes.",
        ]),
        ("127.0.0.1:8080", DROPS, [
            "Programs on this machine get to it by 127.0.0.1; nothing else does, as far as its binding goes.",
        ]),
        ("10.0.0.5:8080", DROPS, [
            "No loopback address leads to it; other machines by 10.0.0.5 (eth0), as far as its binding goes.",
            "The firewall drops new connections from other machines: they time out "
            "(policy drop of inet f in).",
        ]),
        ("10.0.0.5:8080", UNREAD, [
            "No loopback address leads to it; other machines by 10.0.0.5 (eth0), as far as its binding goes.",
            "The firewall's rules cannot be read: needs root.",
        ]),
    ],
)  # fmt: skip
def test_sentences(local: str, firewall: Firewall | None, sentences: list[str]) -> None:
    assert list(reach_sentences(*of(local), firewall)) == sentences


def test_a_word_that_depends_and_one_that_cannot_be_told() -> None:
    some = Firewall(RulesetAnswer(document(base(policy="drop"), rule("in", saddr("192.0.2.1"), ACCEPT))))
    strange = Firewall(RulesetAnswer(document(base(), rule("in", {"nosuch": None}))))
    found = of("10.0.0.5:8080")
    assert reach_sentences(*found, some)[1].startswith(
        "What the firewall does depends: accepted by inet f in rule 7: ip saddr 192.0.2.1 accept; else "
    )
    assert reach_sentences(*found, strange)[1] == (
        "What the firewall does is unknown: cannot be told: nosuch is not understood (accepted by policy "
        "accept of inet f in)."
    )


def test_without_addresses_nobody_can_say() -> None:
    found, shown = of("[::]:8080", addresses={})
    assert reach_sentences(found, shown, None) == (
        "Who gets to it is unknown: this machine's addresses could not be read.",
    )


@pytest.mark.parametrize(
    ("reached", "attempt", "value"),
    [
        (True, Attempt(Outcome.CARRIES, 120), "connected in 120 µs, as its binding says"),
        (False, Attempt(Outcome.REFUSED), "refused, as its binding says"),
        (False, Attempt(Outcome.CARRIES, 1500),
         "connected in 1.5 ms, although its binding says no: another socket may have answered"),
        (True, Attempt(Outcome.REFUSED),
         "refused, although its binding says yes: a firewall, or another socket that is bound more closely"),
        (True, Attempt(Outcome.TIMED_OUT), "timed out"),
        (True, Attempt(Outcome.FAILED, detail="Too many open files"), "failed: Too many open files"),
        (None, Attempt(Outcome.CARRIES, 120), "connected in 120 µs"),
        (True, None, "not tried: too many addresses"),
    ],
)  # fmt: skip
def test_proofs(reached: bool | None, attempt: Attempt | None, value: str) -> None:
    (fact,) = proof_facts([Proof(AddressReach("127.0.0.1", "lo", reached, "why"), attempt)])
    assert (fact.label, fact.value) == ("tried 127.0.0.1", value)
    assert "not the firewall" in fact.origin
