"""The view of servers, driven by keys."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from netmon.tui.widgets.detail_panel import DetailLines
from netmon.tui.widgets.live_table import LiveTable
from tests.resolver.server import Fault, Server, serve
from tests.tui.dns_screen import opened


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serve({"example.test.": "host 60 A 192.0.2.1"}) as running:
        yield running


async def test_the_grid_says_who_differs_and_who_is_dead(server: Server) -> None:
    with serve({"example.test.": "host 60 A 192.0.2.9"}) as other:
        async with opened(server, other, "127.0.0.1:1", size=(120, 30), timeout_s=2.0) as screen:
            await screen.look_up("host.example.test A AAAA")
            await screen.pilot.press("escape", "v")
            same, different, dead = screen.table
            assert " same none udp" in same
            assert " different none udp" in different
            assert " no answer no answer " in dead


async def test_enter_tells_what_a_server_said_and_back_closes_it(server: Server) -> None:
    async with opened(server, size=(80, 24)) as screen:
        await screen.look_up("host.example.test A")
        await screen.pilot.press("escape", "v", "enter")
        details = screen.tab.query_one("ServersPane DetailLines", DetailLines)
        await screen.until(lambda: any("192.0.2.1" in line for line in details.lines))
        assert screen.tab.place().view == "servers"
        await screen.pilot.press("backspace")
        await screen.until(lambda: not details.size)


async def test_answers_are_shown_while_others_are_waited_for(server: Server) -> None:
    with serve({"example.test.": "host A 192.0.2.1"}, {"host.example.test.": Fault(drop=True)}) as deaf:
        async with opened(server, deaf, timeout_s=30.0) as screen:
            await screen.type("host.example.test A")
            await screen.pilot.press("escape", "v")
            await screen.until(lambda: len(screen.table) == 2)
            assert "asking …" in screen.table[1]


async def test_where_it_is_narrow_types_without_records_give_way_to_those_with_some(server: Server) -> None:
    with serve({"example.test.": "host 60 TXT x"}) as other:
        async with opened(other, size=(80, 24)) as screen:
            await screen.look_up("host.example.test A AAAA CNAME NS MX CAA TXT")
            await screen.pilot.press("v")
            table = screen.tab.query_one("#dns-grid", LiveTable)
            shown = table.render_line(0).text.split()
            assert {"SERVER", "MS", "A", "AAAA", "TXT"} <= set(shown)
            assert "CAA" not in shown
            assert screen.table[0].endswith(" 1")
