"""Every end that a packet to port 8080 may come to in the chains of a ruleset."""

from __future__ import annotations

from typing import Any

import pytest

from netmon.ports.firewall.passage import End, Fate, Walk
from netmon.ports.firewall.ruleset import RulesetError
from tests.ports.firewall.staged import (
    ACCEPT,
    DROP,
    PACKET,
    PACKET6,
    RETURN,
    base,
    chain,
    ct,
    dport,
    jump,
    match,
    meta,
    named,
    payload,
    rule,
    ruleset,
    saddr,
)  # fmt: skip

A, D, R, E, S = Fate


def ends(*items: Any, policy: str = "drop") -> tuple[End, ...]:
    """The ends in the chain `in`."""
    parsed = ruleset(base(policy=policy), chain("called"), *items)
    return Walk(parsed, PACKET).base_chain(parsed.chains["inet", "f", "in"])


def vmap(*pairs: Any, key: Any = None) -> dict[str, Any]:
    """A verdict map by port."""
    return {"vmap": {"key": key or payload("tcp", "dport"), "data": {"set": list(pairs)}}}


@pytest.mark.parametrize(
    ("statements", "fates"),
    [
        ([], [D]),
        ([ACCEPT], [A]),
        ([dport(8080), ACCEPT], [A]),
        ([dport(22), ACCEPT], [D]),
        ([saddr("192.0.2.1"), ACCEPT], [A, D]),
        ([saddr("192.0.2.1"), dport(22), ACCEPT], [D]),
        ([{"limit": {"rate": 3, "per": "second"}}, ACCEPT], [A, D]),
        ([{"counter": None}, {"log": {}}, ACCEPT], [A]),
        ([{"log": {}}], [D]),
        ([{"reject": None}], [R]),
        ([{"reject": {"type": "icmpv6"}}], [D]),
        ([{"reject": {"type": "icmp"}}], [R]),
        ([{"queue": {"num": 1}}], [E]),
        ([{"redirect": {"port": 80}}], [E]),
        ([{"masquerade": None}], [A]),
        ([{"nosuch": {}}, ACCEPT], [S, A, D]),
        (["nosuch", dport(22), ACCEPT], [S, D]),
        ([{"xt": {"type": "match", "name": "comment"}}, ACCEPT], [A]),
        ([{"xt": {"type": "match", "name": "recent"}}, ACCEPT], [S, A, D]),
        ([{"mangle": {"key": meta("mark"), "value": 1}}, ACCEPT], [A]),
        ([{"mangle": {"key": payload("ip", "dscp"), "value": 1}}, ACCEPT], [A]),
        ([{"mangle": {"key": payload("tcp", "dport"), "value": 1}}, ACCEPT], [S, A, D]),
        ([{"set": {"op": "add", "elem": 1, "set": "@s"}}, ACCEPT], [A, D]),
        ([vmap([22, DROP], [8080, ACCEPT])], [A]),
        ([vmap(["*", ACCEPT], [8080, {"reject": None}])], [R]),
        ([vmap([22, ACCEPT])], [D]),
        ([vmap([8080, {"continue": None}])], [D]),
        ([vmap([8080, "accept"])], [A]),
        ([vmap(["192.0.2.1", ACCEPT], key=payload("ip", "saddr"))], [A, D]),
        ([vmap([22, ACCEPT], key={"nosuch": {}})], [A, D]),
        ([vmap([8080, {"nosuch": None}])], [S, D]),
        ([{"vmap": 5}], [S, D]),
        ([{"vmap": {"key": meta("iif"), "data": {"set": [5]}}}], [S, D]),
        ([{"vmap": {"key": payload("tcp", "dport"), "data": "@words"}}], [A]),
    ],
)
def test_a_rule(statements: list[Any], fates: list[Fate]) -> None:
    words = named("words", [8080, ACCEPT], kind="map")
    found = ends(words, rule("in", *statements))
    assert [end.fate for end in found] == fates
    assert any(end.strange for end in found) == (S in fates or "nosuch" in str(statements))


@pytest.mark.parametrize(
    ("caller", "called", "fates"),
    [
        ([jump("called")], [dport(8080), ACCEPT], [A]),
        ([jump("called")], [RETURN], [R]),
        ([jump("called")], [], [R]),
        ([jump("called", "goto")], [dport(22), ACCEPT], [D]),
        ([jump("called", "goto")], [ACCEPT], [A]),
        ([saddr("192.0.2.1"), jump("called")], [ACCEPT], [A, R]),
        ([saddr("192.0.2.1"), jump("called", "goto")], [RETURN], [R, D]),
        ([RETURN], [], [D]),
        ([vmap([8080, jump("called")])], [ACCEPT], [A]),
        ([vmap([8080, jump("called", "goto")])], [RETURN], [D]),
    ],
)
def test_calls(caller: list[Any], called: list[Any], fates: list[Fate]) -> None:
    """What follows the call is a rule that rejects, and a policy that drops."""
    found = ends(rule("in", *caller), rule("in", {"reject": None}), rule("called", *called))
    assert [end.fate for end in found] == fates


def test_a_condition_on_a_call_belongs_to_the_basis() -> None:
    first, _ = ends(rule("in", saddr("192.0.2.1"), jump("called")), rule("called", ACCEPT, handle=3))
    assert first.words() == (
        "inet f called rule 3: accept, called by inet f in rule 7: ip saddr 192.0.2.1 jump called"
    )


def test_what_is_not_understood_is_named() -> None:
    first, _ = ends(rule("in", match({"nosuch": {}}, 5), ACCEPT))
    assert first.strange == "nosuch 5 is not understood"


def test_untracked_packets_have_no_certain_state() -> None:
    new = [match(ct("state"), "new", "in"), ACCEPT]
    assert [end.fate for end in ends(rule("in", *new))] == [A]
    assert [end.fate for end in ends(rule("in", {"notrack": None}), rule("in", *new))] == [A, D]


def test_a_reject_of_one_family_is_none_of_the_other() -> None:
    parsed = ruleset(base(), rule("in", {"reject": {"type": "icmp", "expr": "port-unreachable"}}))
    (found,) = Walk(parsed, PACKET6).base_chain(parsed.chains["inet", "f", "in"])
    assert found.fate is A


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ([rule("in", jump("called")), rule("called", jump("called"))], "jumps deep"),
        ([rule("in", jump("nosuch"))], "no chain inet f nosuch"),
        ([rule("in", {"jump": None})], "without its target"),
    ],
)
def test_rules_that_cannot_be_followed(rules: list[Any], said: str) -> None:
    with pytest.raises(RulesetError, match=said):
        ends(*rules)
