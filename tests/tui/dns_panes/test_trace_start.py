"""The line in which it is typed where a trace begins."""

from __future__ import annotations

from textual import on
from textual.app import App, ComposeResult

from netmon.tui.dns_panes.trace_start import TraceStart


class StartApp(App[None]):
    """The line alone."""

    chosen: str | None = None

    def compose(self) -> ComposeResult:
        yield TraceStart()

    @on(TraceStart.Chosen)
    def choose(self, message: TraceStart.Chosen) -> None:
        self.chosen = message.text


async def test_it_is_out_of_the_way_until_it_is_asked_for_and_after_enter() -> None:
    app = StartApp()
    async with app.run_test() as pilot:
        line = app.query_one(TraceStart)
        assert not line.display
        line.ask("192.0.2.1")
        await pilot.press("end", "0", "enter")
        await pilot.pause()
        assert app.chosen == "192.0.2.10"
        assert not line.display


async def test_it_is_left_without_a_choice() -> None:
    app = StartApp()
    async with app.run_test() as pilot:
        line = app.query_one(TraceStart)
        line.ask("")
        await pilot.press("x", "escape")
        await pilot.pause()
        assert not line.display
        assert app.chosen is None


async def test_what_is_pasted_is_data() -> None:
    app = StartApp()
    async with app.run_test() as pilot:
        app.query_one(TraceStart).ask("[/x]\x1b[2J ")
        await pilot.press("enter")
        await pilot.pause()
        assert app.chosen == "[/x]\ufffd[2J"
