"""The line in which a name is typed, driven by keys."""

from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult
from textual.message import Message

from netmon.tui.widgets.name_box import HISTORY, NameBox, Names


class BoxApp(App[None]):
    """A box alone, and what it posted."""

    def __init__(self) -> None:
        super().__init__()
        self.posted: list[Message] = []

    def compose(self) -> ComposeResult:
        """The box alone."""
        yield NameBox(["seen.example"])

    @property
    def box(self) -> NameBox:
        """The box."""
        return self.query_one(NameBox)

    def on_name_box_submitted(self, message: NameBox.Submitted) -> None:
        self.posted.append(message)
        self.box.remember(message.text)

    def on_name_box_left(self, message: NameBox.Left) -> None:
        self.posted.append(message)


async def test_up_and_down_go_through_the_history_and_come_back_to_what_was_being_typed() -> None:
    async with BoxApp().run_test() as pilot:
        box = pilot.app.query_one(NameBox)
        for line in ("one", "two MX"):
            box.input.value = line
            await pilot.press("enter")
        box.input.value = "thr"
        shown = []
        for key in ("up", "up", "up", "down", "down"):
            await pilot.press(key)
            shown.append(box.input.value)
        assert shown == ["two MX", "one", "one", "two MX", "thr"]


async def test_down_from_what_is_being_typed_leaves_and_so_does_escape() -> None:
    app = BoxApp()
    async with app.run_test() as pilot:
        await pilot.press("down", "escape")
        assert [type(message) for message in app.posted] == [NameBox.Left, NameBox.Left]


async def test_blanks_are_not_submitted() -> None:
    app = BoxApp()
    async with app.run_test() as pilot:
        app.box.input.value = "  "
        await pilot.press("enter")
        assert app.posted == []


async def test_a_completion_is_taken_with_the_right_arrow() -> None:
    app = BoxApp()
    async with app.run_test() as pilot:
        await pilot.press("s", "e")
        await pilot.pause(0.3)
        await pilot.press("right")
        assert app.box.input.value == "seen.example"


async def test_what_is_wrong_is_said_until_it_is_taken_back() -> None:
    app = BoxApp()
    async with app.run_test():
        app.box.show_error("[/x]")
        assert app.box.error == "✕ [/x]"
        app.box.show_error("")
        assert app.box.error == ""


async def test_the_history_has_bounds_and_each_line_once() -> None:
    app = BoxApp()
    async with app.run_test():
        for number in range(HISTORY + 5):
            app.box.remember(str(number))
        app.box.remember("9")
        for _ in range(HISTORY + 5):
            app.box.action_older()
        assert app.box.input.value == "5"


def suggested(names: Names, value: str) -> str | None:
    return asyncio.run(names.get_suggestion(value))


def test_completes_from_the_name_seen_last_whatever_the_case() -> None:
    names = Names()
    names.add(["www.one.example", "www.two.example"])
    assert suggested(names, "WWW.") == "WWW.two.example"
    names.add(["www.one.example"])
    assert suggested(names, "www.") == "www.one.example"
    assert suggested(names, "www.one.example") is None
    assert suggested(names, "www.one.example MX") is None
    assert suggested(names, "") is None


@given(st.lists(st.text(max_size=8), max_size=6), st.text(max_size=4))
def test_a_suggestion_begins_with_what_was_typed(seen: list[str], value: str) -> None:
    names = Names()
    names.add(seen)
    found = suggested(names, value)
    assert found is None or found.startswith(value)
