"""Rulesets of nft as they are read, and what is none."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.ports.firewall.ruleset import RulesetError, parse_ruleset
from tests.ports.firewall.staged import ACCEPT, META, base, chain, document, named, rule, ruleset

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def test_chains_have_their_rules_in_order_and_sets_their_elements() -> None:
    found = ruleset(
        base(policy="drop"), chain("called"), named("open", 22, 80),
        rule("in", ACCEPT, handle=3), rule("in", handle=9), rule("called", handle=4),
    )  # fmt: skip
    first = found.chains["inet", "f", "in"]
    assert (first.hook, first.priority, first.policy, first.title) == ("input", 0, "drop", "inet f in")
    assert [one.handle for one in first.rules] == [3, 9]
    assert first.rules[0].statements == (ACCEPT,)
    assert found.chains["inet", "f", "called"].hook is None
    assert found.sets["inet", "f", "open"] == (22, 80)


def test_base_chains_are_asked_by_priority() -> None:
    found = ruleset(base("late", prio=10), base("early", prio=-300), base("other", hook="output"))
    assert [one.name for one in found.base_chains("input")] == ["early", "late"]


@pytest.mark.parametrize(
    ("flags", "hook", "is_in_doubt"),
    [
        ({}, "input", False),
        ({"flags": ["dormant"]}, None, False),
        ({"flags": "dormant"}, None, False),
        ({"flags": ["owner"]}, "input", False),
        ({"flags": "f"}, "input", True),  # as nft 1.0.6 writes it
    ],
)
def test_a_dormant_table_is_asked_nothing(flags: dict[str, Any], hook: str | None, is_in_doubt: bool) -> None:
    found = ruleset({"table": {"family": "inet", "name": "f", **flags}}, base())
    (one,) = found.chains.values()
    assert one.hook == hook
    assert (one.doubt is not None) == is_in_doubt


def test_ingress_chains_have_devices() -> None:
    found = ruleset(base("a", "ingress", dev="eth0"), base("b", "ingress", dev=["eth0", "eth1"]))
    assert [one.devices for one in found.chains.values()] == [("eth0",), ("eth0", "eth1")]


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (None, "no list `nftables`"),
        ({"nftables": {}}, "no list `nftables`"),
        ({"nftables": []}, "no `metainfo`"),
        ({"nftables": [META, 5]}, "not one object by its kind"),
        ({"nftables": [META, {"chain": 5}]}, "`chain` is not an object"),
        (document({"chain": {"family": "inet", "table": "f"}}), "without its `name`"),
        (document(base(policy="maybe")), "no priority or no policy"),
        (document(base(prio="filter")), "no priority or no policy"),  # type: ignore[arg-type]
        (document(rule("lost")), "the chain inet f lost, which is not there"),
        (document(base(), rule("in", expr=5)), "`expr` is not a list"),
        (document(named("s") | {"set": {"family": "ip", "table": "f", "name": "s", "elem": 5}}), "`elem`"),
    ],
)
def test_what_is_no_ruleset_is_named(broken: object, said: str) -> None:
    with pytest.raises(RulesetError, match=said):
        parse_ruleset(broken)


@given(json_values)
def test_arbitrary_json_is_a_ruleset_or_a_clear_error(value: object) -> None:
    for one in (value, {"nftables": [META, value]}):
        with contextlib.suppress(RulesetError):
            parsed = parse_ruleset(one)
            assert not parsed.base_chains("input")
