"""Words that are looked for anywhere in a row."""

from __future__ import annotations

import pytest

from netmon.engine.filter.words import HAYSTACK_LIMIT, address_word, regex_word, remembered, text_word
from netmon.model.connection import Direction, Peer
from netmon.model.process import Process
from tests.builders import connection, owner, process

ROW = connection(
    "203.0.113.7:443",
    owner=owner(process("Curl", 4711, unit="fetch.service"), user="dev", unit="session.scope"),
    direction=Direction.OUTBOUND,
)


@pytest.mark.parametrize(
    "word",
    ["curl", "4711", "--flag", "dev", "fetch", "session", "203.0.113", "7:443", "443", "10.0.0.5", "50000"],
)
def test_every_part_of_a_row_is_searched(word: str) -> None:
    assert text_word(word)(ROW)
    assert text_word(word.upper())(ROW)


@pytest.mark.parametrize("word", ["established", "tcp", "outbound", "https", "eth0"])
def test_labels_and_names_are_searched(word: str) -> None:
    assert text_word(word)(ROW)


@pytest.mark.parametrize("word", ["wget", "4712", "udp", "inbound", "[::1]", "444", "curl\n4711x"])
def test_what_is_not_in_the_row(word: str) -> None:
    assert not text_word(word)(ROW)


def test_the_peer_on_this_machine_is_found_too() -> None:
    row = ROW._replace(peer=Peer(1, owner("gunicorn")))
    assert text_word("gunicorn")(row)
    assert regex_word("^gunicorn$")(row)
    assert not regex_word("^gunicorn$")(ROW)


def test_what_is_searched_is_bounded() -> None:
    row = connection(process=process("java", 1, command=("x" * HAYSTACK_LIMIT, "needle")))
    assert text_word("java")(row)
    assert not text_word("needle")(row)


def test_an_expression_is_matched_on_each_item_alone() -> None:
    assert regex_word("^443$")(ROW) is False
    assert regex_word(":443$")(ROW)
    assert regex_word("^https$")(ROW)


def test_an_address_word_is_exact() -> None:
    word = address_word("203.0.113.7:443")
    assert word is not None
    assert word(ROW)
    other = address_word("203.0.113.7:44")
    assert other is not None
    assert not other(ROW)
    assert address_word("curl") is None


def test_each_process_is_asked_once() -> None:
    asked: list[str] = []

    def test(process: Process) -> bool:
        asked.append(process.name)
        return True

    ask, one, twin = remembered(test), process("a"), process("a")
    assert ask(one)
    assert ask(one)
    assert ask(twin)
    assert asked == ["a", "a"]
