"""The view of records, as it is seen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from textual.app import App, ComposeResult

from netmon.resolver.enquiry import Enquiry
from netmon.tui.dns_panes.base import Subject
from netmon.tui.dns_panes.records import RecordsPane
from netmon.tui.widgets.detail_panel import DetailLines
from netmon.tui.widgets.live_table import LiveTable
from tests.resolver.saying import CACHE, NAME, OWN, answer, record, says
from tests.resolver.saying import outcome as lived
from tests.resolver.server import Server, serve
from tests.tui.dns_screen import Clock, opened

ZONE = r"""
host 60 A 192.0.2.1
text 60 TXT "\027[2J[red]" "[/x]"
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serve({"example.test.": ZONE}) as running:
        yield running


async def test_says_which_servers_have_a_record(server: Server) -> None:
    with serve({"example.test.": "host 60 A 192.0.2.1\nhost 60 A 192.0.2.2"}) as other:
        async with opened(server, other) as screen:
            await screen.look_up("host.example.test A")
            assert screen.table[0].endswith("192.0.2.1 all 2")
            assert f"192.0.2.2 1/2 {str(other.endpoint)[:8]}" in screen.table[1]
            assert "⚠ warn" in screen.notes


async def test_text_of_strangers_is_neither_markup_nor_an_escape(server: Server) -> None:
    async with opened(server) as screen:
        await screen.look_up("text.example.test TXT")
        assert "\\027[2J[red]" in screen.table[0]
        assert "[/x]" in screen.table[0]


async def test_enter_shows_all_of_a_record_and_back_closes_it(server: Server) -> None:
    async with opened(server, size=(80, 24)) as screen:
        await screen.look_up("text.example.test TXT")
        await screen.pilot.press("escape", "enter")
        details = screen.tab.query_one("RecordsPane DetailLines", DetailLines)
        await screen.until(lambda: any("[/x]" in line for line in details.lines))
        assert any(f"{server.endpoint}" in line and "60 s left" in line for line in details.lines)
        await screen.pilot.press("escape")
        await screen.until(lambda: not details.size)


async def test_a_watched_name_is_asked_again_when_it_expires_and_what_changed_is_marked() -> None:
    clock = Clock()
    with serve({"example.test.": "host 60 A 192.0.2.1"}) as server:
        async with opened(server, clock=clock) as screen:
            await screen.look_up("host.example.test A")
            await screen.pilot.press("escape", "w")
            await screen.until(lambda: "watching: asks again in" in screen.status)
            with serve({"example.test.": "host 60 A 192.0.2.2"}) as changed:
                server.zones = changed.zones
            asked = len(server.asked)
            clock.ahead = 61.0
            await screen.until(lambda: len(server.asked) > asked)
            await screen.until(lambda: len(screen.table) == 2)
            assert screen.table[0].startswith("~A ")
            assert screen.table[1].startswith("✕A ")
            assert " gone " in screen.table[1]
            assert "2 changes" in screen.status
            await screen.pilot.press("w")
            assert "watching" not in screen.status


class PaneApp(App[None]):
    """Holds the view alone."""

    def compose(self) -> ComposeResult:
        """The view alone."""
        yield RecordsPane()

    @property
    def rows(self) -> list[str]:
        """The first two lines of the table."""
        table = self.query_one(LiveTable)
        return [" ".join(table.render_line(y).text.split()) for y in (1, 2)]


@pytest.mark.parametrize("width", [80, 160])
async def test_the_ttl_of_the_zone_stands_beside_what_is_left_and_old_is_called_old(width: int) -> None:
    found = lived(says(OWN, answer(record("192.0.2.9"))), says(CACHE, answer(record("192.0.2.1", ttl=99))))
    app = PaneApp()
    async with app.run_test(size=(width, 24)) as pilot:
        pane = app.query_one(RecordsPane)
        pane.clock = lambda: 1010.0
        pane.show_subject(Subject(1, Enquiry(NAME), found._replace(replies=found.replies[1:])))
        await pilot.pause()
        assert " 89 s 192.0.2.1 192.0.2.8" in app.rows[0]
        pane.show_subject(Subject(1, Enquiry(NAME), found, beside=found))
        await pilot.pause()
        assert " old 89/300 s 192.0.2.1 1/2 192.0.2.8" in app.rows[0]
        assert " 300 s 192.0.2.9 1/2 ns.ex.test" in app.rows[1]
        pane.clock = lambda: 1099.0
        pane.tick()
        await pilot.pause()
        assert " expired 192.0.2.1 " in app.rows[0]


async def test_that_there_is_no_record_is_said_only_where_a_server_knows_it() -> None:
    app = PaneApp()
    async with app.run_test(size=(80, 24)) as pilot:
        pane = app.query_one(RecordsPane)
        for said, empty in ((answer(), "no records"), (answer(rcode="SERVFAIL"), "not known: nobody")):
            pane.show_subject(Subject(1, Enquiry(NAME), lived(says(CACHE, said))))
            await pilot.pause()
            assert pane.query_one(LiveTable).empty_text.startswith(empty)


class CountingClock(Clock):
    """Counts how often it is looked at: each row that is formatted looks."""

    looks = 0

    def __call__(self) -> float:
        self.looks += 1
        return super().__call__()


async def test_of_two_thousand_records_only_those_in_view_tick() -> None:
    clock = CountingClock()
    many = lived(says(CACHE, answer(*(record(f"10.0.{at >> 8}.{at & 255}") for at in range(2000)))))
    async with opened("192.0.2.1", clock=clock, size=(100, 24)) as screen:
        pane = screen.tab.query_one(RecordsPane)
        pane.show_subject(Subject(1, Enquiry(NAME), many))
        await screen.pilot.pause()
        assert len(pane.query_one(LiveTable).rows) == 2000
        clock.looks = 0
        pane.tick()
        await screen.pilot.pause()
        assert 0 < clock.looks <= 3 * screen.pilot.app.size.height
