"""Every end that a packet to port 8080 may come to in the chains of a ruleset."""

from __future__ import annotations

from typing import Any

import pytest

from netmon.ports.firewall.ends import End, Fate
from netmon.ports.firewall.passage import Walk
from netmon.ports.firewall.ruleset import RulesetError
from tests.ports.firewall.staged import (
    ACCEPT,
    PACKET,
    PACKET6,
    RETURN,
    base,
    chain,
    ct,
    dport,
    jump,
    match,
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


@pytest.mark.parametrize(
    ("hook", "priority", "fate"),
    [
        ("prerouting", -300, D), ("prerouting", -199, A), ("input", -300, A), ("ingress", 0, D),
    ],
)  # fmt: skip
def test_before_connection_tracking_nothing_is_new(hook: str, priority: int, fate: Fate) -> None:
    parsed = ruleset(
        base("in", hook, priority, "drop", dev="eth0"), rule("in", match(ct("state"), "new", "in"), ACCEPT)
    )
    (found,) = Walk(parsed, PACKET).base_chain(parsed.chains["inet", "f", "in"])
    assert found.fate is fate
