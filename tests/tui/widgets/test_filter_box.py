"""The filter box, driven by keys."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import ClassVar

import pytest
from textual import events
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.pilot import Pilot
from textual.widgets import Input

from netmon.tui.widgets.filter_box import LIMIT, FilterBox
from netmon.tui.widgets.line import Line
from netmon.tui.widgets.live_table import LiveTable
from tests.builders import HOSTILE, connection


class BoxApp(App[None]):
    """A table over a box, and what the box posted."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "open", "Filter"),
        Binding("q", "quit", "Quit"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.posted: list[Message] = []

    def compose(self) -> ComposeResult:
        """The table has the focus at first."""
        yield LiveTable[str]([], str)
        yield FilterBox()

    def action_open(self) -> None:
        """As a tab does."""
        self.query_one(FilterBox).open()

    def on_filter_box_changed(self, message: FilterBox.Changed) -> None:
        self.posted.append(message)

    def on_filter_box_kept(self, message: FilterBox.Kept) -> None:
        self.posted.append(message)
        self.query_one(LiveTable).focus()

    def on_filter_box_cleared(self, message: FilterBox.Cleared) -> None:
        self.posted.append(message)
        self.query_one(LiveTable).focus()


class Screen:
    """What a user sees and does."""

    def __init__(self, app: BoxApp, pilot: Pilot[None]) -> None:
        self.app, self.pilot = app, pilot
        self.box = app.query_one(FilterBox)
        self.input = app.query_one(Input)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def type(self, text: str) -> None:
        await self.press(*(_KEYS.get(character, character) for character in text))

    async def paste(self, text: str) -> None:
        self.input.post_message(events.Paste(text))
        await self.pilot.pause()

    @property
    def texts(self) -> list[str]:
        """The filters that came into force."""
        return [m.text for m in self.app.posted if isinstance(m, FilterBox.Changed)]

    @property
    def error(self) -> str:
        """The line beneath as it is drawn; nothing while hidden."""
        line = self.app.query_one("#filter-error", Line)
        return line.render_line(0).text.strip() if line.display else ""


_KEYS = {":": "colon", "/": "slash", "[": "left_square_bracket", "]": "right_square_bracket"}


@asynccontextmanager
async def opened(size: tuple[int, int] = (80, 24)) -> AsyncIterator[Screen]:
    app = BoxApp()
    async with app.run_test(size=size) as pilot:
        screen = Screen(app, pilot)
        await screen.press("slash")
        yield screen


async def test_is_hidden_until_it_is_opened() -> None:
    app = BoxApp()
    async with app.run_test() as pilot:
        assert not app.query_one(FilterBox).display
        await pilot.press("slash")
        assert app.query_one(FilterBox).display
        assert isinstance(app.focused, Input)
        assert app.query_one(FilterBox).region.height == 1


async def test_each_valid_filter_takes_effect_while_it_is_typed() -> None:
    async with opened() as screen:
        await screen.type("qq")
        assert screen.texts == ["q", "qq"]
        assert screen.box.filter.matches(connection(process="qqq"))
        assert not screen.box.filter.matches(connection(process="curl"))


async def test_an_invalid_filter_is_explained_and_the_last_valid_one_stays() -> None:
    async with opened() as screen:
        await screen.type("port:44")
        assert screen.texts == ["p", "po", "por", "port", "port:4", "port:44"]  # not "port:"
        await screen.type("x")
        assert screen.texts[-1] == screen.box.filter.text == "port:44"
        assert screen.error.startswith("✕ port:44x: ")
        assert screen.box.region.height == 2
        await screen.press("backspace")
        assert screen.error == ""
        assert screen.texts[-1] == "port:44"
        assert screen.box.region.height == 1


async def test_enter_keeps_the_filter_and_closes() -> None:
    async with opened() as screen:
        await screen.type("ssh")
        await screen.press("enter")
        assert isinstance(screen.app.posted[-1], FilterBox.Kept)
        assert not screen.box.display
        assert screen.box.filter.text == "ssh"
        await screen.press("slash")
        assert screen.input.value == "ssh"
        await screen.type("d")
        assert screen.box.filter.text == "sshd"


async def test_enter_does_not_close_over_an_error() -> None:
    async with opened() as screen:
        await screen.type("port:x")
        await screen.press("enter")
        assert screen.box.display
        assert "port:x" in screen.error
        assert not any(isinstance(message, FilterBox.Kept) for message in screen.app.posted)


@pytest.mark.parametrize("typed", ["ssh", "port:x", ""])
async def test_escape_clears_and_closes(typed: str) -> None:
    async with opened() as screen:
        if typed:
            await screen.paste(typed)
        await screen.press("escape")
        assert isinstance(screen.app.posted[-1], FilterBox.Cleared)
        assert not screen.box.display
        assert not screen.box.filter
        assert screen.texts == (["ssh", ""] if typed == "ssh" else [])
        await screen.press("slash")
        assert (screen.input.value, screen.error, screen.box.region.height) == ("", "", 1)


async def test_a_tab_can_clear_it_while_it_is_closed() -> None:
    async with opened() as screen:
        await screen.type("ssh")
        await screen.press("enter")
        screen.box.clear()
        await screen.pilot.pause()
        assert screen.texts[-1] == ""
        assert isinstance(screen.app.posted[-1], FilterBox.Cleared)


async def test_closes_when_the_focus_goes_elsewhere() -> None:
    async with opened() as screen:
        await screen.type("ssh")
        await screen.pilot.click(LiveTable)
        assert not screen.box.display
        assert screen.box.filter.text == "ssh"


async def test_stays_open_when_the_terminal_loses_the_focus() -> None:
    async with opened() as screen:
        screen.app.post_message(events.AppBlur())
        await screen.pilot.pause()
        screen.app.post_message(events.AppFocus())
        await screen.pilot.pause()
        assert screen.box.display
        assert screen.app.focused is screen.input


async def test_what_is_typed_is_never_markup() -> None:
    async with opened() as screen:
        await screen.type("[/x]")
        assert screen.box.filter.text == "[/x]"
        await screen.paste(" port:[/x]")
        assert screen.error.startswith("✕ port:[/x]: ")
        assert screen.input.render_line(0).text.startswith("[/x] port:[/x]")


async def test_what_is_pasted_cannot_act_on_the_terminal() -> None:
    async with opened() as screen:
        await screen.paste(HOSTILE)
        assert screen.input.value.isprintable()
        assert screen.input.value.startswith("=[/x]\N{REPLACEMENT CHARACTER}[31m")


async def test_a_long_paste_is_cut() -> None:
    async with opened() as screen:
        screen.input.value = "x" * 100_000
        await screen.pilot.pause()
        assert len(screen.box.filter.text) <= LIMIT


@pytest.mark.parametrize("size", [(40, 10), (80, 24), (160, 50)])
async def test_fits(size: tuple[int, int]) -> None:
    async with opened(size) as screen:
        await screen.paste("bogus:value-that-is-long")
        assert screen.box.region.right == size[0]
        assert screen.box.region.bottom <= size[1]
        assert screen.error.startswith("✕ bogus:value-that-is-long: ")
        assert screen.error.endswith("…") or "there is no field" in screen.error
        assert screen.input.region.width == size[0] - 3


async def test_a_tab_can_put_a_filter_in_force_without_opening_it() -> None:
    async with opened() as screen:
        screen.box.set("port:443")
        await screen.pilot.pause()
        assert (screen.box.filter.text, screen.input.value, screen.box.display) == (
            "port:443",
            "port:443",
            False,
        )
        assert [type(message) for message in screen.app.posted] == [FilterBox.Changed]
        screen.box.set("port:443")
        await screen.pilot.pause()
        assert len(screen.app.posted) == 1
