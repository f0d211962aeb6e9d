"""Which of several sets of servers is asked for a name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.resolver.system.resolved import parse_status
from netmon.resolver.system.scopes import Choice, Scope, choose, is_below, where
from tests.resolver.recorded import said

LAN = Scope("lan", ("192.0.2.1",), ("lan",), ("lan",), True)
VPN = Scope("vpn", ("10.8.0.1",), ("corp.example",), default=False)
DEEP = Scope("deep", ("10.9.0.1",), ("lab.corp.example",), default=False)
ALL = Scope("all", ("10.7.0.1",), (".",), default=False)


@pytest.mark.parametrize(
    ("name", "scopes", "chosen", "domain"),
    [
        ("www.example.", [LAN, VPN], [LAN], None),
        ("db.corp.example.", [LAN, VPN], [VPN], "corp.example"),
        ("CORP.Example.", [LAN, VPN], [VPN], "corp.example"),
        ("notcorp.example.", [LAN, VPN], [LAN], None),
        ("a.lab.corp.example.", [VPN, DEEP, LAN], [DEEP], "lab.corp.example"),
        ("www.example.", [LAN, ALL], [ALL], "."),
        ("nas.lan.", [LAN, ALL], [LAN], "lan"),
        ("www.example.", [VPN], [], None),
        ("www.example.", [LAN, LAN._replace(name="other")], [LAN, LAN._replace(name="other")], None),
        ("db.corp.example.", [LAN, VPN._replace(servers=())], [LAN], None),
        ("db.corp.example.", [LAN, VPN._replace(bound=True)], [LAN], None),
    ],
)
def test_the_longest_domain_decides(
    name: str, scopes: list[Scope], chosen: list[Scope], domain: str | None
) -> None:
    assert choose(name, scopes) == Choice(tuple(chosen), domain)


def test_where_only_one_is_asked_it_is_the_first_in_order() -> None:
    first, second = LAN._replace(order=100), LAN._replace(name="later", order=200)
    assert choose("www.example.", [second, first]).scopes == (first,)


_LABELS = st.lists(st.sampled_from(["a", "b", "corp", "example"]), min_size=1, max_size=4)


@given(_LABELS, st.lists(_LABELS, max_size=4))
def test_whoever_is_chosen_has_a_domain_that_fits_and_nobody_a_longer_one(
    name: list[str], domains: list[list[str]]
) -> None:
    scopes = [Scope("all have one name", ("192.0.2.1",), (".".join(each),)) for each in domains]
    choice = choose(".".join(name) + ".", scopes)
    fitting = [each for each in domains if name[-len(each) :] == each]
    assert [len(scope.domains[0].split(".")) for scope in choice.scopes] == (
        [max(map(len, fitting))] * sum(len(each) == max(map(len, fitting)) for each in fitting)
        if fitting
        else []
    )


def test_what_is_below_a_domain() -> None:
    assert is_below("a.b.", "b")
    assert is_below("b", "B.")
    assert is_below("anything", ".")
    assert not is_below("ab", "b")


def test_where_other_names_go() -> None:
    assert where(choose("a.test.", parse_status(said("resolvectl-252"))), "a.test.") == (
        "a.test. goes to global and wlp: the default, as it is in no scope's domains"
    )
    everything = parse_status(said("resolvectl-257"))
    assert (
        where(choose("a.test.", everything), "a.test.")
        == "a.test. goes to global, which takes every name (~.)"
    )
    assert where(choose("a.test.", ()), "a.test.").startswith("a.test. goes nowhere")
