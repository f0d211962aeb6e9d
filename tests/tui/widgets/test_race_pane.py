"""Races as they are asked for: real ones, bad targets, faults of ours, and one after the other."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import asynccontextmanager
from threading import Event
from typing import Any

from textual.app import App, ComposeResult
from textual.widgets import Input

from netmon.loopback.race.result import RaceResult
from netmon.tui.widgets.race_pane import RacePane
from netmon.tui.widgets.race_view import RaceView
from tests.loopback.race.staged import FOUR, alone, raced
from tests.sockets import listener, port_of
from tests.tui.waiting import until


class PaneApp(App[None]):
    """The pane alone."""

    def __init__(self, pane: RacePane) -> None:
        super().__init__()
        self.pane = pane

    def compose(self) -> ComposeResult:
        """The pane alone."""
        yield self.pane


@asynccontextmanager
async def opened(**options: Any) -> Any:
    async with PaneApp(RacePane(**options)).run_test(size=(100, 40)) as pilot:
        yield pilot, pilot.app.query_one(RacePane)


async def test_a_real_race_to_a_target_that_was_typed() -> None:
    with listener(backlog=256) as server:
        async with opened() as (pilot, pane):
            pane.ask()
            pilot.app.query_one(Input).value = f"127.0.0.1:{port_of(server)}"
            await pilot.press("enter")
            await until(pilot, lambda: pane.result.done)
            assert [contest.wins(pane.result.destinations[0]) for contest in pane.result.contests] == [20] * 3
            assert pilot.app.focused is pane.query_one(RaceView)
            assert not pane.runs


async def test_a_bad_target_is_said_in_a_line() -> None:
    async with opened() as (pilot, pane):
        pane.start("[/x]")
        await until(pilot, lambda: pane.result.done)
        assert pane.result.error.startswith("target '[/x]' is not understood")


async def test_a_bad_target_that_was_typed_is_there_to_be_mended() -> None:
    async with opened() as (pilot, pane):
        pane.ask()
        await pilot.press(*"foo", "enter")
        await until(pilot, lambda: pane.result is not None and pane.result.done)
        await pilot.pause()
        field = pilot.app.query_one(Input)
        assert pilot.app.focused is field
        await pilot.press(*"[x", "enter")
        await until(pilot, lambda: pane.result.target == "[x")


async def test_the_line_says_what_is_raced_to() -> None:
    async with opened(race=lambda *_: raced(alone(FOUR))) as (pilot, pane):
        pane.start("127.0.0.1:80 [::1]:80")
        assert pilot.app.query_one(Input).value == "127.0.0.1:80 [::1]:80"


async def test_an_empty_target_starts_nothing() -> None:
    async with opened(race=lambda *_: 1 / 0) as (pilot, pane):
        pane.ask()
        await pilot.press("space", "enter")
        assert pane.result is None
        assert not pane.runs


async def test_a_fault_of_ours_is_said() -> None:
    def broken(*_: object) -> RaceResult:
        raise RuntimeError("[/x]\x1b[2J")

    async with opened(race=broken) as (pilot, pane):
        pane.start("80")
        await until(pilot, lambda: pane.result.done)
        assert pane.result.error.startswith("the race failed: RuntimeError(")


async def test_a_race_ends_when_it_is_told_to_and_an_older_one_is_heard_of_no_more() -> None:
    started, release = Event(), Event()

    def slow(text: str, progress: Callable[[RaceResult], None], cancelled: Callable[[], bool]) -> RaceResult:
        if text == "2":
            progress(raced(alone(FOUR))._replace(target="the second"))
            return raced(alone(FOUR))
        started.set()
        while not cancelled():
            release.wait(0.01)
        progress(raced(alone(FOUR))._replace(target="the first", stopped="cancelled"))
        return raced(alone(FOUR))

    async with opened(race=slow) as (pilot, pane):
        pane.start("1")
        await until(pilot, started.is_set)
        assert pane.runs
        pane.end()
        await until(pilot, lambda: pane.result.stopped == "cancelled")
        started.clear()
        pane.start("1")
        await until(pilot, started.is_set)
        pane.start("2")
        await until(pilot, lambda: pane.result.target == "the second")
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert pane.result.target == "the second"
