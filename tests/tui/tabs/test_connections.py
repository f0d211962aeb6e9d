"""The connections tab in the whole app: over a staged collector, and over the kernel's own sockets."""

from __future__ import annotations

import os
import socket
import struct
import threading
from typing import Any

import pytest
from textual.widgets import Input

from netmon.collectors.base import CollectorError
from netmon.collectors.linux import LinuxCollector
from netmon.engine.state import LINGER_S
from netmon.engine.view import CONNECTION_SORT, PROCESS_SORT
from netmon.model.process import OwnerReason, Process
from netmon.model.snapshot import Degradation
from netmon.model.socket import SocketRecord, SocketState
from netmon.tui.columns import connection_columns
from netmon.tui.screens.help import HelpScreen
from netmon.tui.screens.stop import StopScreen
from netmon.tui.widgets.detail_panel import DetailPanel
from netmon.tui.widgets.filter_box import FilterBox
from tests.builders import HOSTILE, NOW, owner, process, tcp_info
from tests.sockets import port_of, tcp_pair
from tests.staging import (
    SIZES,
    Screen,
    carried,
    ended,
    held,
    inbound,
    outbound,
    running,
    undecided,
)

NGINX, CURL, VPN = inbound(), outbound(), undecided(process="vpn", pid=99)
NARROW, WIDE = (80, 24), (160, 50)


def many(count: int) -> list[SocketRecord]:
    """Outbound connections of as many processes, in the order of their names."""
    return [
        outbound(
            f"203.0.113.7:{number + 1}",
            local=f"10.0.0.5:{40000 + number}",
            process=f"p{number:05d}",
            pid=number + 1,
        )
        for number in range(count)
    ]


# -- panes


async def test_panes_stand_side_by_side_where_there_is_room_and_are_stacked_where_not() -> None:
    for size in SIZES:
        async with running(size=size) as screen:
            await screen.poll(NGINX, CURL, VPN)
            left, right = screen.pane("inbound").region, screen.pane("outbound").region
            if size[0] >= 140:
                assert (left.y, left.height) == (right.y, right.height)
                assert left.right < right.x
            else:
                assert (left.x, left.width) == (right.x, right.width)
                assert left.bottom == right.y
            assert right.right == size[0]
            assert "nginx 812" in screen.lines("inbound")[1]
            assert len(screen.text) == size[1]


async def test_at_80_columns_process_peer_port_and_both_rates_remain() -> None:
    async with running(size=NARROW) as screen:
        await screen.poll(NGINX, CURL)
        await screen.poll(carried(NGINX, received=880_000, sent=190_000), carried(CURL, received=40))
        assert screen.line_of("inbound", "nginx").startswith(
            "▌nginx 812 198.51.100.20:50122 ──▶ 443 880 kB 190 kB"
        )
        assert screen.line_of("outbound", "curl").startswith("▌curl 4711 ──▶ 203.0.113.7:443 40 B 0 B")


async def test_titles_count_and_add_up() -> None:
    async with running() as screen:
        waiting = outbound("203.0.113.7:80", state=SocketState.TIME_WAIT, socket={"tcp": None})
        second = inbound("198.51.100.20:50123")
        await screen.poll(NGINX, second, CURL, VPN, waiting)
        assert screen.title("inbound").startswith(" INBOUND  2 connections · ▼ 0 B/s ▲ 0 B/s")
        await screen.poll(
            carried(NGINX, received=1_000_000, sent=200_000), carried(second, received=100_000), CURL, VPN
        )
        assert screen.title("inbound").startswith(" INBOUND  2 connections · ▼ 1.1 MB/s ▲ 200 kB/s")
        assert screen.title("outbound").startswith(" OUTBOUND  2 connections · ▼ 0 B/s ▲ 0 B/s")
        assert "▼ 1.1 MB/s ▲ 200 kB/s" in screen.bar


async def test_time_wait_is_counted_apart() -> None:
    async with running() as screen:
        waiting = outbound("203.0.113.7:80", state=SocketState.TIME_WAIT, socket={"tcp": None})
        await screen.poll(CURL, waiting)
        assert screen.title("outbound").startswith(" OUTBOUND  1 connection + 1 in TIME_WAIT · ")


async def test_an_unknown_direction_is_said_and_stands_with_the_outbound() -> None:
    async with running() as screen:
        await screen.poll(CURL, VPN)
        assert "vpn 99 ─?─ 203.0.113.9:40001" in screen.line_of("outbound", "vpn")
        await screen.press("v")
        assert "─?─" in screen.line_of("all", "vpn")


async def test_a_local_pair_shows_the_process_at_the_other_end() -> None:
    server = inbound("127.0.0.1:40000", local="127.0.0.1:5432", process="postgres", pid=701)
    client = outbound("127.0.0.1:5432", local="127.0.0.1:40000", process="gunicorn", pid=990)
    async with running() as screen:
        await screen.poll(server, client)
        assert "⟲ gunicorn 990" in screen.line_of("inbound", "postgres")
        assert "──▶ ⟲ postgres 701" in screen.line_of("outbound", "▌gunicorn")


async def test_udp_says_that_it_is_not_counted() -> None:
    async with running() as screen:
        await screen.poll(outbound("192.0.2.53:53", protocol="udp", process="dig", pid=5))
        assert "──▶ 192.0.2.53:53 not counted" in screen.line_of("outbound", "dig")


async def test_before_the_first_poll_and_without_any_connection() -> None:
    async with running() as screen:
        assert any("waiting for the first poll" in line for line in screen.lines("inbound"))
        await screen.poll()
        assert any("no connections" in line for line in screen.lines("inbound"))
        assert screen.title("inbound").startswith(" INBOUND  0 connections")


# -- views


async def test_views_follow_one_another() -> None:
    async with running() as screen:
        await screen.poll(NGINX, CURL, outbound("203.0.113.8:22"))
        await screen.press("v")
        assert screen.title("all").startswith(" ALL  3 connections")
        assert not screen.pane("inbound").display
        assert not screen.pane("outbound").display
        assert "10.0.0.5:443 ◀── 198.51.100.20:50122" in screen.line_of("all", "nginx")
        assert screen.app.focused is screen.table("all")
        await screen.press("v")
        assert screen.title("processes").startswith(" PROCESSES  2 processes")
        assert "curl 4711 dev – 2 0 2" in screen.line_of("processes", "curl")
        await screen.press("v")
        assert screen.title("closed") == " CLOSED  0 connections · ▼ 0 B ▲ 0 B"
        assert any("nothing has closed yet" in line for line in screen.lines("closed"))
        assert not screen.pane("processes").display
        await screen.press("v")
        assert screen.pane("inbound").display
        assert screen.pane("outbound").display
        assert not screen.pane("processes").display
        assert "nginx" in screen.line_of("inbound", "nginx")


async def test_a_view_goes_on_with_the_next_poll() -> None:
    async with running() as screen:
        await screen.poll(CURL)
        await screen.press("v", "v")
        await screen.poll(CURL, NGINX)
        assert sorted(screen.processes("processes")) == ["curl", "nginx"]


# -- order


def ranked() -> list[SocketRecord]:
    """Three connections that stand in the same order by every column: a, b, c."""

    def info(rank: int, excess: int | None) -> dict[str, Any]:
        return {
            "tcp": tcp_info(
                opener_excess=excess,
                bytes_received=rank * 1000,
                bytes_sent=rank * 100,
                rtt_us=rank * 1000,
                last_sent_at=NOW - 100 * rank,
                last_received_at=NOW - 100 * rank,
            )
        }

    return [
        inbound(
            "198.51.100.1:50001", local="10.0.0.5:22", process="a", pid=1, socket=info(1, 0),
            state=SocketState.CLOSE_WAIT,
        ),
        outbound("198.51.100.2:23", local="10.0.0.5:50002", process="b", pid=2, socket=info(2, 1)),
        undecided(
            "198.51.100.3:50003", local="10.0.0.5:50004", process="c", pid=3, socket=info(3, None),
            state=SocketState.FIN_WAIT2,
        ),
    ]  # fmt: skip


RANKED = {record.owner.processes[0].name: record for record in ranked()}


async def with_rates(screen: Screen, order: str = "cab") -> None:
    """Two polls of `ranked`, so that rates are in the same order, too; handed over in another."""
    for extra in (0, 10_000):
        await screen.poll(
            *(
                carried(RANKED[name], received=extra * (ord(name) - 96), sent=extra * (ord(name) - 96))
                for name in order
            )
        )


async def orders_of(screen: Screen, name: str, key: str) -> list[list[str]]:
    """The processes in a table after one click on a header and after another, the alphabetic order first."""
    orders = []
    for _ in range(2):
        await screen.click_header(screen.table(name), key)
        orders.append(screen.processes(name))
        column, reverse = screen.table(name)._sort
        assert column == key
        label = next(column.label for column in screen.table(name).columns if column.key == key)
        assert label.strip() + ("↓" if reverse else "↑") in screen.lines(name)[0]
    return sorted(orders)


async def test_sorts_by_a_click_on_any_header() -> None:
    async with running(size=(240, 20)) as screen:
        await with_rates(screen)
        await screen.press("v")
        shown = [column.key for column in screen.table("all").shown_columns]
        assert set(shown) == set(CONNECTION_SORT) - {"to_port", "rate"}
        orders = {key: await orders_of(screen, "all", key) for key in shown}
        assert orders == {key: [list("abc"), list("cba")] for key in shown}


async def test_inbound_is_sorted_by_the_port_it_came_to() -> None:
    async with running() as screen:
        await screen.poll(
            inbound("198.51.100.1:50001", local="10.0.0.5:443", process="b"),
            inbound("198.51.100.1:50002", local="10.0.0.5:22", process="a"),
        )
        await screen.click_header(screen.table("inbound"), "to_port")
        assert screen.processes("inbound") == ["a", "b"]
        await screen.click_header(screen.table("inbound"), "to_port")
        assert screen.processes("inbound") == ["b", "a"]


def test_every_column_of_connections_can_be_sorted_by() -> None:
    from netmon.tui.columns import Moment

    assert set(connection_columns(Moment())) == set(CONNECTION_SORT) - {"rate"}


def summed() -> list[SocketRecord]:
    """Connections of the processes a, b and c, whose sums stand in that order by every column."""
    made = []
    for rank, name in enumerate("abc", 1):
        holder = process(name, rank, user=name, uid=rank)
        for number in range(rank):
            ports = f"{rank}{number}"
            made.append(held(inbound(f"198.51.100.1:500{ports}"), holder))
            made.append(held(outbound(f"198.51.100.2:8{ports}", local=f"10.0.0.5:400{ports}"), holder))
    return made


async def test_sorts_the_sums_by_any_header_and_polling_goes_on() -> None:
    async with running() as screen:
        records = summed()
        more = [carried(record, received=10, sent=10) for record in records]
        await screen.poll(*records)
        await screen.poll(*more)
        await screen.press("v", "v")
        keys = [key for key in PROCESS_SORT if key not in ("age", "rate")]
        orders = {key: await orders_of(screen, "processes", key) for key in keys}
        assert orders == {key: [list("abc"), list("cba")] for key in keys}
        for key in ("user", "connections", "inbound", "outbound"):
            await screen.click_header(screen.table("processes"), key)
            await screen.poll(*more)
            assert screen.table("processes")._sort[0] == key
        await screen.press("v", "v")
        await screen.poll(NGINX)
        assert "nginx" in screen.line_of("inbound", "nginx")
        assert screen.table("inbound")._sort == ("rate", True)


async def test_sums_are_sorted_by_their_newest_connection() -> None:
    first, second = many(2)
    async with running() as screen:
        await screen.poll(first)
        await screen.poll(first, second)
        await screen.press("v", "v")
        await screen.click_header(screen.table("processes"), "age")
        assert screen.processes("processes") == ["p00000", "p00001"]
        await screen.press("S")
        assert screen.processes("processes") == ["p00001", "p00000"]


async def test_the_order_in_view_turns_around_where_sums_have_no_such_column() -> None:
    async with running() as screen:
        await with_rates(screen)
        await screen.press("v")
        await screen.click_header(screen.table("all"), "remote")
        await screen.press("v")
        assert screen.processes("processes") == ["c", "b", "a"]
        await screen.press("S")
        assert screen.processes("processes") == ["a", "b", "c"]


async def test_a_column_that_cannot_be_sorted_by_changes_nothing() -> None:
    async with running() as screen:
        await screen.poll(*summed())
        await screen.press("v", "v")
        before = screen.processes("processes"), screen.table("processes")._sort
        await screen.click_header(screen.table("processes"), "unit")
        assert (screen.processes("processes"), screen.table("processes")._sort) == before


async def test_s_goes_through_the_columns_in_view_and_shift_s_turns_around() -> None:
    async with running(size=(220, 20)) as screen:
        await with_rates(screen)
        await screen.press("v")
        table = screen.table("all")
        shown = [column.key for column in table.shown_columns]
        start = shown.index("rate_received")
        visited = []
        for _ in (*shown, "rate"):
            await screen.press("s")
            visited.append(table._sort[0])
        assert visited == [*shown[start:], *shown[:start], "rate"]
        first = screen.processes("all")
        await screen.press("S")
        assert screen.processes("all") == first[::-1]


async def test_the_order_outlives_the_next_poll() -> None:
    async with running() as screen:
        await with_rates(screen)
        await screen.press("v")
        await screen.click_header(screen.table("all"), "process")
        await with_rates(screen, "bca")
        assert screen.processes("all") == ["a", "b", "c"]


# -- filter


async def test_filters_while_it_is_typed_and_says_how_much_is_shown() -> None:
    async with running() as screen:
        await screen.poll(NGINX, CURL, VPN)
        await screen.press("slash")
        await screen.type("proc:curl")
        assert screen.processes("outbound") == ["curl"]
        assert not screen.table("inbound").rows
        assert " / proc:curl ▸ 1 of 3 " in screen.status
        assert any("nothing matches the filter" in line for line in screen.lines("inbound"))
        assert screen.title("outbound").startswith(" OUTBOUND  1 connection ")
        await screen.press("enter")
        assert not screen.app.query_one(FilterBox).display
        assert screen.app.focused is screen.table("inbound")
        await screen.poll(NGINX, CURL, VPN, *many(2))
        assert " / proc:curl ▸ 1 of 5 " in screen.status
        await screen.press("escape")
        assert len(screen.table("outbound").rows) == 4
        assert "▸" not in screen.status


async def test_a_bad_filter_keeps_the_last_good_one_and_says_why() -> None:
    async with running() as screen:
        await screen.poll(NGINX, CURL, VPN)
        await screen.filter("proc:curl -port")
        await screen.type(":x")
        assert screen.processes("outbound") == ["curl"]
        assert any("-port:x" in line and "✕" in line for line in screen.text)
        assert " / proc:curl" in screen.status
        await screen.poll(NGINX, CURL, VPN)
        assert screen.processes("outbound") == ["curl"]
        await screen.press("backspace")
        await screen.type("1")
        assert " / proc:curl -port:1 ▸ 1 of 3 " in screen.status
        assert not any("✕" in line for line in screen.text)


async def test_letters_that_are_keys_elsewhere_are_typed() -> None:
    async with running() as screen:
        await screen.poll(NGINX, CURL)
        await screen.press("slash")
        await screen.type("qsvnyp? 123")
        assert screen.app.query_one(Input).value == "qsvnyp? 123"
        assert screen.app.is_running


async def test_a_filter_holds_in_every_view() -> None:
    async with running() as screen:
        await screen.poll(NGINX, CURL, VPN)
        await screen.filter("vpn")
        await screen.press("enter", "v")
        assert screen.processes("all") == ["vpn"]
        await screen.press("v")
        assert screen.processes("processes") == ["vpn"]


# -- freeze


async def test_freezing_loses_nothing() -> None:
    first = many(20)
    async with running() as screen:
        await screen.poll(*first)
        await screen.press("space")
        shown = screen.lines("outbound")
        new = [inbound(f"198.51.100.20:{port}") for port in range(1000, 1037)]
        at = screen.now + 0.9
        await screen.poll(*first[12:], *new, closed=[ended(record, at) for record in first[:12]])
        await screen.poll(*first[12:], *new, after=6)
        assert screen.lines("outbound") == shown
        assert not screen.table("inbound").rows
        assert "FROZEN 7s · +37 new, 12 closed since" in screen.status
        await screen.press("space")
        assert len(screen.table("inbound").rows) == 37
        assert len(screen.table("outbound").rows) == 8
        assert "FROZEN" not in screen.status


async def test_what_is_frozen_can_be_sorted_and_filtered() -> None:
    async with running() as screen:
        await with_rates(screen)
        await screen.press("v", "p")
        await screen.poll()
        await screen.click_header(screen.table("all"), "process")
        assert screen.processes("all") == ["a", "b", "c"]
        await screen.filter("proc:b")
        assert screen.processes("all") == ["b"]
        assert "FROZEN" in screen.status
        assert "▸ 1 of 3" in screen.status
        await screen.press("escape", "escape")
        assert "FROZEN" not in screen.status
        assert not screen.table("all").rows


# -- details, copies, names


async def test_enter_opens_details_beside_or_over_the_table_and_escape_goes_back() -> None:
    for size in SIZES:
        async with running(size=size) as screen:
            await screen.poll(NGINX, CURL)
            await screen.press("enter")
            assert "nginx" in " ".join(screen.details)
            panel = screen.app.query_one(DetailPanel).region
            beside = size[0] >= 100
            assert screen.app.query_one("#panes").display is beside
            if beside:
                assert screen.pane("inbound").region.right <= panel.x
            else:
                assert panel.width == size[0]
            await screen.press("escape")
            assert not screen.details
            assert screen.app.query_one("#panes").display
            assert screen.app.focused is screen.table("inbound")


async def test_details_follow_the_cursor_and_name_the_parents() -> None:
    async with running() as screen:
        await screen.poll(*many(3))
        await screen.press("tab", "enter")
        await screen.until(lambda: "bash" in " ".join(screen.details))
        first = screen.details[0]
        await screen.press("j")
        assert screen.details[0] != first
        row = screen.table("outbound").cursor_row
        assert row is not None
        assert row.owner.processes[0].name in screen.details[0]


async def test_details_stay_when_their_connection_is_gone() -> None:
    async with running() as screen:
        await screen.poll(NGINX, CURL)
        await screen.press("enter")
        await screen.poll(CURL, after=1)
        await screen.poll(CURL, after=10)
        assert "nginx" in " ".join(screen.details)


async def test_details_of_a_sum() -> None:
    async with running() as screen:
        await screen.poll(NGINX, CURL, outbound("203.0.113.8:22"))
        await screen.press("v", "v", "enter")
        assert "curl" in " ".join(screen.details)


async def test_escape_goes_back_one_step_at_a_time() -> None:
    async with running() as screen:
        await screen.poll(NGINX, CURL)
        await screen.press("space")
        await screen.filter("nginx")
        await screen.press("enter", "enter")
        assert screen.details
        await screen.press("escape")
        assert (bool(screen.details), "▸" in screen.status, "FROZEN" in screen.status) == (False, True, True)
        await screen.press("escape")
        assert ("▸" in screen.status, "FROZEN" in screen.status) == (False, True)
        await screen.press("escape")
        assert "FROZEN" not in screen.status


async def test_y_copies_the_row_under_the_cursor() -> None:
    async with running() as screen:
        await screen.press("y")
        assert not screen.app.clipboard
        await screen.poll(NGINX, CURL)
        await screen.press("y")
        assert "198.51.100.20:50122" in screen.app.clipboard
        assert "nginx" in screen.app.clipboard
        assert "\n" not in screen.app.clipboard
        await screen.press("tab", "y")
        assert "203.0.113.7:443" in screen.app.clipboard
        await screen.press("v", "v", "y")
        assert screen.app.clipboard in ("curl 4711", "nginx 812")


async def test_n_shows_names_as_they_arrive_and_numbers_again() -> None:
    answer = threading.Event()

    def resolve(address: str) -> str:
        assert answer.wait(20)
        if address == "203.0.113.7":
            return "www.example.net"
        raise OSError("no such name")

    async with running(resolve=resolve) as screen:
        await screen.poll(NGINX, CURL)
        await screen.press("n")
        assert "203.0.113.7:443" in screen.line_of("outbound", "curl")
        answer.set()
        await screen.until(lambda: "www.example.net:443" in screen.line_of("outbound", "curl"))
        assert "198.51.100.20:50122" in screen.line_of("inbound", "nginx")
        await screen.press("n")
        assert "203.0.113.7:443" in screen.line_of("outbound", "curl")


# -- the cursor keeps its place


async def test_the_cursor_stays_on_its_connection() -> None:
    records = many(40)
    async with running(size=(160, 24)) as screen:
        await screen.poll(*records)
        table = screen.table("outbound")
        await screen.press("tab", *["j"] * 25)
        row = table.cursor_row
        assert row is not None
        key = row.key

        def line() -> int:
            return table.cursor_index - table.scroll_offset.y

        def under_cursor() -> object:
            row = table.cursor_row
            return row.key if row is not None else None

        before = line()
        ahead = [outbound(f"203.0.113.9:{port}") for port in range(1, 6)]
        await screen.poll(*[carried(record, received=1000) for record in ahead], *records)
        await screen.poll(*[carried(record, received=9000) for record in ahead], *records)
        assert (under_cursor(), line()) == (key, before)
        await screen.press("S")
        assert under_cursor() == key
        await screen.filter(f"proc:{row.owner.processes[0].name}")
        assert [row.key for row in table.rows] == [key]
        assert under_cursor() == key
        await screen.press("escape")
        assert len(table.rows) == 45
        assert under_cursor() == key
        top = table.scroll_offset.y
        assert top <= table.cursor_index < top + table.size.height - 1


async def test_an_untouched_cursor_stays_at_the_top() -> None:
    first, second = many(2)
    async with running() as screen:
        await screen.poll(first, second)
        await screen.poll(first, carried(second, received=5000))
        assert screen.lines("outbound")[1].startswith("▌p00001")
        await screen.poll(carried(first, received=9000), carried(second, received=5000))
        assert screen.lines("outbound")[1].startswith("▌p00000")


# -- marks


async def test_new_changed_and_closed_rows_are_marked_for_a_while() -> None:
    old = outbound("203.0.113.200:1", process="old", pid=1)
    new, changing, closing = (
        outbound(f"203.0.113.{number}:80", local=f"10.0.0.5:5000{number}", process=name, pid=number)
        for number, name in enumerate(("new", "changing", "closing"), 2)
    )
    async with running() as screen:
        await screen.poll(old, changing, closing)
        assert screen.line_of("outbound", "changing").startswith("changing")
        await screen.poll(old, changing, closing, after=10)
        changed = changing._replace(state=SocketState.CLOSE_WAIT)
        final = carried(closing, received=14_000 - 90_210)
        at = screen.now + 0.5
        await screen.poll(old, new, changed, closed=[ended(final, at)])
        await screen.press("tab")
        assert screen.line_of("outbound", "new 2").startswith("+new")
        assert screen.line_of("outbound", "changing").startswith("~changing")
        line = screen.line_of("outbound", "closing")
        assert "closing 4" in line
        assert line.startswith("✕closing")
        assert "Σ14 kB Σ517 B" in line
        await screen.poll(old, new, changed, after=4)
        assert screen.line_of("outbound", "closing").startswith("✕")
        await screen.poll(old, new, changed, after=2)
        assert not any("closing" in line for line in screen.lines("outbound"))
        assert screen.line_of("outbound", "new 2").startswith("new")
        assert screen.line_of("outbound", "changing").startswith("changing")


async def test_a_closed_row_stands_in_for_its_time_wait() -> None:
    async with running() as screen:
        await screen.poll(CURL)
        remains = CURL._replace(state=SocketState.TIME_WAIT, key="remains", inode=None, tcp=None)
        remains = remains._replace(owner=owner(reason=OwnerReason.TIME_WAIT))
        at = screen.now + 0.5
        await screen.poll(remains, closed=[ended(CURL, at)])
        assert len(screen.table("outbound").rows) == 1
        assert "Σ" in screen.line_of("outbound", "203.0.113.7:443")
        await screen.poll(remains, after=10)
        assert "(was curl 4711)" in screen.line_of("outbound", "203.0.113.7:443")


# -- what goes wrong


async def test_a_collector_that_fails_says_so_and_the_app_goes_on() -> None:
    async with running() as screen:
        await screen.poll(NGINX, CURL)
        for outcome in (CollectorError("netlink: no buffer space"), RuntimeError("boom [/x]\x1b[31m")):
            await screen.outcome(outcome)
            message = "netlink: no buffer space" if isinstance(outcome, CollectorError) else "boom [/x]"
            assert f"✕ not read: {'' if 'netlink' in message else 'RuntimeError: '}{message}" in screen.status
            assert all(line.isprintable() for line in screen.text)
            assert "nginx" in screen.line_of("inbound", "nginx")
            await screen.press("v", "v", "v", "v")
        await screen.poll(NGINX, CURL, VPN)
        assert "not read" not in screen.status
        assert len(screen.table("outbound").rows) == 2


async def test_a_collector_that_fails_from_the_start_says_so() -> None:
    async with running() as screen:
        await screen.outcome(CollectorError("NETLINK_SOCK_DIAG refused"))
        assert "✕ not read: NETLINK_SOCK_DIAG refused" in screen.status
        await screen.poll(NGINX)
        assert "not read" not in screen.status
        assert "nginx" in screen.line_of("inbound", "nginx")


async def test_lost_events_and_degradations_are_said() -> None:
    async with running() as screen:
        await screen.poll(
            NGINX, lost_events=3, degradations=(Degradation("closed", "destroy events refused: denied"),)
        )
        assert "⚠ closings lost: event overflow ×3" in screen.status
        assert "closed: destroy events refused: denied" in screen.status


# -- hostile names, sizes


MONSTER = Process(666, HOSTILE * 6000, (HOSTILE * 6000, "\x1b]0;owned\x07"), 0, "[bold]")


@pytest.mark.parametrize("size", SIZES)
async def test_hostile_names_are_only_text(size: tuple[int, int]) -> None:
    monster = held(outbound(), MONSTER)._replace(interface="\x1b[31m[/x]")
    local = held(inbound("127.0.0.1:5", local="127.0.0.1:6"), MONSTER)
    half = held(outbound("127.0.0.1:6", local="127.0.0.1:5"), MONSTER)
    assert len(MONSTER.name) > 100_000

    async with running(size=size, resolve=lambda address: "[/x]\x1b[31m\u202e.example") as screen:
        for keys in (
            ["n"],
            ["v"],
            ["v"],
            ["enter"],
            ["y"],
            ["escape"],
            ["v"],
            ["v"],
            ["tab", "enter"],
            ["y"],
        ):
            await screen.poll(monster, local, half)
            await screen.press(*keys)
            assert all(line.isprintable() for line in screen.text), keys
        assert screen.app.clipboard.isprintable()


@pytest.mark.parametrize("size", [*SIZES, (20, 5)])
async def test_every_size_shows_every_view_details_and_help(size: tuple[int, int]) -> None:
    async with running(size=size) as screen:
        await screen.poll(NGINX, CURL, VPN, *many(100))
        for key in ("v", "v", "enter", "escape", "v", "slash", "escape", "question_mark"):
            await screen.press(key)
            assert {len(line) for line in screen.text} <= {size[0]}
        await screen.poll(NGINX)
        assert isinstance(screen.app.screen, HelpScreen)


# -- ten thousand


async def test_of_ten_thousand_rows_only_those_in_view_are_formatted() -> None:
    records = many(10_000)
    async with running(size=WIDE) as screen:
        await screen.poll(*records)
        table = screen.table("outbound")
        assert len(table.rows) == 10_000
        formatted: list[str] = []
        column = table.columns[0]
        text = column.text

        def noted(row: Any) -> str:
            formatted.append(text(row))
            return formatted[-1]

        object.__setattr__(column, "text", noted)
        await screen.poll(*[carried(record, received=number) for number, record in enumerate(records)])
        visible = table.size.height - 1
        assert 0 < len(formatted) <= visible + 1
        assert "p09999" in formatted[0]
        formatted.clear()
        await screen.press("tab", "G")
        assert 0 < len(formatted) <= 3 * visible
        assert "p00000" in screen.lines("outbound")[-1]


# -- real sockets


def closed_by_reset(sock: socket.socket) -> None:
    """End a connection so that nothing of it stays."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("=ii", 1, 0))
    sock.close()


def process_name() -> str:
    """The name of this process, as the kernel has it."""
    with open("/proc/self/comm", encoding="utf-8") as comm:
        return comm.read().strip()


async def test_a_real_connection_comes_with_its_bytes_and_goes() -> None:
    with tcp_pair() as (client, server):
        ports = port_of(client), port_of(server)
        async with running(LinuxCollector(), size=(200, 50)) as screen:
            # Both, since either alone may also be the port of something that lies in TIME_WAIT.
            await screen.filter(f"port:{ports[0]} port:{ports[1]}")
            await screen.press("enter")
            await screen.until(lambda: screen.table("inbound").rows and screen.table("outbound").rows)
            me = f"{process_name()} {os.getpid()}"
            await screen.until(lambda: f"⟲ {me}" in " ".join(screen.lines("inbound")))
            client.sendall(b"x" * 50_000)

            def received() -> bool:
                return any(row.bytes_received == 50_000 for row in screen.table("inbound").rows)

            await screen.until(received)
            closed_by_reset(client)
            closed_by_reset(server)
            await screen.until(lambda: any("✕" in line for line in screen.lines("inbound")))
            assert "Σ50 kB" in " ".join(screen.lines("inbound"))


async def test_the_history_keeps_what_has_left_the_other_views() -> None:
    async with running() as screen:
        await screen.poll(NGINX, CURL)
        await screen.poll(NGINX, closed=[ended(carried(CURL, received=1000), screen.now + 0.5)])
        await screen.poll(NGINX, after=LINGER_S + 1)
        assert "curl" not in "\n".join(screen.text)
        await screen.press("v", "v", "v")
        assert screen.title("closed").startswith(" CLOSED  1 connection · ▼ ")
        assert "curl 4711 ──▶ 203.0.113.7:443" in screen.line_of("closed", "curl")
        await screen.press("s")
        assert screen.table("closed")._sort[0] != "closed_at"
        await screen.press("enter")
        assert any("closed" in line for line in screen.text)


async def test_only_a_row_with_an_open_socket_can_be_stopped() -> None:
    async with running() as screen:
        await screen.poll(NGINX, CURL)
        await screen.poll(NGINX, closed=[ended(carried(CURL, received=1000), screen.now + 0.5)])
        for name in ("processes", "closed"):
            await screen.press("v", *(["v"] if name == "processes" else []))
            assert screen.table(name).cursor_row is not None
            await screen.press("K")
            assert not isinstance(screen.app.screen, StopScreen)
        await screen.press("v", "K")
        assert isinstance(screen.app.screen, StopScreen)
