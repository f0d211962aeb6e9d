"""Rules as a person would write them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from netmon.ports.firewall.ruleset import Rule
from netmon.ports.firewall.wording import policy_words, rule_words, statement_words
from tests.builders import HOSTILE
from tests.ports.firewall.staged import ACCEPT, base, dport, jump, match, meta, payload, rule, ruleset, saddr
from tests.ports.firewall.test_ruleset import json_values


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        (ACCEPT, "accept"),
        (dport(22), "tcp dport 22"),
        (dport(22, "!="), "tcp dport != 22"),
        (dport({"set": [22, {"range": [80, 90]}]}), "tcp dport { 22, 80-90 }"),
        (dport("@open"), "tcp dport @open"),
        (saddr({"prefix": {"addr": "10.0.0.0", "len": 8}}), "ip saddr 10.0.0.0/8"),
        (match(meta("iifname"), "eth0"), "iifname eth0"),
        (match({"ct": {"key": "state"}}, ["new", "invalid"], "in"), "ct state new,invalid"),
        (match({"&": [meta("mark"), 255]}, 1), "meta mark & 255 1"),
        (match({"fib": {"result": "type", "flags": ["daddr"]}}, "local"), "fib daddr type local"),
        (match({"concat": [payload("ip", "saddr"), payload("tcp", "dport")]}, "@both"),
         "ip saddr . tcp dport @both"),
        ({"limit": {"rate": 3, "burst": 5, "per": "second", "inv": True}}, "limit rate over 3/second"),
        ({"reject": {"type": "icmpx", "expr": "port-unreachable"}}, "reject"),
        (jump("called"), "jump called"),
        ({"vmap": {"key": payload("tcp", "dport"), "data": "@words"}}, "tcp dport vmap @words"),
    ],
)  # fmt: skip
def test_statements(statement: dict[str, Any], words: str) -> None:
    assert statement_words(statement) == words


def test_a_rule_stands_somewhere_and_leaves_out_what_decides_nothing() -> None:
    parsed = ruleset(
        base(policy="drop"), rule("in", dport(22), {"counter": {"packets": 1}}, {"log": {}}, ACCEPT)
    )
    (chain,) = parsed.chains.values()
    assert rule_words(chain, chain.rules[0]) == "inet f in rule 7: tcp dport 22 accept"
    assert policy_words(chain) == "policy drop of inet f in"


def test_the_names_of_strangers_cannot_act_on_a_terminal() -> None:
    parsed = ruleset(base(HOSTILE), rule(HOSTILE, {"jump": {"target": HOSTILE}}))
    (chain,) = parsed.chains.values()
    assert rule_words(chain, chain.rules[0]).isprintable()
    assert policy_words(chain).isprintable()


@given(json_values)
def test_anything_has_short_plain_words(value: Any) -> None:
    (chain,) = ruleset(base()).chains.values()
    for words in (statement_words(value), rule_words(chain, Rule(None, (value, {"match": value})))):
        assert len(words) <= 120
        assert words.isprintable()
