"""What a view finds out on a thread: once for each subject, step by step, and no more than is wanted."""

from __future__ import annotations

from threading import Event
from typing import Any

from textual.app import ComposeResult

from netmon.engine.explain import Explanation
from netmon.resolver.questions import BadNameError
from netmon.tui.dns_panes.base import Subject
from netmon.tui.dns_panes.running import Job, RunningPane
from netmon.tui.widgets.column import Column
from netmon.tui.widgets.live_table import LiveTable
from tests.tui.dns_panes.pane_app import Screen, opened


class ShutError(Exception):
    """The letters cannot be had."""


class Letters(RunningPane):
    """Tells the letters of a name one by one."""

    view = "letters"
    title = "Letters"
    work_name = "the spelling"
    nothing = "nothing was spelt"
    refusals = (ShutError,)

    def __init__(self, spell: Job | None = None) -> None:
        super().__init__()
        self.spell = spell
        self.letters: list[str] = []
        self.jobs = 0

    def compose_main(self) -> ComposeResult:
        yield LiveTable[str]([Column("letter", "LETTER", 8, 0, str)], str)

    def explain_row(self, row: Any) -> Explanation:
        return Explanation((row,), (), row)

    def wish(self, subject: Subject) -> str:
        if " " in subject.name:
            raise BadNameError("bad name: a space")
        return subject.name

    def job(self) -> Job:
        self.jobs += 1
        asked = str(self.asked)

        def spell(tell: Any, stop: Event) -> str:
            for letter in asked:
                tell(letter)
            return asked.upper()

        return self.spell or spell

    def clear(self) -> None:
        self.letters = []

    def begun(self) -> None:
        self.say("spelling …")

    def stepped(self, step: str) -> None:
        self.letters.append(step)

    def ended(self, result: str, took_s: float) -> None:
        assert took_s >= 0
        self.say(result, "ok")

    def broken_off(self) -> None:
        self.say("broken off", "warn")


async def over(screen: Screen[Letters]) -> None:
    await screen.until(lambda: not screen.pane.runs)


async def test_it_is_found_out_step_by_step_and_once_for_a_subject() -> None:
    async with opened(Letters()) as screen:
        await screen.show("abc")
        await over(screen)
        assert (screen.pane.letters, screen.head, screen.pane.jobs) == (["a", "b", "c"], "✓ ABC", 1)
        await screen.show("abc", same=True)
        assert screen.pane.jobs == 1
        screen.pane.again()
        await over(screen)
        assert (screen.pane.letters, screen.pane.jobs) == (["a", "b", "c"], 2)


async def test_what_cannot_be_wished_for_is_said_and_nothing_runs() -> None:
    async with opened(Letters()) as screen:
        await screen.show("a b")
        assert (screen.head, screen.pane.jobs, screen.pane.asked) == ("✕ bad name: a space", 0, None)
        assert screen.pane.table.empty_text == "nothing was spelt"


async def test_what_refuses_is_said_and_what_fails_is_named() -> None:
    def refuse(tell: Any, stop: Event) -> None:
        raise ShutError("it is shut")

    def fault(tell: Any, stop: Event) -> None:
        raise RuntimeError("[/x]")

    for job, head in ((refuse, "✕ it is shut"), (fault, "✕ the spelling failed: RuntimeError('[/x]')")):
        async with opened(Letters(job)) as screen:
            await screen.show("abc")
            await over(screen)
            assert screen.head == head


async def test_what_is_given_up_is_told_to_stop_and_what_comes_of_it_is_dropped() -> None:
    stopped = Event()

    def wait(tell: Any, stop: Event) -> str:
        stop.wait(10)
        tell("late")
        stopped.set()
        return "late"

    async with opened(Letters(wait)) as screen:
        await screen.show("abc")
        assert screen.pane.runs
        assert screen.pane.stop()
        assert not screen.pane.stop()
        await screen.until(stopped.is_set)
        await screen.pilot.app.workers.wait_for_complete()
        await screen.pilot.pause()
        assert (screen.pane.letters, screen.head, screen.pane.spent_s) == ([], "⚠ broken off", 0)
