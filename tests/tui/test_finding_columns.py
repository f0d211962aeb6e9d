"""Findings as rows, and what is told of one."""

from __future__ import annotations

import pytest

from netmon.engine.explain import Fact
from netmon.model.finding import Finding, FindingState
from netmon.tui.finding_columns import explain_finding, finding_columns, state_word
from netmon.tui.widgets.column import lay_out


@pytest.mark.parametrize("state", FindingState)
def test_a_state_is_a_symbol_and_a_word(state: FindingState) -> None:
    symbol, word = state_word(Finding("x", state, "y")).split()
    assert (len(symbol), word) == (1, str(state))


@pytest.mark.parametrize("width", [38, 60, 100])
def test_the_state_and_the_sentence_stay_on_a_narrow_terminal(width: int) -> None:
    assert {"state", "summary"} <= {column.key for column, _ in lay_out(finding_columns(), width)}


def test_it_is_told_what_it_means_and_on_what_grounds() -> None:
    told = explain_finding(
        Finding("ttl", FindingState.WARN, "TTLs differ", "f:1\x1b[2J", "one expires first", "", "RFC 2181"),
        Fact("zone", "example.com.", "its SOA"),
    )
    assert told.sentences == ("⚠ warn: TTLs differ", "one expires first")
    assert [fact.value for fact in told.facts] == ["f:1\ufffd[2J", "ttl", "RFC 2181", "example.com."]
