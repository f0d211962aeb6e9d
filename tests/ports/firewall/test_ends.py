"""The ends that a packet may come to."""

from __future__ import annotations

import pytest

from netmon.ports.firewall.ends import End, Fate, Passage
from netmon.ports.firewall.verdict import Word


def test_a_rule_that_says_nothing_lets_the_next_one_be_read() -> None:
    assert Passage() == ((), True, False)


def test_the_words_of_an_end_are_made_only_where_asked_for() -> None:
    def words() -> str:
        raise AssertionError("asked for")

    end = End(Fate.DROPPED, words)
    assert end in {end: None}
    with pytest.raises(AssertionError, match="asked for"):
        end.words()


def test_each_certain_fate_is_a_word() -> None:
    certain = [Fate.ACCEPTED, Fate.DROPPED, Fate.REJECTED]
    assert [Word(fate.value) for fate in certain] == [Word.ACCEPTED, Word.DROPPED, Word.REJECTED]
