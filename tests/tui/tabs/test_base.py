"""What every tab is to the app."""

from __future__ import annotations

from textual.app import App, ComposeResult

from netmon.engine.state import State
from netmon.tui.tabs.base import Place, Tab
from tests.builders import state


class Quiet(Tab):
    """A tab that does nothing of its own."""

    name_in_bar = "Quiet"
    slug = "quiet"


class Noting(Quiet):
    """A tab that notes the states it is to draw."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[State] = []

    def show_state(self, state: State) -> None:
        """Note it."""
        self.shown.append(state)


async def test_a_tab_that_does_nothing_of_its_own_fills_the_screen() -> None:
    class TabApp(App[None]):
        def compose(self) -> ComposeResult:
            """The tab alone."""
            yield Quiet()

    app = TabApp()
    async with app.run_test(size=(60, 20)):
        tab = app.query_one(Quiet)
        assert tab.size == (60, 20)
        tab.focus_first()
        tab.names_changed()
        tab.show_projection(state(), tab.project(state()))
        assert app.focused is None


def test_a_tab_asks_for_nothing_and_makes_nothing_of_a_state_by_default() -> None:
    assert Tab.needs == ()
    assert Quiet().project(state()) is None


def test_a_projection_is_a_state_to_a_tab_that_makes_nothing_of_it() -> None:
    tab, shown = Noting(), state()
    tab.show_projection(shown, tab.project(shown))
    assert tab.shown == [shown]


def test_a_tab_that_has_no_places_is_somewhere_all_the_same() -> None:
    tab = Quiet()
    tab.arrive(tab.place())
    assert (tab.place(), tab.came_by_jump) == (Place(), False)
