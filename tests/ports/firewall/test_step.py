"""One rule, and the ends that it leads a packet to port 8080 to; a policy that drops comes after it."""

from __future__ import annotations

from typing import Any

import pytest

from netmon.ports.firewall.ends import Fate
from tests.ports.firewall.staged import (
    ACCEPT,
    DROP,
    dport,
    match,
    meta,
    named,
    payload,
    rule,
    saddr,
)  # fmt: skip
from tests.ports.firewall.test_passage import ends, vmap

A, D, R, E, S = Fate


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


def test_what_is_not_understood_is_named() -> None:
    first, _ = ends(rule("in", match({"nosuch": {}}, 5), ACCEPT))
    assert first.strange == "nosuch 5 is not understood"
