"""The rules: RFC 6724's own examples, each rule alone, and the sort."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.loopback.order.candidate import Candidate
from netmon.loopback.order.methods import GO_METHOD, MUSL_METHOD, RFC_METHOD, glibc_method
from netmon.loopback.order.policy import GLIBC
from netmon.loopback.order.rules import Rule, compare, is_sorted, sort_destinations

C = Candidate
SIX_TO_FOUR = C("2002:c633:6401::1", "2002:c633:6401::2", 64)
EXAMPLES = [
    (C("2001:db8:1::1", "2001:db8:1::2", 64), C("198.51.100.121", "169.254.13.78", 16), Rule.SCOPE),
    (C("198.51.100.121", "198.51.100.117", 24), C("2001:db8:1::1", "fe80::1", 64), Rule.SCOPE),
    (C("2001:db8:1::1", "2001:db8:1::2", 64), C("10.1.2.3", "10.1.2.4", 24), Rule.PRECEDENCE),
    (C("fe80::1", "fe80::2", 64), C("2001:db8:1::1", "2001:db8:1::2", 64), Rule.SMALLER_SCOPE),
    (C("2001:db8:1::1", "2001:db8:3::1", 64, home=True), C("fe80::1", "fe80::2", 64), Rule.HOME),
    (C("2001:db8:1::1", "2001:db8:1::2", 64), C("fe80::1", "fe80::2", 64, deprecated=True), Rule.DEPRECATED),
    (C("2001:db8:1::1", "2001:db8:1::2", 64), C("2001:db8:3ffe::1", "2001:db8:3f44::2", 64), Rule.PREFIX),
    (SIX_TO_FOUR, C("2001:db8:1::1", "2002:c633:6401::2", 64), Rule.LABEL),
    (C("2001:db8:1::1", "2001:db8:1::2", 64), SIX_TO_FOUR, Rule.PRECEDENCE),
]
"""RFC 6724 section 10.2, the preferred destination first, with the rule that it names."""


@pytest.mark.parametrize(("first", "second", "rule"), EXAMPLES)
def test_the_examples_of_the_rfc(first: Candidate, second: Candidate, rule: Rule) -> None:
    for listed in ([first, second], [second, first]):
        ranked = sort_destinations(listed, RFC_METHOD)
        assert [(one.candidate, one.rule) for one in ranked] == [(first, rule), (second, None)]


def test_a_destination_without_a_source_is_last() -> None:
    near, far = C("10.0.0.1", "10.0.0.2", 24), C("2001:db8::1", None)
    assert compare(near, far, RFC_METHOD) == (-1, Rule.USABLE)
    assert compare(far, near, RFC_METHOD) == (1, Rule.USABLE)


def test_only_go_leaves_the_unreachable_alone() -> None:
    four, six = C("10.0.0.1", None), C("2001:db8::1", None)
    assert compare(four, six, RFC_METHOD)[1] is Rule.PRECEDENCE
    assert compare(four, six, GO_METHOD) == (0, Rule.UNCHANGED)


def test_a_source_of_loopback_is_no_ipv6() -> None:
    """As with a stale default route and no address of global scope."""
    six, four = C("2001:db8::1", "::1", 128, interface=1), C("192.0.2.1", "10.0.0.2", 24, interface=2)
    for method in (RFC_METHOD, GO_METHOD, MUSL_METHOD, glibc_method()):
        assert compare(four, six, method) == (-1, Rule.SCOPE)


def test_a_tunnel_is_avoided_between_two_interfaces_only() -> None:
    native = C("2001:db8::1", "2001:db8::2", 64, interface=1)
    tunnel = C("2001:db8:1::1", "2001:db8:1::2", 64, native=False, interface=2)
    assert compare(tunnel, native, glibc_method()) == (1, Rule.NATIVE)
    assert compare(tunnel._replace(interface=1), native, glibc_method())[1] is not Rule.NATIVE
    assert compare(tunnel, native, MUSL_METHOD)[1] is not Rule.NATIVE


def test_ula_against_ipv4_is_where_glibc_and_the_rfc_part() -> None:
    ula, four = C("fd00::1", "fd00::2", 64), C("192.0.2.1", "192.0.2.2", 24)
    assert compare(ula, four, glibc_method())[0] < 0
    assert compare(ula, four, RFC_METHOD)[0] > 0


def test_a_contradiction_comes_out_as_in_glibc() -> None:
    """A before B and B before C by their place, but C before A by rule 9: whom the sort compares decides."""
    equal = GLIBC._replace(precedences=GLIBC.precedences[-1:], labels=GLIBC.labels[-1:])
    a = C("10.9.0.1", "10.0.0.2", 8)
    b, c = C("2001:db8::1", "2001:db8::2", 64), C("10.0.0.1", "10.0.0.2", 8)
    ranked = sort_destinations([a, b, c], glibc_method(equal))
    assert [one.candidate for one in ranked] == [a, b, c]
    assert is_sorted([a, b, c], glibc_method(equal))
    assert not is_sorted([a, c, b], glibc_method(equal))


@given(st.lists(st.tuples(st.ip_addresses(v=6), st.ip_addresses(v=6) | st.none()), max_size=8))
def test_nothing_is_lost_and_neighbours_are_in_order(pairs: list[tuple[object, object]]) -> None:
    listed = [C(str(one), None if source is None else str(source)) for one, source in pairs]
    for method in (RFC_METHOD, glibc_method(), GO_METHOD, MUSL_METHOD):
        ranked = sort_destinations(listed, method)
        assert sorted(map(str, listed)) == sorted(str(one.candidate) for one in ranked)
        for one, other in pairwise(ranked):
            result, rule = compare(one.candidate, other.candidate, method)
            assert result <= 0
            assert rule is one.rule
        assert all(one.rule is None for one in ranked[-1:])


_PLACES = st.sampled_from(
    ["10.0.0.1", "10.0.0.2", "10.9.0.1", "2001:db8::1", "2001:db8:ffff::1", "2001:db8::2"]
)


@given(st.lists(_PLACES, max_size=8))
def test_even_a_contradiction_leaves_neighbours_in_order(addresses: list[str]) -> None:
    flat = GLIBC._replace(precedences=GLIBC.precedences[-1:], labels=GLIBC.labels[-1:])
    sources = {True: ("10.0.0.2", 8), False: ("2001:db8::2", 64)}
    listed = [C(one, *sources[":" not in one]) for one in addresses]
    ranked = sort_destinations(listed, glibc_method(flat))
    assert is_sorted([one.candidate for one in ranked], glibc_method(flat))
