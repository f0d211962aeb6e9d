"""Every rule in words."""

from __future__ import annotations

import pytest

from netmon.loopback.order.candidate import Candidate
from netmon.loopback.order.methods import RFC_METHOD, glibc_method
from netmon.loopback.order.rules import Rule, compare, sort_destinations
from netmon.loopback.order.wording import explain, explain_first

SIX, FOUR = Candidate("2001:db8::1", "2001:db8::2", 64), Candidate("192.0.2.1", "192.0.2.2", 24)
CASES = [
    (
        FOUR,
        SIX._replace(source=None),
        "rule 1: there is no route to 2001:db8::1, or no address to leave from",
    ),
    (FOUR, SIX._replace(source="::1"), "rule 2: the source ::1 is link-local, 2001:db8::1 is global"),
    (FOUR, SIX._replace(deprecated=True), "rule 3: the source 2001:db8::2 for 2001:db8::1 is deprecated"),
    (SIX._replace(home=True), FOUR, "rule 4: the source 2001:db8::2 for 2001:db8::1 is a home address"),
    (
        FOUR,
        SIX._replace(source="fd00::2"),
        "rule 5: label of the ULA source fd00::2 is 6, that of 2001:db8::1 is 1",
    ),
    (SIX, FOUR, "rule 6: 2001:db8::1 has precedence 40, 192.0.2.1 has 10"),
    (
        SIX._replace(interface=1),
        SIX._replace(interface=2, native=False, address="2001:db8::9"),
        "rule 7: 2001:db8::9 is reached through a tunnel, or by an interface that is not known",
    ),
    (
        Candidate("fe80::1%a", "fe80::2"),
        SIX,
        "rule 8: fe80::1%a is link-local, 2001:db8::1 is global",
    ),
    (
        SIX,
        SIX._replace(address="2001:db9::1"),
        "rule 9: 2001:db8::1 shares 126 bits of prefix with its source, 2001:db9::1 shares 31",
    ),
]


@pytest.mark.parametrize(("first", "second", "words"), CASES)
def test_the_rule_that_decides(first: Candidate, second: Candidate, words: str) -> None:
    method = glibc_method()
    result, rule = compare(first, second, method)
    assert result < 0
    assert explain(first, second, rule, method) == words


def test_when_no_rule_decides() -> None:
    assert explain(SIX, SIX, Rule.UNCHANGED, RFC_METHOD).startswith("rule 10: no rule tells them apart")


def test_the_first_of_several() -> None:
    ranked = sort_destinations([FOUR, SIX], RFC_METHOD)
    assert explain_first(ranked, RFC_METHOD) == "rule 6: 2001:db8::1 has precedence 40, 192.0.2.1 has 35"
    assert explain_first(ranked[:1], RFC_METHOD) == explain_first([], RFC_METHOD) == ""
