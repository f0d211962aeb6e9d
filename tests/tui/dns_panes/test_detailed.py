"""A table whose rows are explained, beside it or over it."""

from __future__ import annotations

from typing import Any

import pytest
from textual.app import ComposeResult

from netmon.engine.explain import Explanation
from netmon.tui.dns_panes.detailed import NARROW, DetailedPane
from netmon.tui.widgets.column import Column
from netmon.tui.widgets.detail_panel import DetailPanel
from netmon.tui.widgets.live_table import LiveTable
from tests.tui.dns_panes.pane_app import opened


class Words(DetailedPane):
    """A view of words, in which something is under way once."""

    view = "words"
    title = "Words"
    under_way = True
    reason = ""

    def compose_main(self) -> ComposeResult:
        yield LiveTable[str]([Column("word", "WORD", 8, 0, str)], str)

    def explain_row(self, row: Any) -> Explanation:
        return Explanation((f"It is {row}.",), (), row)

    def stop(self) -> bool:
        was, self.under_way = self.under_way, False
        return was

    def fail(self, reason: str) -> None:
        self.reason = reason


@pytest.mark.parametrize("width", [NARROW - 1, NARROW])
async def test_the_details_follow_the_cursor_and_escape_goes_back_a_step_at_a_time(width: int) -> None:
    async with opened(Words(), (width, 24)) as screen:
        screen.pane.table.set_rows(["one", "two"])
        assert screen.details == []
        await screen.press("enter")
        assert screen.details == ["It is one."]
        assert screen.pane.table.is_on_screen is (width >= NARROW)
        assert screen.pane.query_one(DetailPanel).has_focus is (width < NARROW)
        screen.pane.table.move_cursor(1)
        await screen.pilot.pause()
        assert screen.details == ["It is two."]
        screen.pane.table.set_rows([])
        await screen.pilot.pause()
        assert screen.details == []
        await screen.press("escape")
        assert screen.pane.table.has_focus
        assert screen.pane.under_way
        await screen.press("escape")
        assert not screen.pane.under_way


async def test_what_the_first_line_says_is_data_with_a_symbol() -> None:
    async with opened(Words()) as screen:
        screen.pane.say("[/x]\x1b[2J", "fail")
        assert screen.head == "✕ [/x]\ufffd[2J"
        screen.pane.say("[b]well[/b]")
        assert screen.head == "[b]well[/b]"
