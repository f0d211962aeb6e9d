"""What every tab with a live table does with its keys, shown on the smallest such tab."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from textual.app import App, ComposeResult

from netmon.engine.explain import Explanation
from netmon.engine.filter import Filter
from netmon.engine.state import State
from netmon.engine.view import NO_FILTER, Sorting
from netmon.model.connection import Connection
from netmon.model.process import Process
from netmon.tui.screens.stop import StopScreen
from netmon.tui.tabs.base import Place
from netmon.tui.tabs.table_tab import GONE, TableTab
from netmon.tui.widgets.column import Column
from netmon.tui.widgets.detail_panel import DetailPanel
from netmon.tui.widgets.filter_box import FilterBox
from netmon.tui.widgets.live_table import LiveTable
from tests.builders import connection, process, state


class SmallTab(TableTab):
    """Two columns, of which one can be sorted by."""

    def __init__(self, rows: list[Connection]) -> None:
        super().__init__(lambda pid: (process("systemd", 1),))
        self.rows = rows
        self.frozen = False
        self.filtered = NO_FILTER
        self.sorting = Sorting("name", False)

    def compose(self) -> ComposeResult:
        name = Column[Connection]("name", "NAME", 10, 0, lambda row: row.owner.processes[0].name)
        pid = Column[Connection]("pid", "PID", 6, 1, lambda row: str(row.owner.processes[0].pid))
        bare = Column[Connection]("bare", "BARE", 6, 1, lambda row: "")
        yield LiveTable([name, pid, bare], lambda row: row.key, id="rows")
        yield DetailPanel()
        yield FilterBox()

    def on_mount(self) -> None:
        self._table.set_rows(self.rows)
        self.focus_first()

    def focus_first(self) -> None:
        self._table.focus()

    @property
    def _table(self) -> LiveTable[Any]:
        return self.query_one("#rows", LiveTable)

    @property
    def _sortable(self) -> Collection[str]:
        return ("name", "pid")

    @property
    def _order(self) -> Sorting:
        return self.sorting

    @property
    def _filter(self) -> Filter:
        return self.filtered

    @property
    def _is_frozen(self) -> bool:
        return self.frozen

    def _sort_by(self, column: str) -> None:
        self.sorting = Sorting(column, column == self.sorting.column and not self.sorting.reverse)

    def _filter_by(self, chosen: Filter) -> None:
        self.filtered = chosen

    def action_freeze(self) -> None:
        self.frozen = not self.frozen

    def _process_of(self, row: Connection) -> Process | None:
        return row.owner.process

    def _as_now(self, row: Connection) -> Connection | None:
        return next((now for now in self.rows if now.key == row.key), None)

    def _explanation(self, row: Connection) -> Explanation:
        parents = ", ".join(parent.name for parent in self._ancestors)
        return Explanation((f"about {self._line_of(row)}, started by {parents}",), (), row.key)

    def _socket_of(self, row: Connection) -> Connection | None:
        return row

    @property
    def _state_in_view(self) -> State | None:
        return state()

    def _line_of(self, row: Connection) -> str:
        return row.owner.processes[0].name

    def _stop_target(self, row: Connection) -> Connection | None:
        return None if row.owner.processes[0].name == "curl" else row

    @property
    def _newest(self) -> State | None:
        return state(self.rows)

    def _opens(self, row: Connection) -> bool:
        return row.owner.processes[0].name == "folded"


class SmallApp(App[None]):
    """Nothing but the tab."""

    def __init__(self) -> None:
        super().__init__()
        self.tab = SmallTab([connection(process="curl"), connection(process="nginx")])

    def compose(self) -> ComposeResult:
        yield self.tab


def shown(tab: SmallTab) -> str:
    """The text of the details."""
    return " ".join(tab.query_one(DetailPanel)._lines.explanation.sentences)


async def test_sorting_goes_round_the_columns_that_can_be_sorted() -> None:
    app = SmallApp()
    async with app.run_test() as pilot:
        await pilot.press("s")
        assert app.tab.sorting == Sorting("pid", False)
        await pilot.press("s")
        assert app.tab.sorting == Sorting("name", False)
        await pilot.press("S")
        assert app.tab.sorting == Sorting("name", True)


async def test_a_header_that_cannot_be_sorted_by_changes_nothing() -> None:
    app = SmallApp()
    async with app.run_test() as pilot:
        app.tab.post_message(LiveTable.HeaderSelected(app.tab._table, "bare"))
        await pilot.pause()
        assert app.tab.sorting == Sorting("name", False)
        app.tab.post_message(LiveTable.HeaderSelected(app.tab._table, "pid"))
        await pilot.pause()
        assert app.tab.sorting == Sorting("pid", False)


async def test_details_follow_the_cursor_name_the_parents_and_say_when_the_row_is_gone() -> None:
    app = SmallApp()
    async with app.run_test() as pilot:
        await pilot.press("enter")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert shown(app.tab) == "about curl, started by systemd"
        await pilot.press("down")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert shown(app.tab) == "about nginx, started by systemd"
        app.tab.rows = []
        app.tab._refresh_detail()
        assert shown(app.tab) == f"{GONE} about nginx, started by systemd"


async def test_escape_undoes_one_thing_after_another() -> None:
    app = SmallApp()
    async with app.run_test() as pilot:
        await pilot.press("space", "slash", "c", "u", "enter", "enter")
        await pilot.pause()
        assert (app.tab.frozen, app.tab.filtered.text) == (True, "cu")
        assert app.tab.has_class("-details")
        await pilot.press("escape")
        assert not app.tab.has_class("-details")
        await pilot.press("escape")
        await pilot.pause()
        assert not app.tab.filtered
        await pilot.press("escape")
        assert not app.tab.frozen


async def test_copying_takes_the_row_under_the_cursor() -> None:
    app = SmallApp()
    async with app.run_test() as pilot:
        await pilot.press("down", "y")
        assert app.clipboard == "nginx"


async def test_the_help_has_sentences_about_the_port_of_the_row_under_the_cursor() -> None:
    app = SmallApp()
    async with app.run_test() as pilot:
        assert app.tab.about_row()[0].startswith("50000 is ephemeral: the kernel lent it to curl")
        await pilot.press("down")
        assert "nginx" in app.tab.about_row()[0]
        app.tab._table.set_rows([])
        assert app.tab.about_row() == ()


async def test_k_asks_about_the_row_under_the_cursor_if_it_has_an_open_socket() -> None:
    app = SmallApp()
    async with app.run_test() as pilot:
        await pilot.press("K")
        assert not isinstance(app.screen, StopScreen)
        assert [notice.message for notice in app._notifications] == ["no open socket is chosen"]
        await pilot.press("j", "K")
        assert isinstance(app.screen, StopScreen)
        assert app.screen._target is app.tab.rows[1]
        await pilot.press("n")
        await app.workers.wait_for_complete()
        assert not isinstance(app.screen, StopScreen)


async def test_a_place_leads_back_to_a_row_and_a_filter() -> None:
    app = SmallApp()
    async with app.run_test() as pilot:
        assert app.tab.place() == Place()
        await pilot.press("down")
        place = app.tab.place()
        assert place == Place((app.tab.rows[1].key,))
        await pilot.press("g")
        app.tab.arrive(place._replace(rows=("nobody", *place.rows)))
        assert app.tab._table.cursor_row is app.tab.rows[1]
        app.tab.arrive(Place())
        assert app.tab._table.stays_at_top
        app.tab.arrive(Place(text="curl"))
        await pilot.pause()
        assert app.tab.filtered.text == "curl"
        assert app.tab.place() == Place(text="curl")


async def test_the_cursor_waits_for_the_rows_of_the_filter_that_a_jump_brought() -> None:
    app = SmallApp()
    async with app.run_test() as pilot:
        app.tab.arrive(Place((app.tab.rows[1].key,), "nginx"))
        app.tab._seek()
        assert app.tab._table.stays_at_top
        await pilot.pause()
        app.tab._seek()
        assert app.tab._table.cursor_row is app.tab.rows[1]


async def test_a_row_that_leads_nowhere_says_so() -> None:
    app = SmallApp()
    async with app.run_test() as pilot:
        app.tab.action_jump()
        await pilot.pause()
        assert [note.message for note in app._notifications] == [
            "Nothing in another tab belongs to this row."
        ]


async def test_escape_goes_back_after_a_jump_before_it_lets_go_of_the_filter() -> None:
    returned = []

    class Jumping(SmallApp):
        def on_tab_return(self) -> None:
            """As the app does."""
            returned.append(True)

    app = Jumping()
    async with app.run_test() as pilot:
        app.tab.arrive(Place(text="curl"))
        app.tab.came_by_jump = True
        await pilot.press("enter", "escape")
        assert (returned, app.tab.has_class("-details")) == ([], False)
        await pilot.press("escape")
        app.tab.action_jump()
        await pilot.pause()
        assert (returned, app.tab.filtered.text) == ([True, True], "curl")


async def test_enter_may_do_something_else_on_a_row() -> None:
    app = SmallApp()
    app.tab.rows = [connection(process="folded")]
    async with app.run_test() as pilot:
        await pilot.press("enter")
        assert not app.tab.has_class("-details")
