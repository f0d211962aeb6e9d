"""The help over tabs with keys of their own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import ClassVar

import pytest
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.pilot import Pilot
from textual.widgets import Input

from netmon.engine.filter import parse_filter
from netmon.tui.screens.help import FILTER_LANGUAGE, HelpScreen
from netmon.tui.tabs.base import Tab
from netmon.tui.widgets.line_painter import MARKS
from netmon.tui.widgets.live_table import LiveTable

SIZES = [(40, 10), (80, 24), (160, 50)]


class FruitTab(Tab):
    """A tab with keys."""

    name_in_bar = "Fruit"
    slug = "fruit"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space,p", "peel", "Peel [/x]", key_display="Space"),
        Binding("S", "secret", "Not in the footer", show=False),
        Binding("z", "absent", "Never offered"),
        Binding("w", "wordless"),
    ]

    def compose(self) -> ComposeResult:
        """A table and a text box."""
        yield LiveTable[str]([], str)
        yield Input()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """One action is not possible now."""
        return action != "absent"


class HelpApp(App[None]):
    """One tab and the key for help."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark", "help", "Help", key_display="?"),
        Binding("q", "quit", "Quit"),
    ]

    def compose(self) -> ComposeResult:
        """The tab alone."""
        yield FruitTab()

    def action_help(self) -> None:
        """As the app does."""
        self.push_screen(HelpScreen())


def shown(app: App[None]) -> list[str]:
    """Every line of the help, also those beyond the view."""
    box = app.screen.query_one("#help", VerticalScroll)
    lines = []
    for child in box.children:
        width, height = child.size
        strips = child.render_lines(child.size.region)
        assert (len(strips), {strip.cell_length for strip in strips}) == (height, {width})
        lines += [" ".join(strip.text.split()) for strip in strips]
    return [line for line in lines if line]


@asynccontextmanager
async def opened(
    size: tuple[int, int] = (80, 24), focus: type[LiveTable[str] | Input] = LiveTable
) -> AsyncIterator[tuple[HelpApp, Pilot[None]]]:
    app = HelpApp()
    async with app.run_test(size=size) as pilot:
        app.query_one(focus).focus()
        await pilot.pause()
        app.action_help()
        await pilot.pause()
        assert isinstance(app.screen, HelpScreen)
        yield app, pilot


async def test_shows_the_keys_of_what_has_the_focus_its_tab_and_the_app() -> None:
    async with opened() as (app, _):
        lines = shown(app)
        titles = [line for line in lines if line in ("In the table", "Fruit", "Everywhere")]
        assert titles == ["Fruit", "In the table", "Everywhere"]
        assert "Space p Peel [/x]" in lines
        assert "S Not in the footer" in lines
        assert "? Help" in lines
        assert "^q q Quit" in lines
        assert "↑ k Up" in lines


async def test_leaves_out_what_cannot_be_done_now() -> None:
    async with opened() as (app, _):
        text = "\n".join(shown(app))
        assert "Never offered" not in text
        assert "wordless" not in text
        assert "help_quit" not in text


async def test_shows_what_typing_keys_do_while_typing() -> None:
    async with opened(focus=Input) as (app, _):
        lines = shown(app)
        assert "While typing" in lines
        assert "In the table" not in lines


@pytest.mark.parametrize("key", ["escape", "question_mark", "q"])
async def test_closes(key: str) -> None:
    async with opened() as (app, pilot):
        await pilot.press(key)
        assert not isinstance(app.screen, HelpScreen)
        assert app.is_running
        assert app.focused is app.query_one(LiveTable)


@pytest.mark.parametrize("size", SIZES)
async def test_fits_and_scrolls_to_its_end(size: tuple[int, int]) -> None:
    async with opened(size) as (app, pilot):
        box = app.screen.query_one("#help", VerticalScroll)
        assert app.screen.region.contains_region(box.region)
        await pilot.press("G")
        last = list(box.children)[-1]
        assert last.region.bottom <= box.region.bottom
        await pilot.press("g", "j", "j", "k")
        assert box.scroll_offset.y == min(1, box.max_scroll_y)
        await pilot.press("space", "pageup", "up", "down")
        assert box.scroll_offset.y == min(1, box.max_scroll_y)


@pytest.mark.parametrize("size", SIZES)
async def test_says_what_marks_and_filters_mean(size: tuple[int, int]) -> None:
    async with opened(size) as (app, _):
        text = " ".join(shown(app))
        for mark in (*MARKS.values(), "▼", "▲", "──▶", "⟲", "●"):
            assert mark in text
        for example, _ in FILTER_LANGUAGE:
            assert example in text


@pytest.mark.parametrize("example", [example for example, _ in FILTER_LANGUAGE])
def test_every_example_is_a_filter(example: str) -> None:
    assert parse_filter(example)


async def test_marks_have_the_colours_of_the_theme() -> None:
    async with opened() as (app, _):
        marks = app.screen.query_one("#help-marks")
        strips = marks.render_lines(marks.size.region)
        colours = {strip.text.split()[0]: next(iter(strip)).style for strip in strips[:3]}
        assert len({style.color for style in colours.values() if style}) == 3


async def test_what_the_row_is_stands_first_and_is_never_markup() -> None:
    app = HelpApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.push_screen(HelpScreen(("50000 is ephemeral: the kernel lent it to [/x].", "It goes back.")))
        await pilot.pause()
        first, text, *_ = [line.strip() for line in shown(app)]
        assert first == "This row"
        assert text == "50000 is ephemeral: the kernel lent it to [/x]. It goes back."
