"""The last line: which keys are left out where there is no room for all."""

from __future__ import annotations

from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets._footer import FooterKey

from netmon.tui.widgets.key_line import KeyLine, fitting


class KeyApp(App[None]):
    """An app with more keys than a narrow terminal has room for."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(letter, f"do_{letter}", f"Letter {letter}") for letter in "abcdef"),
        Binding("q", "quit", "Quit"),
        Binding("question_mark", "help", "Help", key_display="?"),
    ]

    def compose(self) -> ComposeResult:
        """The line alone."""
        yield KeyLine(show_command_palette=False, compact=True)


def shown(app: App[None]) -> str:
    """The keys in view."""
    return "".join(key.key_display for key in app.query(FooterKey))


@pytest.mark.parametrize(("width", "keys"), [(80, "abcdefq?"), (40, "abq?"), (20, "q?"), (5, "q?")])
async def test_the_last_keys_are_left_out_but_never_quit_and_help(width: int, keys: str) -> None:
    app = KeyApp()
    async with app.run_test(size=(width, 10)) as pilot:
        await pilot.pause()
        await pilot.pause()
        assert shown(app) == keys
        assert all(key.region.right <= max(width, 13) for key in app.query(FooterKey))


async def test_a_terminal_that_grows_shows_more() -> None:
    app = KeyApp()
    async with app.run_test(size=(20, 10)) as pilot:
        await pilot.pause()
        await pilot.resize_terminal(80, 10)
        await pilot.pause()
        await pilot.pause()
        assert shown(app) == "abcdefq?"


@given(st.lists(st.tuples(st.integers(3, 20), st.booleans()), max_size=20), st.integers(0, 200))
def test_what_is_kept_stays_and_the_rest_fits_if_it_can(keys: list[tuple[int, bool]], width: int) -> None:
    widths, kept = [size for size, _ in keys], [keep for _, keep in keys]
    places = fitting(widths, kept, width)
    assert places == sorted(places)
    assert {at for at, keep in enumerate(kept) if keep} <= set(places)
    if any(not kept[at] for at in places):
        assert sum(widths[at] for at in places) - 1 <= width
