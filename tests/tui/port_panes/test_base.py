"""What every view of the ports tab does, shown on both."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual.app import App, ComposeResult

from netmon.tui.columns import Moment
from netmon.tui.port_panes.base import PortsPane
from netmon.tui.tabs.ports import PortsTab
from netmon.tui.widgets.line import Line
from tests.builders import connection, listener, state


@pytest.mark.parametrize("make", PortsTab.PANES)
async def test_a_view_gathers_picks_and_draws(make: Callable[[Moment], PortsPane]) -> None:
    class PaneApp(App[None]):
        def compose(self) -> ComposeResult:
            """The view alone."""
            yield make(Moment())

    app = PaneApp()
    async with app.run_test():
        (pane,) = (child for child in app.screen.children if isinstance(child, PortsPane))
        assert "waiting" in pane.table.empty_text
        shown = state([connection(pid=20)], [listener(pid=10)])
        gathered = pane.gather(shown)
        view = pane.pick(gathered, pane.settings)
        pane.draw(shown, view)
        assert pane.table.rows == view.rows
        assert pane.counts(view) == (2 if pane.view == "processes" else 1,) * 2
        assert pane.query_one(Line).text
        assert not pane.opens(view.rows[0])
        assert pane.as_now(view.rows[0].key, gathered) == view.rows[0]
        assert {column.key for column in pane.table.columns} <= set(pane.sortable)
        assert pane.low_first <= set(pane.sortable)
        assert (pane.stop_target(view.rows[0]) is None) == (pane.view != "listeners")
        assert (pane.try_row(view.rows[0], shown) is None) == (pane.view == "listeners")
        nothing = state()
        pane.draw(nothing, pane.pick(pane.gather(nothing), pane.settings))
        assert pane.table.empty_text == pane.empty


def test_every_view_has_a_name_of_its_own() -> None:
    names = [make(Moment()).view for make in PortsTab.PANES]
    assert names == ["listeners", "processes", "pressure"]
