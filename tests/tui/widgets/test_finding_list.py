"""Findings one beneath the other, in whatever number they come."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widgets import Static

from netmon.model.finding import Finding, FindingState
from netmon.tui.widgets.finding_list import FindingList, FindingView, grounds_text, verdict_text
from tests.builders import HOSTILE

FINE = Finding("a", FindingState.OK, "all is well", "seen")
BAD = Finding("b", FindingState.FAIL, "it fails", "7 of 7", why="no more", fix="add one")


class ListApp(App[None]):
    """One list."""

    def __init__(self, always_grounds: bool) -> None:
        super().__init__()
        self._always_grounds = always_grounds

    def compose(self) -> ComposeResult:
        """The list alone."""
        yield FindingList(always_grounds=self._always_grounds)


@asynccontextmanager
async def opened(*, always_grounds: bool = False) -> AsyncIterator[tuple[FindingList, Pilot[None]]]:
    app = ListApp(always_grounds)
    async with app.run_test(size=(80, 24)) as pilot:
        yield app.query_one(FindingList), pilot


def shown(findings: FindingList) -> list[str]:
    """What the user sees of each."""
    views = [view for view in findings.query(FindingView) if view.display]
    return ["\n".join(str(part.render()) for part in view.query(Static) if part.display) for view in views]


async def test_the_number_of_findings_changes() -> None:
    async with opened() as (findings, pilot):
        sequences: list[Sequence[Finding]] = [[BAD, FINE], [FINE], [], [FINE, FINE, BAD]]
        for sequence in sequences:
            findings.show(sequence)
            await pilot.pause()
            seen = shown(findings)
            assert len(seen) == len(sequence)
            for text, finding in zip(seen, sequence, strict=True):
                assert finding.summary in text
                assert ("\n" in text) == (finding is BAD)


async def test_grounds_of_what_is_well_on_request() -> None:
    async with opened(always_grounds=True) as (findings, pilot):
        findings.show([FINE, Finding("c", FindingState.OK, "nothing seen")])
        await pilot.pause()
        assert shown(findings) == ["✓ ok      all is well\nseen", "✓ ok      nothing seen"]


async def test_strangers_text_is_no_markup() -> None:
    async with opened() as (findings, pilot):
        findings.show([Finding("d", FindingState.WARN, "[/x] [b]leaks[/b]", HOSTILE)])
        await pilot.pause()
        assert "[/x] [b]leaks[/b]" in shown(findings)[0]
        assert "=[/x]" in shown(findings)[0]


@pytest.mark.parametrize("verdict", FindingState)
def test_a_verdict_is_symbol_word_and_sentence(verdict: FindingState) -> None:
    symbol, word, sentence = verdict_text(Finding("x", verdict, "[/x] works")).plain.split(maxsplit=2)
    assert (len(symbol), word, sentence) == (1, verdict.value, "[/x] works")


def test_grounds_leave_out_what_there_is_none_of() -> None:
    assert grounds_text(Finding("x", FindingState.WARN, "s", "seen", fix="do")).plain == "seen\n→ do"
