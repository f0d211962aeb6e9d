"""The row that is explained, in a view whose rows come and go."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult

from netmon.resolver.enquiry import Enquiry, Outcome
from netmon.tui.dns_panes.base import Subject
from netmon.tui.dns_panes.followed import FollowedPane
from netmon.tui.dns_panes.records import RecordsPane
from netmon.tui.dns_panes.servers import ServersPane
from netmon.tui.widgets.detail_panel import DetailLines
from tests.dns_answers import NAME, ONE, TWO, outcome, record, replies, said

FIRST = outcome(replies(ONE, said(record("192.0.2.1"))), replies(TWO, said(record("192.0.2.2"))))
LATER = outcome(replies(ONE, said(record("192.0.2.1", ttl=7))))


class PaneApp(App[None]):
    """Holds one view, which has answers."""

    def __init__(self, pane: FollowedPane) -> None:
        super().__init__()
        self.pane = pane

    def compose(self) -> ComposeResult:
        """The view alone."""
        yield self.pane

    def show(self, found: Outcome) -> None:
        """Give the view other answers to the same question."""
        self.pane.show_subject(Subject(1, Enquiry(NAME), found))

    @property
    def told(self) -> str:
        """The details."""
        return "\n".join(self.query_one(DetailLines).lines)


@pytest.mark.parametrize("make", [RecordsPane, ServersPane])
async def test_the_row_under_the_cursor_is_explained_as_it_is_now(make: type[FollowedPane]) -> None:
    app = PaneApp(make())
    async with app.run_test(size=(160, 40)) as pilot:
        app.pane.clock = lambda: 0.0
        app.show(FIRST)
        app.pane.focus_first()
        await pilot.press("enter")
        assert "192.0.2.1" in app.told
        await pilot.press("down")
        assert "192.0.2.2" in app.told
        app.show(LATER)
        await pilot.pause()
        assert "192.0.2.2" not in app.told
        assert "7 s" in app.told


@pytest.mark.parametrize("make", [RecordsPane, ServersPane])
async def test_back_closes_the_details_once(make: type[FollowedPane]) -> None:
    app = PaneApp(make())
    async with app.run_test(size=(80, 24)) as pilot:
        app.show(FIRST)
        app.pane.focus_first()
        assert not app.pane.back()
        await pilot.press("enter")
        assert app.pane.has_class("-details")
        assert app.pane.back()
        assert not app.pane.has_class("-details")
        assert app.pane.table.has_focus
        await pilot.press("down")
        assert not app.pane.has_class("-details")
