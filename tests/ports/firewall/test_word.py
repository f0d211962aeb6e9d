"""The firewall's word on a listener by each address that leads to it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from netmon.collectors.nftables import RulesetAnswer
from netmon.model.socket import SocketRecord
from netmon.ports.firewall.verdict import Word
from netmon.ports.firewall.word import Firewall, FirewallWord
from netmon.ports.reach.own_addresses import own_addresses
from tests.builders import listener
from tests.ports.firewall.staged import ACCEPT, base, document, dport, match, meta, payload, rule, saddr
from tests.ports.firewall.test_ruleset import json_values

ADDRESSES = {"127.0.0.1": "lo", "::1": "lo", "10.0.0.5": "eth0", "2001:db8::5": "eth0"}
LOCAL = rule("in", match(meta("iifname"), "lo"), ACCEPT)


def word(
    *items: Any, at: str = "[::]:8080", addresses: dict[str, str] = ADDRESSES, **socket: Any
) -> FirewallWord:
    """The word on a listener, by rules in a chain that drops what is left."""
    record = listener(at, socket=socket).socket
    firewall = Firewall(RulesetAnswer(document(base(policy="drop"), LOCAL, *items)))
    return firewall.word_on(record, own_addresses(record, addresses))


def test_the_word_is_on_other_machines_and_each_address_has_its_own() -> None:
    said = word()
    assert said[:2] == (Word.DROPPED, "policy drop of inet f in")
    by_address = {one.address: (one.interface, one.verdict.word) for one in said.addresses}
    assert by_address == {
        "127.0.0.1": ("lo", Word.ACCEPTED),
        "::1": ("lo", Word.ACCEPTED),
        "10.0.0.5": ("eth0", Word.DROPPED),
        "2001:db8::5": ("eth0", Word.DROPPED),
    }


def test_on_a_listener_of_this_machine_alone_it_is_on_this_machine() -> None:
    said = word(at="127.0.0.1:8080")
    assert said.word is Word.ACCEPTED
    assert [one.address for one in said.addresses] == ["127.0.0.1"]


def test_words_that_differ_by_address_depend_on_it() -> None:
    said = word(rule("in", match(payload("ip", "daddr"), "10.0.0.5"), dport(8080), ACCEPT))
    assert said.word is Word.DEPENDS
    assert said.basis.startswith("10.0.0.5 accepted (inet f in rule 7: ip daddr 10.0.0.5")
    assert said.basis.endswith("2001:db8::5 dropped (policy drop of inet f in)")


def test_words_that_depend_on_the_source_say_so() -> None:
    said = word(rule("in", saddr("192.0.2.1"), ACCEPT), at="0.0.0.0:8080")
    assert said.word is Word.DEPENDS
    assert "ip saddr 192.0.2.1" in said.basis


def test_an_interface_that_a_socket_is_bound_to_is_the_way_in() -> None:
    said = word(at="0.0.0.0:8080", interface="eth0")
    assert {one.interface for one in said.addresses} == {"eth0"}


def test_an_address_kept_on_lo_is_come_to_by_every_other_interface() -> None:
    addresses = {"127.0.0.1": "lo", "192.0.2.9": "lo", "10.0.0.5": "eth0", "10.1.0.5": "eth1"}
    said = word(at="192.0.2.9:8080", addresses=addresses)
    assert said.word is Word.DROPPED
    assert [one.interface for one in said.addresses] == ["eth0", "eth1"] or [
        one.interface for one in said.addresses
    ] == ["eth1", "eth0"]


def test_where_no_address_leads_to_it_there_is_no_word() -> None:
    assert word(at="192.0.2.77:8080")[:2] == (None, "no address of this machine leads to it")
    assert word(addresses={})[:2] == (None, "the addresses could not be read")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (RulesetAnswer(reason="needs root"), "cannot be read: needs root"),
        (RulesetAnswer({"nftables": []}), "cannot be read: nft answered what is no ruleset: there is no"),
    ],
)
def test_what_cannot_be_read_has_its_reason(answer: RulesetAnswer, said: str) -> None:
    record: SocketRecord = listener().socket
    found = Firewall(answer).word_on(record, own_addresses(record, ADDRESSES))
    assert (found.word, found.addresses) == (None, ())
    assert found.basis.startswith(said)


@given(json_values)
def test_whatever_nft_answers_there_is_no_word_without_a_ruleset(answer: object) -> None:
    record = listener().socket
    said = Firewall(RulesetAnswer(answer)).word_on(record, own_addresses(record, ADDRESSES))
    assert said.word is None
    assert said.basis.startswith("cannot be read: ")
