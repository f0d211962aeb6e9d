"""The first line, at every width, and under the mouse."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual import on
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from netmon.tui.widgets.top_bar import TopBar
from tests.builders import HOSTILE

TITLES = ["Connections", "Ports", "DNS", "Loopback"]


class BarApp(App[None]):
    """The bar alone."""

    def __init__(self) -> None:
        super().__init__()
        self.clicked: list[int] = []

    def compose(self) -> ComposeResult:
        """The bar."""
        yield TopBar(TITLES)

    @on(TopBar.TabClicked)
    def note(self, message: TopBar.TabClicked) -> None:
        """Note which tab it was."""
        self.clicked.append(message.index)


@asynccontextmanager
async def opened(width: int = 160) -> AsyncIterator[tuple[BarApp, TopBar, Pilot[None]]]:
    app = BarApp()
    async with app.run_test(size=(width, 5)) as pilot:
        yield app, app.query_one(TopBar), pilot


def text(bar: TopBar) -> str:
    return bar.render_line(0).text


@pytest.mark.parametrize("width", [1, 8, 20, 40, 80, 99, 100, 160, 300])
async def test_is_as_wide_as_the_screen_and_one_line_high(width: int) -> None:
    async with opened(width) as (_, bar, _):
        bar.show_figures("devbox · ▼ 4.1 MB/s ▲ 312 kB/s", "▼ 4.1 MB/s")
        assert bar.render_line(0).cell_length == width
        assert bar.size.height == 1


async def test_names_the_tabs_in_full_or_short_but_always_numbers_them() -> None:
    async with opened(160) as (_, bar, _):
        assert text(bar).startswith(" netmon   1 Connections  2 Ports  3 DNS  4 Loopback ")
    for width in (20, 40, 80):
        async with opened(width) as (_, bar, _):
            assert [digit for digit in text(bar) if digit.isdigit()] == list("1234")


async def test_the_longest_figures_that_fit_are_shown_and_nothing_is_cut() -> None:
    async with opened(80) as (_, bar, _):
        bar.show_figures("x" * 79, "y" * 70, "▼ 4.1 MB/s")
        assert text(bar).endswith(" ▼ 4.1 MB/s ")
        assert "x" not in text(bar)
        bar.show_figures("x" * 79)
        assert "x" not in text(bar)
        bar.show_figures("devbox · ▼ 0 B/s", "▼ 0 B/s")
        assert text(bar).endswith(" devbox · ▼ 0 B/s ")


async def test_the_tab_in_view_stands_out_without_colour() -> None:
    async with opened() as (_, bar, _):
        for index, title in enumerate(TITLES):
            bar.show_current(index)
            reversed_ = [
                segment.text for segment in bar.render_line(0) if segment.style and segment.style.reverse
            ]
            assert [part.strip() for part in reversed_] == [f"{index + 1} {title}"]


@pytest.mark.parametrize("width", [40, 80, 160])
async def test_a_click_on_a_tab_says_which(width: int) -> None:
    async with opened(width) as (app, bar, pilot):
        for number in range(1, 5):
            await pilot.click(TopBar, offset=(text(bar).index(str(number)), 0))
        assert app.clicked == [0, 1, 2, 3]
        if width > 80:
            await pilot.click(TopBar, offset=(1, 0))
        await pilot.click(TopBar, offset=(width - 1, 0))
        assert app.clicked == [0, 1, 2, 3]


async def test_a_hostile_interface_is_only_text() -> None:
    async with opened() as (_, bar, _):
        bar.show_figures(HOSTILE)
        assert text(bar).isprintable()
        assert "=[/x]" in text(bar)
        assert bar.render_line(0).cell_length == 160
