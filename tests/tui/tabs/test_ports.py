"""The ports tab, driven by keys over staged listeners and over real ones."""

from __future__ import annotations

import os
import re
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, closing
from typing import Any

import pytest
from textual.app import App, ComposeResult
from textual.events import Paste
from textual.pilot import Pilot
from textual.widgets import Input

from netmon.collectors.linux import LinuxCollector
from netmon.engine.listener_log import local_end
from netmon.engine.state import State
from netmon.engine.tracker import Tracker
from netmon.model.connection import Connection, Direction
from netmon.model.process import OwnerReason
from netmon.model.snapshot import ProcessCount
from netmon.ports.view import PortRow
from netmon.tui.columns import Moment
from netmon.tui.port_columns import port_columns
from netmon.tui.port_panes.listeners import headline
from netmon.tui.tabs.ports import PortsTab
from netmon.tui.tabs.table_tab import GONE
from netmon.tui.widgets.detail_panel import DetailLines, DetailPanel
from netmon.tui.widgets.filter_box import FilterBox
from netmon.tui.widgets.line import Line
from netmon.tui.widgets.live_table import LiveTable
from tests import staging
from tests.builders import HOSTILE, NOW, TAKEN_AT, connection, listener, owner, process, state
from tests.sockets import Channel, connect, forked, inode_of, port_of, wait_for
from tests.sockets import listener as real_listener

SIZES = [(40, 10), (80, 24), (160, 50)]

STARTED = TAKEN_AT.timestamp() - 3600 * 12
SSHD = process("sshd", 640, user="root", uid=0, started_at=STARTED)
SSH = listener("0.0.0.0:22", process=SSHD, service="ssh")
POSTGRES = listener("127.0.0.1:5432", process=process("postgres", 701), service="postgresql")
NODE = listener("[::1]:5173", process=process("node", 4711))
BUSY = listener("[::]:8080", process=process("python3", 5120), socket={"receive_queue": 100})
DNS = listener("0.0.0.0:53", protocol="udp", process=None, socket={"receive_queue": 212, "drops": 3})
STAGED = [SSH, POSTGRES, NODE, BUSY, DNS]


SHELL = process("bash", 700)

MOMENT = Moment()
MOMENT.wall = TAKEN_AT.timestamp()


def make_tab() -> PortsTab:
    """The tab over processes that a shell started."""
    return PortsTab(lambda pid: (SHELL,))


class TabApp(App[None]):
    """Holds the tab alone."""

    def __init__(self) -> None:
        super().__init__()
        self.tab = make_tab()

    def compose(self) -> ComposeResult:
        """The tab alone."""
        yield self.tab

    def on_mount(self) -> None:
        """As the app does when a tab is opened."""
        self.tab.focus_first()


class Screen:
    """What a user sees and does."""

    def __init__(self, pilot: Pilot[None], tab: PortsTab) -> None:
        self.pilot, self.tab = pilot, tab
        self.table: LiveTable[PortRow] = tab.query(LiveTable).first()

    async def show(self, shown: State) -> None:
        """As the app does with each state."""
        self.tab.show_projection(shown, self.tab.project(shown))
        await self.pilot.pause()

    async def listen(self, *listeners: Connection, **fields: Any) -> None:
        await self.show(state(listeners=listeners, **fields))

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def filter(self, text: str) -> None:
        await self.press("slash")
        self.tab.query_one(Input).post_message(Paste(text))
        await self.pilot.pause()

    @property
    def ports(self) -> list[int]:
        """The ports in order."""
        return [row.group.port for row in self.table.rows if not row.tree]

    @property
    def under_cursor(self) -> int:
        row = self.table.cursor_row
        assert row is not None
        return row.group.port

    @property
    def sorted_by(self) -> tuple[str | None, bool]:
        """The column that the header marks, and whether it goes from high to low."""
        return self.table._sort

    @property
    def lines(self) -> list[str]:
        """What the table shows, its header first."""
        return [self.table.render_line(y).text for y in range(self.table.size.height)]

    @property
    def details(self) -> list[str]:
        """What the details say; nothing while they are closed."""
        panel = self.tab.query_one(DetailPanel)
        return panel.query_one(DetailLines).lines if panel.display else []

    async def until_details(self, text: str) -> None:
        """Wait until the details say something."""
        deadline = time.monotonic() + 5
        while text not in " ".join(self.details):
            assert time.monotonic() < deadline, self.details
            await self.pilot.pause(0.01)

    @property
    def status(self) -> str:
        return self.tab.query_one("#ports-status", Line).text

    @property
    def head(self) -> str:
        return self.tab._pane.query_one(Line).text

    def line_of(self, text: str) -> str:
        """The line with this text, its white space squeezed."""
        (line,) = [line for line in self.lines if text in line]
        return " ".join(line.split())


@asynccontextmanager
async def opened(size: tuple[int, int] = (160, 50)) -> AsyncIterator[Screen]:
    app = TabApp()
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield Screen(pilot, app.tab)


def cells(row: Connection, connections: Sequence[Connection] = ()) -> dict[str, str]:
    """What each column says of a listener."""
    (found,) = make_tab().project(state(connections, [row])).view.rows
    return {column.key: column.text(found).strip() for column in port_columns(MOMENT)}


# What the columns say


def test_a_listener_in_full() -> None:
    taken = [connection(local="10.0.0.5:22", direction=Direction.INBOUND)]
    assert cells(SSH, taken) == {
        "port": "22/tcp",
        "service": "ssh",
        "owner": "sshd 640",
        "user": "root",
        "since": "12h",
        "address": "0.0.0.0",
        "range": "well-known",
        "loopback4": "●",
        "loopback6": "○",
        "lan4": "●",
        "lan6": "○",
        "queue": "0/128",
        "inbound": "1",
        "rate_received": "45 kB",
        "rate_sent": "0 B",
        "note": "",
    }


def test_udp_has_no_accept_queue_but_bytes_that_wait_and_drops() -> None:
    said = cells(DNS)
    assert (said["port"], said["queue"], said["note"]) == ("53/udp", "212 B", "3 datagrams dropped")
    assert (said["rate_received"], said["rate_sent"]) == ("not", "counted")
    untold = cells(listener("0.0.0.0:53", protocol="udp", socket={"receive_queue": None}))
    assert (untold["queue"], untold["note"]) == ("–", "")


@pytest.mark.parametrize(("waiting", "said"), [(64, "64/128"), (65, "65/128 ▲"), (129, "129/128 ▲")])
def test_a_queue_above_half_is_marked(waiting: int, said: str) -> None:
    assert cells(listener(socket={"receive_queue": waiting}))["queue"] == said


def test_owners_that_are_several_or_unknown() -> None:
    assert cells(listener(owner=owner(process("a", 1), process("b", 2))))["owner"] == "a 1 +1"
    foreign = cells(DNS)
    assert foreign["owner"] == "(uid 33) backup.service: other user"
    assert foreign["user"] == "33"
    assert cells(listener(owner=owner(uid=5)))["owner"] == "(uid 5) other user"
    assert cells(listener(owner=owner(reason=OwnerReason.KERNEL)))["owner"] == "(kernel)"


def test_a_bound_interface_stands_behind_the_address() -> None:
    assert cells(listener(socket={"interface": "eth0"}))["address"] == "0.0.0.0%eth0"


def test_unknown_reach_is_neither_yes_nor_no() -> None:
    (row,) = make_tab().project(state(listeners=[SSH], addresses={})).view.rows
    said = {column.key: column.text(row).strip() for column in port_columns(MOMENT)}
    assert (said["loopback4"], said["lan4"], said["lan6"]) == ("●", "–", "○")


def test_the_headline_counts_and_warns() -> None:
    view = make_tab().project(state(listeners=STAGED)).view
    assert headline(view.groups).plain == (
        " PORTS  5 ports · 3 open to other machines · ⚠ accept queue filling: 8080"
    )
    assert headline(view.groups[:1]).plain == " PORTS  1 port · 1 open to other machines"
    full = [listener(f"127.0.0.1:{port}", socket={"receive_queue": 99}) for port in range(1, 6)]
    assert headline(make_tab().project(state(listeners=full)).view.groups).plain.endswith(
        "1, 2, 3 and 2 more"
    )
    full[4] = listener("127.0.0.1:5", socket={"receive_queue": 128})
    assert headline(make_tab().project(state(listeners=full)).view.groups).plain.endswith(
        " · ⚠ accept queue full: 5 · ⚠ accept queue filling: 1, 2, 3 and 1 more"
    )


# On the screen


@pytest.mark.parametrize("size", SIZES)
async def test_fits_every_terminal(size: tuple[int, int]) -> None:
    async with opened(size) as screen:
        await screen.listen(*STAGED)
        assert {len(line) for line in screen.lines} == {size[0] - 1}
        assert screen.tab.region.bottom == size[1]
        header = screen.lines[0]
        for label in ("PORT", "OWNER", "LAN4"):
            assert label in header
        for label in ("LAN6", "::1", "QUEUE", "IN", "▼/s", "▲/s"):
            assert (label in header) == (size[0] >= 80)
        for label in ("127.0.0.1", "SERVICE", "USER", "SINCE", "NOTE"):
            assert (label in header) == (size[0] >= 160)
        assert "sshd 640" in screen.line_of("22/tcp")


async def test_says_that_it_waits_and_that_there_is_nothing() -> None:
    async with opened() as screen:
        assert any("waiting for the first poll" in line for line in screen.lines)
        await screen.listen()
        assert any("no listeners" in line for line in screen.lines)
        await screen.listen(SSH)
        await screen.filter("nothing-like-it")
        assert any("nothing matches the filter" in line for line in screen.lines)


@pytest.mark.parametrize("size", SIZES)
async def test_a_hostile_name_is_only_text(size: tuple[int, int]) -> None:
    hostile = listener("0.0.0.0:6666", process=HOSTILE, service="[/x]")
    async with opened(size) as screen:
        await screen.listen(hostile)
        await screen.filter("[/x]")
        assert screen.ports == [6666]
        assert all(line.isprintable() for line in (*screen.lines, screen.head, screen.status))
        assert "=[/x]" in screen.line_of("6666/tcp")
        assert "/ [/x] ▸ 1 of 1" in screen.status


async def test_sorts_by_the_keys() -> None:
    async with opened() as screen:
        await screen.listen(*STAGED)
        assert screen.ports == [22, 53, 5173, 5432, 8080]
        assert screen.sorted_by == ("port", False)
        await screen.press("S")
        assert screen.ports == [8080, 5432, 5173, 53, 22]
        assert screen.sorted_by == ("port", True)
        await screen.press("s")
        assert screen.sorted_by == ("service", False)
        for _ in range(len(screen.table.shown_columns) - 1):
            await screen.press("s")
        assert screen.sorted_by == ("port", False)


async def test_sorts_by_a_click_on_a_header() -> None:
    async with opened() as screen:
        await screen.listen(*STAGED)
        x = screen.lines[0].index("QUEUE")
        await screen.pilot.click(LiveTable, offset=(x, 0))
        await screen.pilot.pause()
        assert screen.ports[0] == 8080
        await screen.pilot.click(LiveTable, offset=(x, 0))
        await screen.pilot.pause()
        assert screen.ports[-1] == 8080


async def test_the_order_outlives_the_next_state() -> None:
    async with opened() as screen:
        await screen.listen(*STAGED)
        await screen.press("S")
        await screen.listen(SSH, NODE)
        assert screen.ports == [5173, 22]


async def test_a_view_computed_before_the_last_key_press_is_arranged_anew() -> None:
    async with opened() as screen:
        shown = state(listeners=STAGED)
        stale = screen.tab.project(shown)
        await screen.press("S")
        screen.tab.show_projection(shown, stale)
        assert screen.ports == [8080, 5432, 5173, 53, 22]


async def test_filters_while_typing_and_says_how_much_is_shown() -> None:
    async with opened() as screen:
        await screen.listen(*STAGED)
        await screen.filter("proto:udp")
        assert screen.ports == [53]
        assert screen.status.startswith("  / proto:udp ▸ 1 of 5 ")
        assert "1 port ·" in screen.head
        await screen.press("enter")
        assert screen.tab.app.focused is screen.table
        await screen.listen(*STAGED, listener("0.0.0.0:5353", protocol="udp"))
        assert screen.ports == [53, 5353]
        assert "▸ 2 of 6" in screen.status
        await screen.press("escape")
        assert len(screen.ports) == 6
        assert "▸" not in screen.status


async def test_an_invalid_filter_leaves_the_rows_and_says_why() -> None:
    async with opened() as screen:
        await screen.listen(*STAGED)
        await screen.filter("proto:udpx")
        assert len(screen.ports) == 5
        assert "proto:udpx" in screen.tab.query_one("#filter-error", Line).text
        await screen.press("escape")
        assert not screen.tab.query_one(FilterBox).display
        assert screen.tab.app.focused is screen.table


async def test_the_cursor_stays_on_its_listener() -> None:
    async with opened() as screen:
        await screen.listen(*STAGED)
        await screen.press("j", "j")
        assert screen.under_cursor == 5173
        await screen.listen(listener("0.0.0.0:1"), listener("0.0.0.0:2"), *STAGED)
        assert screen.under_cursor == 5173
        await screen.press("S")
        assert screen.under_cursor == 5173
        await screen.filter("addr:::1")
        assert screen.under_cursor == 5173


async def test_new_listeners_are_marked_for_a_moment() -> None:
    new = listener("0.0.0.0:9999", first_seen_at=NOW + 2, changed_at=NOW + 2, open_since=NOW + 2)
    async with opened() as screen:
        await screen.listen(SSH)
        await screen.listen(SSH, new, monotonic=NOW + 2)
        assert screen.line_of("9999/tcp").startswith("+ 9999/tcp")
        await screen.listen(SSH, new, monotonic=NOW + 60)
        assert screen.line_of("9999/tcp").startswith("9999/tcp")


async def test_what_was_there_at_the_first_look_is_not_new() -> None:
    there = listener("0.0.0.0:9999", first_seen_at=NOW, changed_at=NOW)
    async with opened() as screen:
        await screen.listen(SSH, there)
        assert screen.line_of("9999/tcp").startswith("9999/tcp")


async def test_frozen_rows_stand_still_and_can_be_sorted() -> None:
    async with opened() as screen:
        await screen.listen(*STAGED)
        await screen.press("space")
        await screen.listen(SSH, monotonic=NOW + 7)
        assert len(screen.ports) == 5
        assert "FROZEN 7s" in screen.status
        await screen.press("S")
        assert screen.ports == [8080, 5432, 5173, 53, 22]
        await screen.press("escape")
        assert screen.ports == [22]
        assert "FROZEN" not in screen.status


# Details


@pytest.mark.parametrize("size", SIZES)
async def test_enter_explains_and_escape_goes_back(size: tuple[int, int]) -> None:
    async with opened(size) as screen:
        await screen.listen(*STAGED)
        await screen.press("enter")
        assert "sshd" in screen.details[0]
        await screen.until_details("bash")
        assert screen.tab._pane.display is (size[0] >= 100)
        assert all(len(line) <= size[0] for line in screen.details)
        await screen.press("escape")
        assert not screen.details
        assert screen.tab.app.focused is screen.table


async def test_details_follow_the_cursor() -> None:
    async with opened() as screen:
        await screen.listen(*STAGED)
        await screen.press("j")
        assert not screen.details
        await screen.press("enter")
        assert "needs root" in " ".join(screen.details)
        await screen.press("j")
        assert "node" in screen.details[0]
        await screen.until_details("bash")


async def test_details_say_when_the_listener_is_gone() -> None:
    async with opened((80, 24)) as screen:
        await screen.listen(*STAGED)
        await screen.press("enter")
        assert not screen.details[0].startswith(GONE[:20])
        await screen.listen(POSTGRES)
        assert screen.details[0].startswith(GONE[:20])
        await screen.until_details("sshd")


async def test_details_of_a_process_say_that_it_uses_no_port_any_more() -> None:
    async with opened((80, 24)) as screen:
        await screen.listen(*STAGED)
        await screen.press("v", "enter")
        await screen.listen()
        assert screen.details[0].startswith("It uses no port any more;")


async def test_escape_closes_the_details_before_it_clears_the_filter() -> None:
    async with opened() as screen:
        await screen.listen(*STAGED)
        await screen.filter("ssh")
        await screen.press("enter", "enter")
        assert screen.details
        await screen.press("escape")
        assert (screen.details, screen.ports) == ([], [22])
        await screen.press("escape")
        assert len(screen.ports) == 5


async def test_details_of_a_hostile_name_are_only_text() -> None:
    async with opened() as screen:
        await screen.listen(listener("0.0.0.0:6666", process=HOSTILE))
        await screen.press("enter")
        assert "=[/x]" in screen.details[0]
        assert all(line.isprintable() for line in screen.details)


async def test_copies_the_row_under_the_cursor() -> None:
    async with opened() as screen:
        await screen.press("y")
        assert not screen.tab.app.clipboard
        await screen.listen(*STAGED)
        await screen.press("y")
        assert "0.0.0.0:22" in screen.tab.app.clipboard


# Real listeners


@pytest.fixture
def machine() -> Iterator[Callable[[], State]]:
    """A new look at this machine."""
    tracker = Tracker()
    with closing(LinuxCollector()) as collector:
        yield lambda: tracker.update(collector.poll())


async def test_a_real_listener_its_queue_and_its_connections(machine: Callable[[], State]) -> None:
    with real_listener(backlog=4) as server:
        port = port_of(server)
        name = f"{port}/tcp"
        async with opened() as screen:
            await screen.show(machine())
            assert "0/4" in screen.line_of(name)
            client, accepted = connect(server)
            waiting = [socket.create_connection(("127.0.0.1", port), timeout=10) for _ in range(3)]
            with client, accepted:
                await screen.show(machine())
                line = screen.line_of(name)
                assert f"{process_name()} " in line
                assert "● ○ ○ ○ 3/4 ▲ 4 0 B 0 B ⚠ accept queue filling" in line
                assert re.search(rf"⚠ accept queue filling: .*({port}|more)", screen.head)
            for each in waiting:
                each.close()


async def test_a_real_listener_comes_marked_and_goes(machine: Callable[[], State]) -> None:
    async with opened() as screen:
        await screen.show(machine())
        with real_listener(socket.AF_INET6) as server:
            name = f"{port_of(server)}/tcp"
            await screen.show(machine())
            line = screen.line_of(name)
            assert line.startswith(("+ ", "▌"))
            assert "○ ● ○ ○" in line
            assert "+ new since" in line
            assert inode_of(server) in [row.sockets[0].listener.socket.inode for row in screen.table.rows]
        await screen.show(machine())
        assert screen.line_of(name).startswith(("✕ ", "▌"))
        assert screen.line_of(name).endswith("✕ gone 1s ago")


async def test_real_drops_of_a_real_udp_socket(machine: Callable[[], State]) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as receiver, socket.socket(type=socket.SOCK_DGRAM) as sender:
        receiver.bind(("127.0.0.1", 0))
        receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        name = f"{port_of(receiver)}/udp"

        def shown() -> State | None:
            for _ in range(20):
                sender.sendto(b"x" * 1000, receiver.getsockname())
            new = machine()
            return (
                new
                if any(row.socket.drops and row.socket.local == _end(receiver) for row in new.listeners)
                else None
            )

        async with opened() as screen:
            await screen.show(wait_for(shown))
            line = screen.line_of(name)
            assert "B 0 not counted" in line
            assert re.search(r" [1-9][0-9,]* datagrams? dropped$", line)


def _end(sock: socket.socket) -> tuple[str, int]:
    address, port = sock.getsockname()
    return address, port


def process_name() -> str:
    """The name of this process, as the kernel has it."""
    with open("/proc/self/comm", encoding="utf-8") as file:
        return file.read().strip()


# Groups


def web(count: int, host: str = "0.0.0.0") -> list[Connection]:
    """A server with so many workers, each with a socket of its own."""
    return [
        listener(f"{host}:443", process=process("nginx", pid), service="https") for pid in range(1, count + 1)
    ]


async def test_a_port_with_several_sockets_stands_over_them_under_every_order() -> None:
    strangers = [SSH, *web(2), listener("[::]:443", process=process("node", 9))]
    async with opened() as screen:
        await screen.listen(*strangers)
        for _ in screen.table.shown_columns:
            trees = [row.tree for row in screen.table.rows]
            at = next(index for index, row in enumerate(screen.table.rows) if row.group.port == 443)
            assert trees[at : at + 4] == ["", "├", "├", "└"]
            await screen.press("s")
        group = screen.line_of("443/tcp")
        assert "2 owners: nginx 1 +…" in group
        assert "· 4 sockets" in screen.head


async def test_sockets_fold_away_and_come_back() -> None:
    async with opened() as screen:
        await screen.listen(SSH, *web(2))
        assert len(screen.table.rows) == 4
        await screen.press("e")
        assert [row.tree for row in screen.table.rows] == ["", ""]
        await screen.listen(SSH, *web(3))
        assert len(screen.table.rows) == 2
        await screen.press("e")
        assert len(screen.table.rows) == 5


async def test_many_sockets_are_one_line_until_enter_opens_them() -> None:
    async with opened((80, 24)) as screen:
        workers = web(12)
        await screen.listen(SSH, *workers)
        assert "12 sockets, Enter" in screen.line_of("└ …")
        await screen.press("j", "j", "enter")
        assert len(screen.table.rows) == 14
        assert not screen.details
        await screen.listen(SSH, *workers)
        assert len(screen.table.rows) == 14


async def test_the_cursor_stays_on_a_socket_and_on_a_port_that_grows() -> None:
    async with opened() as screen:
        workers = web(3)
        await screen.listen(SSH, *workers[:1])
        await screen.press("j")
        assert screen.under_cursor == 443
        await screen.listen(SSH, *workers)
        row = screen.table.cursor_row
        assert row is not None
        assert (row.group.port, row.tree) == (443, "")
        await screen.press("j", "j")
        await screen.press("S")
        await screen.listen(NODE, SSH, *workers)
        row = screen.table.cursor_row
        assert row is not None
        assert row.key == workers[1].key


async def test_a_filter_shows_the_port_of_the_socket_that_matches() -> None:
    async with opened() as screen:
        await screen.listen(SSH, *web(3))
        await screen.filter("pid:2")
        assert [(row.group.port, row.tree) for row in screen.table.rows] == [(443, ""), (443, "└")]
        assert "▸ 1 of 2" in screen.status


async def test_details_and_copies_of_a_port_and_of_one_of_its_sockets() -> None:
    async with opened() as screen:
        await screen.listen(*web(2))
        await screen.press("enter")
        assert "hold port 443/tcp with 2 sockets" in " ".join(screen.details)
        await screen.press("j")
        await screen.until_details("listens on 0.0.0.0:443")
        await screen.press("y")
        assert screen.tab.app.clipboard.count("0.0.0.0:443") == 1
        await screen.press("escape", "k", "y")
        assert screen.tab.app.clipboard.count("0.0.0.0:443") == 2


@pytest.mark.parametrize("size", SIZES)
async def test_hostile_names_in_the_lines_of_a_group(size: tuple[int, int]) -> None:
    hostile = [
        listener(f"{host}:6666", process=process(HOSTILE, pid)) for host, pid in (("0.0.0.0", 1), ("[::]", 2))
    ]
    async with opened(size) as screen:
        await screen.listen(*hostile)
        assert len(screen.table.rows) == 3
        assert {len(line) for line in screen.lines} == {size[0] - 1}
        assert all(line.isprintable() for line in (*screen.lines, screen.head))
        await screen.press("v")
        assert len(screen.tab._table.rows) == 2
        rows = [screen.tab._table.render_line(y).text for y in range(3)]
        assert all(line.isprintable() for line in rows)


# Drift


async def test_a_port_that_other_machines_reach_now_is_marked_also_in_a_narrow_table() -> None:
    local = listener("127.0.0.1:8080", first_seen_at=NOW - 60)
    wide = listener("0.0.0.0:8080", first_seen_at=NOW - 30)
    first = frozenset({local_end(local.socket)})
    for size in ((80, 24), (240, 50)):
        async with opened(size) as screen:
            await screen.listen(wide, first_listeners=first, started_at=NOW - 60)
            assert screen.lines[1].split()[1:3] == ["8080/tcp", "⚠"]
            assert "⚠ 1 widened" in screen.head
            said = "⚠ other machines reach it since 11:59 UTC (was 127.0.0.1)"
            assert (said in screen.lines[1]) == (size[0] >= 240)


# By process


async def test_the_second_view_is_by_process() -> None:
    curl = connection(process=process("curl", 77))
    async with opened() as screen:
        await screen.show(state([curl], STAGED, processes=ProcessCount(100, 30)))
        await screen.press("v")
        rows = screen.tab._table.rows
        assert {row.owner.process.name for row in rows if row.owner.process} == {
            "sshd",
            "postgres",
            "node",
            "python3",
            "curl",
        }
        assert screen.head == (
            " PORTS  70 of 100 processes can be read: 4 serve · 1 only as clients · 65 use no port at all"
        )
        await screen.press("v")
        assert screen.ports == [22, 53, 5173, 5432, 8080]


async def test_by_process_every_column_sorts_the_filter_holds_and_enter_explains() -> None:
    async with opened() as screen:
        await screen.listen(*STAGED)
        await screen.filter("sshd")
        await screen.press("enter", "v")
        assert "/ sshd ▸ 1 of 5" in screen.status
        await screen.press("escape")
        assert len(screen.tab._table.rows) == 5
        for _ in screen.tab._table.shown_columns:
            await screen.press("s")
        await screen.press("space")
        await screen.listen(SSH)
        assert len(screen.tab._table.rows) == 5
        await screen.press("space", "enter")
        assert screen.details[0].startswith("sshd (640, user root) serves 1 port: 22.")
        await screen.press("y")
        assert screen.tab.app.clipboard == "sshd (640) serves 22; client of 0 ports"


async def test_frozen_by_process_still_shows_the_frozen_state_by_port() -> None:
    async with opened() as screen:
        await screen.listen(*STAGED)
        await screen.press("v", "space")
        await screen.listen(SSH)
        await screen.press("v", "v")
        assert len(screen.ports) == 5
        await screen.press("space")
        assert screen.ports == [22]


# Jumps: in the whole app

NGINX: dict[str, Any] = {"process": "nginx", "pid": 812}
HTTPS = listener("0.0.0.0:443", **NGINX).socket
SSHD_LISTENS = listener("0.0.0.0:22", process="sshd", pid=640).socket


def ports_tab(screen: staging.Screen) -> PortsTab:
    return screen.app.query_one(PortsTab)


def ports_row(screen: staging.Screen) -> PortRow:
    """The row under the cursor."""
    row = ports_tab(screen)._table.cursor_row
    assert isinstance(row, PortRow)
    return row


def under_cursor(screen: staging.Screen) -> int | None:
    """The port under the cursor, as soon as the tab is there and has rows."""
    tabs = screen.app.query(PortsTab)
    row = tabs.first()._table.cursor_row if tabs else None
    return None if row is None else row.group.port


def status(screen: staging.Screen) -> str:
    """The status line of the connections tab; empty while there is none."""
    lines = screen.app.query("#status").results(Line)
    return next((line.text for line in lines), "")


def says(screen: staging.Screen) -> list[str]:
    """What notifications say."""
    return [note.message for note in screen.app._notifications]


async def test_from_a_port_to_exactly_its_connections_and_back() -> None:
    mine, other = (
        staging.inbound(),
        staging.inbound("198.51.100.20:4022", local="10.0.0.5:22", process="sshd"),
    )
    async with staging.running(first_tab="ports") as screen:
        await screen.poll(HTTPS, SSHD_LISTENS, mine, other, staging.outbound())
        await screen.filter("proto:tcp")
        await screen.press("enter", "j")
        assert ports_row(screen).group.port == 443
        await screen.press("c")
        await screen.until(lambda: "/ lport:443 proto:tcp dir:in ▸ 1 of 3" in status(screen))
        assert [row.socket for row in screen.table("inbound").rows] == [mine]
        assert screen.app.focused is screen.table("inbound")
        await screen.press("escape")
        assert screen.app.focused is ports_tab(screen)._table
        assert ports_row(screen).group.port == 443
        assert ports_tab(screen)._filter.text == "proto:tcp"
        await screen.press("1")
        assert "▸" not in screen.status  # as it was before the jump


async def test_the_same_key_leads_back_too() -> None:
    async with staging.running(first_tab="ports") as screen:
        await screen.poll(HTTPS, staging.inbound())
        for _ in range(2):
            await screen.press("c")
            await screen.until(lambda: "▸ 1 of 1" in status(screen))
            await screen.press("c")
            await screen.until(lambda: screen.app.focused is ports_tab(screen)._table)


async def test_from_a_connection_to_the_listener_that_took_it_and_back() -> None:
    async with staging.running() as screen:
        rows = [staging.inbound(f"198.51.100.20:{port}") for port in (1001, 1002)]
        await screen.poll(SSHD_LISTENS, HTTPS, *rows)
        await screen.press("v", "j")
        chosen = screen.table("all").cursor_row
        assert chosen is not None
        await screen.press("c")
        await screen.until(lambda: under_cursor(screen) == 443)
        await screen.poll(SSHD_LISTENS, HTTPS, *rows)
        assert ports_row(screen).group.port == 443
        await screen.press("escape")
        assert screen.pane("all").display
        back = screen.table("all").cursor_row
        assert back is not None
        assert back.key == chosen.key


async def test_from_a_connection_to_one_socket_of_several_also_where_a_filter_hid_it() -> None:
    workers = [listener("0.0.0.0:443", process="nginx", pid=pid).socket for pid in (1, 2, 3)]
    took = staging.inbound(pid=2)
    async with staging.running(first_tab="ports") as screen:
        await screen.poll(SSHD_LISTENS, *workers, took)
        await screen.filter("sshd")
        await screen.press("enter", "1")
        await screen.until(lambda: status(screen) and screen.table("inbound").rows)
        await screen.press("c")
        await screen.until(lambda: len(ports_tab(screen)._table.rows) == 5)
        assert ports_row(screen).key == workers[1].key
        assert ports_tab(screen)._filter.text == ""
        await screen.press("escape", "2")
        assert ports_tab(screen)._filter.text == "sshd"


async def test_between_the_two_views_by_process() -> None:
    async with staging.running() as screen:
        await screen.poll(HTTPS, SSHD_LISTENS, staging.inbound(), staging.outbound())
        await screen.press("v", "v")
        await screen.filter("nginx")
        await screen.press("enter", "c")
        await screen.until(lambda: "c Connections" in screen.text[-1] and ports_tab(screen)._table.cursor_row)
        assert ports_tab(screen)._pane.view == "processes"
        row: Any = ports_tab(screen)._table.cursor_row
        assert row.owner.process.pid == 812
        await screen.press("escape")
        assert screen.pane("processes").display
        await screen.press("2", "j", "c")
        await screen.until(lambda: "/ pid:812 ▸ 1 of 2" in status(screen))


async def test_says_why_a_connection_leads_nowhere() -> None:
    async with staging.running() as screen:
        await screen.poll(staging.outbound())
        await screen.press("tab", "c")
        assert says(screen) == [
            "It was opened from here to 203.0.113.7:443: its listener is on that machine."
        ]
        assert screen.tab.display


async def test_another_tab_by_its_number_forgets_the_way_back() -> None:
    async with staging.running(first_tab="ports") as screen:
        await screen.poll(HTTPS, staging.inbound())
        await screen.press("c")
        await screen.until(lambda: "▸ 1 of 1" in status(screen))
        await screen.press("4", "1")
        await screen.until(lambda: screen.tab.display and screen.table("inbound").has_focus)
        await screen.press("escape")
        assert screen.tab.display  # Esc let go of the filter instead
        assert "▸" not in screen.status


# Listeners that come, go and widen while the app runs


def line(screen: staging.Screen, text: str) -> str:
    """The line of the screen with this text, squeezed; empty where there is none."""
    return next((" ".join(each.split()) for each in screen.text if text in each), "")


def bound(host: str, port: int = 0, *, reuse: bool = False) -> socket.socket:
    sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if reuse:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    if ":" in host:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    sock.bind((host, port))
    sock.listen(64)
    return sock


async def test_a_listener_that_widens_one_that_comes_and_one_that_goes_while_the_app_runs() -> None:
    local, leaving = bound("127.0.0.1"), bound("127.0.0.1")
    widening, gone = port_of(local), port_of(leaving)
    async with staging.running(LinuxCollector(), size=(260, 60), first_tab="connections") as screen:
        await screen.until(lambda: screen.poller.latest)
        leaving.close()
        local.close()
        with bound("0.0.0.0", widening), bound("127.0.0.1") as coming:
            came = port_of(coming)

            def all_seen() -> bool:
                state = screen.poller.latest
                return (
                    state is not None
                    and len(state.gone_listeners) > 0
                    and any(row.socket.local == ("0.0.0.0", widening) for row in state.listeners)
                    and any(row.socket.local.port == came for row in state.listeners)
                )

            await screen.until(all_seen)  # while another tab is in view
            await screen.press("2")
            await screen.filter(f"port:{widening},{came},{gone}")
            await screen.until(lambda: "ago" in line(screen, f"{gone}/tcp"))
            widened = r"⚠ (other machines reach it|bound to more addresses) since .* \(was 127\.0\.0\.1\)"
            assert re.search(widened, line(screen, f"{widening}/tcp"))
            assert "+ new since" in line(screen, f"{came}/tcp")
            assert "✕ gone" in line(screen, f"{gone}/tcp")


def serve(channel: Channel, host: str, port: int, reuse: bool) -> None:
    """Listen, and accept one connection after the other until the end."""
    with bound(host, port, reuse=reuse) as sock:
        channel.send(port_of(sock))
        kept = []
        while True:
            kept.append(sock.accept())
            channel.send("accepted")


async def test_real_workers_that_share_a_port_and_who_took_what() -> None:
    with forked(lambda channel: serve(channel, "127.0.0.1", 0, True)) as first:
        port = first.hear()
        assert isinstance(port, int)
        with forked(lambda channel: serve(channel, "127.0.0.1", port, True)) as second:
            assert second.hear() == port
            clients = [socket.create_connection(("127.0.0.1", port), timeout=10) for _ in range(8)]
            async with staging.running(LinuxCollector(), first_tab="ports") as screen:
                await screen.filter(f"port:{port}")

                def taken() -> list[int]:
                    rows = ports_tab(screen)._table.rows
                    return [row.traffic.connections for row in rows if row.socket is not None]

                await screen.until(lambda: len(taken()) == 2 and sum(taken()) == 8)
                assert "8" in line(screen, f"{port}/tcp").split()
                pids = {
                    row.socket.listener.owner.processes[0].pid
                    for row in ports_tab(screen)._table.rows
                    if row.socket
                }
                assert pids == {first.pid, second.pid}
            for client in clients:
                client.close()


async def held_by(port: int) -> list[list[int]]:
    """The pids of each owner of a port, as the app shows them once both families are served."""
    async with staging.running(LinuxCollector(), first_tab="ports") as screen:
        await screen.filter(f"port:{port}")
        await screen.until(lambda: len(ports_tab(screen)._table.rows) == 3)
        return [[process.pid for process in one.processes] for one in ports_row(screen).group.owners]


def serve_elsewhere(channel: Channel) -> None:
    """Listen on the port that is asked for, as a program of another name, on IPv6."""
    with open("/proc/self/comm", "w", encoding="utf-8") as comm:
        comm.write("stranger")
    with bound("::1", channel.recv()) as sock:
        channel.send(port_of(sock))
        channel.recv()


async def test_a_prefork_server_is_one_owner_and_a_program_on_the_other_family_another() -> None:
    with (
        forked(serve_elsewhere) as stranger,
        bound("127.0.0.1") as sock,
        forked(lambda channel: channel.recv()) as heir,
    ):
        port = port_of(sock)
        assert stranger.ask(port) == port
        assert await held_by(port) == [sorted((os.getpid(), heir.pid)), [stranger.pid]]
