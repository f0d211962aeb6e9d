"""The view of records, as it is seen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from netmon.resolver.enquiry import Enquiry
from netmon.tui.dns_panes.base import Subject
from netmon.tui.dns_panes.records import RecordsPane
from netmon.tui.widgets.detail_panel import DetailLines
from netmon.tui.widgets.live_table import LiveTable
from tests.resolver.saying import CACHE, NAME, answer, outcome, record, says
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


class CountingClock(Clock):
    """Counts how often it is looked at: each row that is formatted looks."""

    looks = 0

    def __call__(self) -> float:
        self.looks += 1
        return super().__call__()


async def test_of_two_thousand_records_only_those_in_view_tick() -> None:
    clock = CountingClock()
    many = outcome(says(CACHE, answer(*(record(f"10.0.{at >> 8}.{at & 255}") for at in range(2000)))))
    async with opened("192.0.2.1", clock=clock, size=(100, 24)) as screen:
        pane = screen.tab.query_one(RecordsPane)
        pane.show_subject(Subject(1, Enquiry(NAME), many))
        await screen.pilot.pause()
        assert len(pane.query_one(LiveTable).rows) == 2000
        clock.looks = 0
        pane.tick()
        await screen.pilot.pause()
        assert 0 < clock.looks <= 3 * screen.pilot.app.size.height
