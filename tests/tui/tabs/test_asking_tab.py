"""How a tab asks: one subject at a time, again while it watches. What a user sees of it is in test_dns."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult
from textual.content import Content

from netmon.resolver.enquiry import Enquiry, Outcome
from netmon.resolver.watch import MOST_S
from netmon.tui.tabs.asking_tab import AskingTab
from tests.dns_answers import ONE, TWO, outcome, record, replies, said, silence

ENQUIRY = Enquiry("host", ("A",), (ONE,))
GOOD = outcome(replies(ONE, said(record("1", 60))))


class Small(AskingTab):
    """Keeps what it was told to show."""

    now = 0.0

    def __init__(self) -> None:
        super().__init__(lambda: self.now)
        self.shown: list[Outcome | None] = []
        self.says = ""
        self.forgotten = 0

    def _show_subject(self) -> None:
        self.shown.append(None if self._subject is None else self._subject.outcome)

    def _show_status(self, content: Content) -> None:
        self.says = content.plain

    def _forget(self) -> None:
        self.forgotten += 1


class TabApp(App[None]):
    """The tab alone."""

    def compose(self) -> ComposeResult:
        """The tab alone."""
        yield Small()


@pytest.fixture
def rounds(monkeypatch: pytest.MonkeyPatch) -> list[Enquiry]:
    """The servers are not asked; what they would be asked. The answers come by the tests' messages."""
    asked: list[Enquiry] = []

    def enquire(enquiry: Enquiry, **_: object) -> Outcome:
        asked.append(enquiry)
        return GOOD

    monkeypatch.setattr("netmon.tui.tabs.asking_tab.enquire", enquire)
    return asked


async def test_watches_from_when_it_is_told_until_it_is_told_again(rounds: list[Enquiry]) -> None:
    async with TabApp().run_test() as pilot:
        tab = pilot.app.query_one(Small)
        tab._begin(ENQUIRY)
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert (len(rounds), tab.shown, tab.forgotten) == (1, [None, GOOD], 1)
        tab.action_watch()
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert len(rounds) == 2
        assert "watching" in tab.says
        tab.now = MOST_S
        tab.action_watch()
        tab._tick()
        await pilot.pause()
        assert len(rounds) == 2
        assert "watching" not in tab.says


async def test_a_watched_name_is_asked_for_when_it_is_due_and_not_before(rounds: list[Enquiry]) -> None:
    async with TabApp().run_test() as pilot:
        tab = pilot.app.query_one(Small)
        tab._begin(ENQUIRY)
        tab.action_watch()
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        before = len(rounds)
        tab.now = 59.0
        tab._tick()
        assert len(rounds) == before
        tab.now = 61.0
        tab._tick()
        await pilot.app.workers.wait_for_complete()
        assert len(rounds) == before + 1


async def test_what_is_asked_anew_is_not_watched_and_has_no_past(rounds: list[Enquiry]) -> None:
    async with TabApp().run_test() as pilot:
        tab = pilot.app.query_one(Small)
        for number in (1, 2):
            tab._begin(ENQUIRY)
            await pilot.app.workers.wait_for_complete()
            await pilot.pause()
            assert tab.subject is not None
            assert (tab.subject.number, tab.subject.watched.rounds) == (number, 1)
            assert "watching" not in tab.says
            tab.action_watch()
            await pilot.app.workers.wait_for_complete()
            await pilot.pause()
            assert "watching" in tab.says


async def test_answers_of_some_are_shown_and_nothing_is_concluded_from_them(rounds: list[Enquiry]) -> None:
    async with TabApp().run_test() as pilot:
        tab = pilot.app.query_one(Small)
        tab._begin(ENQUIRY)
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        some = outcome(replies(ONE, silence()))._replace(waiting=(TWO,))
        tab.post_message(AskingTab.Heard(1, some))
        await pilot.pause()
        assert tab.subject is not None
        assert tab.shown[-1] == some
        assert (tab.subject.watched.rounds, tab.subject.watched.failures) == (1, 0)


async def test_why_nobody_was_asked_is_said_and_kept(rounds: list[Enquiry]) -> None:
    async with TabApp().run_test() as pilot:
        tab = pilot.app.query_one(Small)
        tab._begin(ENQUIRY)
        tab.post_message(AskingTab.NotAsked(1, "no nameservers: [/x]"))
        await pilot.pause()
        assert tab.subject is not None
        assert tab.subject.error == "no nameservers: [/x]"
