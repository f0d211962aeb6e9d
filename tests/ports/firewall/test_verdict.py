"""One word for every end that a packet may come to."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.ports.firewall.ruleset import RulesetError, parse_ruleset
from netmon.ports.firewall.verdict import Word, judge
from tests.ports.firewall.staged import (
    ACCEPT,
    DROP,
    PACKET,
    base,
    chain,
    document,
    dport,
    jump,
    match,
    rule,
    ruleset,
    saddr,
)  # fmt: skip
from tests.ports.firewall.test_ruleset import json_values

LIMITED = {"limit": {"rate": 3, "per": "second"}}


@pytest.mark.parametrize(
    ("items", "word", "basis"),
    [
        ([], Word.ACCEPTED, "no input chain"),
        ([base(policy="drop")], Word.DROPPED, "policy drop of inet f in"),
        ([base(policy="drop"), rule("in", dport(8080), ACCEPT)], Word.ACCEPTED,
         "inet f in rule 7: tcp dport 8080 accept"),
        ([base(), rule("in", {"reject": None})], Word.REJECTED, "inet f in rule 7: reject"),
        ([base(policy="drop"), rule("in", saddr("192.0.2.1"), ACCEPT)], Word.DEPENDS,
         "accepted by inet f in rule 7: ip saddr 192.0.2.1 accept; else dropped by policy drop of inet f in"),
        ([base(), rule("in", saddr("192.0.2.1"), ACCEPT)], Word.ACCEPTED,
         "inet f in rule 7: ip saddr 192.0.2.1 accept; policy accept of inet f in"),
        ([base(), rule("in", match({"nosuch": {}}, 5), ACCEPT)], Word.ACCEPTED,
         "inet f in rule 7: nosuch 5 accept; policy accept of inet f in"),
        ([base(), rule("in", match({"nosuch": {}}, 5), DROP)], Word.UNKNOWN,
         "cannot be told: nosuch 5 is not understood (dropped by inet f in rule 7: nosuch 5 drop; "
         "else accepted by policy accept of inet f in)"),
        ([base(policy="drop"), rule("in", {"reject": {"type": "tcp reset"}})], Word.UNKNOWN,
         "cannot be told: nft does not show whether inet f in rule 7: reject is for one family alone "
         "(rejected by inet f in rule 7: reject; else dropped by policy drop of inet f in)"),
        ([base(), rule("in", saddr("192.0.2.1", "!="), {"reject": {"type": "tcp reset"}}),
          rule("in", {"reject": None})], Word.REJECTED,
         "inet f in rule 7: ip saddr != 192.0.2.1 reject; inet f in rule 7: reject"),
        ([base(), rule("in", {"nosuch": None})], Word.UNKNOWN,
         "cannot be told: nosuch is not understood (accepted by policy accept of inet f in)"),
        ([base(), rule("in", {"queue": {}})], Word.DEPENDS,
         "is left to a program (queue) by inet f in rule 7: queue"),
        ([base(), base("late", prio=5, policy="drop")], Word.DROPPED, "policy drop of inet f late"),
        ([base(policy="drop"), base("late", prio=5)], Word.DROPPED, "policy drop of inet f in"),
        ([base(), rule("in", LIMITED, DROP), base("late", prio=5, policy="drop")], Word.DROPPED,
         "inet f in rule 7: limit rate 3/second drop; policy drop of inet f late"),
        ([base("pre", "prerouting"), rule("pre", dport(8080), DROP), base()], Word.DROPPED,
         "inet f pre rule 7: tcp dport 8080 drop"),
        ([base("pre", "prerouting"), rule("pre", {"redirect": {"port": 80}})], Word.DEPENDS,
         "is sent on to another port by inet f pre rule 7: redirect port 80"),
        ([base("out", "output", policy="drop")], Word.ACCEPTED, "no input chain"),
        ([base("ing", "ingress", dev="eth1", policy="drop")], Word.ACCEPTED, "no input chain"),
        ([base("ing", "ingress", dev="eth0", policy="drop")], Word.DROPPED, "policy drop of inet f ing"),
        ([base("ing", "ingress", policy="drop")], Word.UNKNOWN,
         "cannot be told: nft does not say to which device inet f ing belongs"),
        ([{"table": {"family": "inet", "name": "f", "flags": "??"}}, base(policy="drop")], Word.UNKNOWN,
         "cannot be told: nft does not say whether the table inet f is dormant"),
        ([base(family="ip6", policy="drop")], Word.ACCEPTED, "no input chain"),
        ([base(family="bridge", policy="drop")], Word.UNKNOWN,
         "cannot be told: bridge f in is asked only if eth0 is a bridge"),
        ([base(), rule("in", jump("in"))], Word.UNKNOWN,
         "the rules cannot be followed: more than 16 jumps deep at inet f in"),
    ],
)  # fmt: skip
def test_words(items: list[Any], word: Word, basis: str) -> None:
    found = judge(ruleset(*items), PACKET)
    assert found.word is word
    # Of doubts about a whole chain the words go on with what would become of the packet.
    assert found.basis == basis or (found.basis.startswith(f"{basis} (") and basis.startswith("cannot"))


def test_a_basis_of_many_rules_names_the_first_and_the_last() -> None:
    many = [rule("in", saddr(f"192.0.2.{n}"), ACCEPT, handle=n) for n in range(9)]
    verdict = judge(ruleset(base(policy="drop"), *many), PACKET)
    assert verdict.word is Word.DEPENDS
    assert verdict.basis.count("; else ") == 3
    assert "7 more rules" in verdict.basis
    assert verdict.basis.endswith("dropped by policy drop of inet f in")


# -- what is broken


SOUND = document(
    base(policy="drop"), chain("called"),
    rule("in", dport(8080), jump("called")), rule("called", ACCEPT),
)  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every value within a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path] * bool(path) + [deeper for key, one in inner for deeper in places(one, (*path, key))]


def with_changed(value: Any, path: tuple[Any, ...], put: object) -> Any:
    """A copy with another value in one place."""
    changed = copy.deepcopy(value)
    inner = changed
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = put
    return changed


RULE_PLACES = [path for path in places(SOUND) if "expr" in path[:-1]]


@given(st.sampled_from(RULE_PLACES), json_values)
def test_a_rule_with_something_strange_in_it_never_lets_a_packet_through_for_certain(
    path: tuple[Any, ...], put: object
) -> None:
    """The one rule that accepts is changed anywhere: then the policy drops, or it cannot be told."""
    sound = judge(parse_ruleset(SOUND), PACKET)
    assert sound.word is Word.ACCEPTED
    changed = with_changed(SOUND, path, {"strange": put})
    try:
        verdict = judge(parse_ruleset(changed), PACKET)
    except RulesetError:
        return
    # What `accept` carries decides nothing.
    assert verdict.word in (Word.UNKNOWN, Word.DROPPED) or path[-1] == "accept"


@given(st.lists(json_values, max_size=3))
def test_arbitrary_statements_never_raise(statements: list[Any]) -> None:
    verdict = judge(ruleset(base(policy="drop"), rule("in", *statements)), PACKET)
    assert verdict.word in (Word.DROPPED, Word.UNKNOWN)
