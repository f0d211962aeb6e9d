"""Conditions on a packet to port 8080 of 10.0.0.5 that comes in by eth0 from anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.ports.firewall.matching import equals, matches
from netmon.ports.firewall.truth import Truth
from tests.ports.firewall.staged import PACKET, PACKET6, ct, dport, match, meta, payload, saddr
from tests.ports.firewall.test_ruleset import json_values

NO, STRANGE, DEPENDS, YES = Truth
SETS: dict[str, Sequence[Any]] = {
    "open": (22, {"range": [8000, 8090]}),
    "none": (),
    "block": tuple(f"192.0.2.{n}" for n in range(200)),
    "limited": ({"elem": {"val": 8080, "limit": {"rate": 1}}},),
    "counted": ({"elem": {"val": 8080, "counter": {"packets": 1}, "timeout": 60}},),
    "every": ("*",),
}
FLAGS = payload("tcp", "flags")
PAIR = {"concat": [payload("ip", "saddr"), payload("tcp", "dport")]}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (dport(8080), YES),
        (dport(8081), NO),
        (dport(8080, "!="), NO),
        (dport("http"), STRANGE),
        (dport(True), STRANGE),
        (dport({"range": [8000, 8080]}), YES),
        (dport({"range": [8081, 9000]}), NO),
        (dport({"range": [1]}), STRANGE),
        (dport({"set": [22, {"range": [8000, 8090]}]}), YES),
        (dport({"set": [22, 443]}, "!="), YES),
        (dport({"set": 8080}), YES),
        (dport("@open"), YES),
        (dport("@none"), NO),
        (dport("@none", "!="), YES),
        (dport("@nosuch"), STRANGE),
        (dport("@limited"), STRANGE),
        (dport("@counted"), YES),
        (dport("@every"), YES),
        (dport(8081, "<"), YES),
        (dport(8080, ">"), NO),
        (dport(8080, ">="), YES),
        (dport(8080, "~"), STRANGE),
        (match(payload("udp", "dport"), 8080, "!="), NO),
        (match(payload("ip6", "daddr"), "::1", "!="), NO),
        (match(payload("ip", "daddr"), "10.0.0.5"), YES),
        (match(payload("ip", "daddr"), {"prefix": {"addr": "10.0.0.0", "len": 8}}), YES),
        (match(payload("ip", "daddr"), {"prefix": {"addr": "x", "len": 8}}), STRANGE),
        (match(payload("ip", "daddr"), {"range": ["10.0.0.1", "10.0.0.9"]}), YES),
        (match(payload("ip", "daddr"), {"range": ["::1", "::2"]}), STRANGE),
        (match(payload("ip", "daddr"), "router.example"), STRANGE),
        (saddr("192.0.2.1"), DEPENDS),
        (saddr("192.0.2.1", "!="), DEPENDS),
        (saddr({"prefix": {"addr": "0.0.0.0", "len": 0}}), YES),
        (saddr("@none"), NO),
        (saddr("@block"), DEPENDS),
        (saddr("@nosuch"), STRANGE),
        (match(meta("iifname"), "eth0"), YES),
        (match(meta("iifname"), "eth*"), YES),
        (match(meta("iifname"), "eth\\*"), NO),
        (match(meta("iifname"), {"set": ["lo", "wg*"]}), NO),
        (match(meta("iif"), 3), STRANGE),
        (match(meta("l4proto"), 6), YES),
        (match(meta("l4proto"), 17), NO),
        (match(meta("mark"), 1), DEPENDS),
        (match(meta("oifname"), "eth0"), STRANGE),
        (match(ct("state"), ["established", "related"], "in"), NO),
        (match(ct("state"), ["new", "untracked"], "in"), YES),
        (match(ct("state"), "new", "!"), NO),
        (match(ct("state"), "new", "!="), NO),
        (match(ct("state"), {"set": ["new", "established"]}), YES),
        (match(ct("status"), "dnat", "in"), NO),
        (match(FLAGS, "syn", "in"), YES),
        (match(FLAGS, ["fin", "rst"], "in"), NO),
        (match(FLAGS, ["ecn", "rst"], "in"), DEPENDS),
        (match(FLAGS, "syn"), DEPENDS),
        (match({"&": [FLAGS, ["fin", "syn", "rst", "ack"]]}, "syn"), YES),
        (match({"&": [FLAGS, {"|": [{"|": ["fin", "syn"]}, "rst"]}]}, "syn"), YES),
        (match({"&": [FLAGS, ["fin", "syn"]]}, 0), NO),
        (match({"&": [FLAGS, ["syn", "cwr"]]}, "syn"), DEPENDS),
        (match({"&": [meta("mark"), 255]}, 1), DEPENDS),
        (match({"&": [payload("udp", "dport"), 1]}, 1), NO),
        (match({"&": [payload("tcp", "dport"), 1]}, 1), STRANGE),
        (match({"&": 5}, 1), STRANGE),
        (match(PAIR, {"set": [{"concat": ["192.0.2.1", 22]}]}), NO),
        (match(PAIR, {"set": [{"concat": ["192.0.2.1", 8080]}]}), DEPENDS),
        (match(PAIR, {"set": [{"concat": ["192.0.2.1"]}]}), STRANGE),
        (match({"fib": {"result": "oif", "flags": ["saddr", "iif"]}}, False), NO),
        (match({"fib": {"result": "oif", "flags": ["saddr", "iif"]}}, True), YES),
        (match({"nosuch": {}}, 5), STRANGE),
        ({"match": 5}, STRANGE),
        ({"match": {"op": "=="}}, STRANGE),
    ],
)
def test_conditions(condition: dict[str, Any], expected: Truth) -> None:
    assert matches(condition["match"], PACKET, SETS.get) is expected


def test_fields_that_one_family_lacks_make_a_joined_condition_fail() -> None:
    pair = match(PAIR, {"concat": ["192.0.2.1", 8080]}, "!=")["match"]
    assert matches(pair, PACKET6, SETS.get) is NO
    assert equals(PAIR, {"concat": ["192.0.2.1", 8080]}, PACKET6, SETS.get) is NO


@given(json_values, json_values, st.sampled_from(["==", "!=", "<", ">", "in", "!", "x"]))
def test_arbitrary_sides_never_raise_and_an_unknown_field_is_never_certain(
    left: object, right: object, operator: str
) -> None:
    for side in (left, payload("tcp", "dport"), FLAGS, payload("ip", "saddr"), PAIR, meta("iifname")):
        assert matches({"op": operator, "left": side, "right": right}, PACKET, SETS.get) in Truth
    if not isinstance(left, list):
        assert matches({"op": "==", "left": left, "right": 1}, PACKET, SETS.get) is STRANGE
    assert matches(left, PACKET, SETS.get) is STRANGE
