"""The DNS tab, driven by keys against a real server on loopback."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import dns.edns
import dns.rcode
import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widgets import Input, Static

from netmon.model.endpoint import Endpoint
from netmon.resolver.answer import Answer, Configuration, Lookup, Record
from netmon.tui.tabs.dns import DnsTab, introduction, notes, status
from netmon.tui.widgets.line import Line
from netmon.tui.widgets.live_table import LiveTable
from tests.resolver.server import Fault, Server, serve

ZONE = r"""
host   60 A 192.0.2.1
www    60 CNAME host
evil   CNAME \[\/x\]\027\[red\].host
\[\/x\]\027\[red\].host 0 A 192.0.2.66
"""
FAULTS = {
    "slow.example.test.": Fault(drop=True),
    "noise.example.test.": Fault(garbage=b"\x00", only_garbage=True),
    "hiss.example.test.": Fault(
        rcode=dns.rcode.SERVFAIL, ede=(dns.edns.EDECode.DNSSEC_BOGUS, "[/x]\x1b[2J\u202e")
    ),
}


class Clock:
    """Monotonic seconds that can be put forward."""

    ahead = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.ahead


class TabApp(App[None]):
    """Holds the tab alone."""

    def __init__(self, tab: DnsTab) -> None:
        super().__init__()
        self.tab = tab

    def compose(self) -> ComposeResult:
        """The tab alone."""
        yield self.tab

    def on_mount(self) -> None:
        """As the app does when a tab is opened."""
        self.tab.focus_first()


class Screen:
    """What a user sees and does."""

    def __init__(self, pilot: Pilot[None], tab: DnsTab) -> None:
        self.pilot = pilot
        self.tab = tab

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait for a condition, for five seconds at most."""
        deadline = time.monotonic() + 5
        while not condition():
            assert time.monotonic() < deadline, (self.status, self.notes)
            await self.pilot.pause(0.01)

    async def type(self, name: str) -> None:
        """Type a name and press Enter."""
        self.tab.query_one(Input).value = name
        await self.pilot.press("enter")

    async def look_up(self, name: str) -> None:
        """Type a name and wait for what comes of it."""
        await self.type(name)
        await self.until(lambda: self.tab.found is not None and self.tab.found.asked == name)
        await self.pilot.pause()

    @property
    def status(self) -> str:
        return self.tab.query_one("#dns-status", Line).text

    @property
    def notes(self) -> str:
        return str(self.tab.query_one("#dns-notes", Static).render())

    @property
    def table(self) -> list[str]:
        """The lines of the table that hold text, without the header."""
        table = self.tab.query_one(LiveTable)
        lines = (table.render_line(y).text for y in range(1, table.size.height))
        return [" ".join(line.split()) for line in lines if line.strip()]


@asynccontextmanager
async def opened(size: tuple[int, int] = (100, 24), **options: Any) -> Any:
    tab = DnsTab(**options)
    async with TabApp(tab).run_test(size=size) as pilot:
        await pilot.pause()
        yield Screen(pilot, tab)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serve({"example.test.": ZONE}, FAULTS) as running:
        yield running


async def test_asks_nothing_before_a_name_is_typed(server: Server) -> None:
    before = len(server.asked)
    async with opened(servers=[server.endpoint]) as screen:
        await screen.until(lambda: str(server.endpoint) in screen.status)
        await screen.type("   ")
        assert isinstance(screen.pilot.app.focused, Input)
        assert "press Enter" in screen.notes
        assert screen.tab.found is None
    assert len(server.asked) == before


async def test_shows_the_resolvers_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    system = Configuration((Endpoint("192.0.2.53", 53),), ("corp.test.",), source="[/x]resolv.conf")
    monkeypatch.setattr("netmon.tui.tabs.dns.configuration", lambda: system)
    async with opened() as screen:
        await screen.until(lambda: "192.0.2.53:53 (from [/x]resolv.conf)" in screen.status)
        assert "with corp.test. behind short names" in screen.status


async def test_shows_records_server_and_time(server: Server) -> None:
    async with opened(servers=[server.endpoint]) as screen:
        await screen.look_up("www.example.test")
        cname, address = screen.table
        assert cname.startswith("▌CNAME www.example.test.")
        assert cname.endswith("host.example.test.")
        assert address.startswith("A host.example.test.")
        assert address.endswith("s 192.0.2.1")
        assert screen.status.startswith("✓ www.example.test. → host.example.test. · answered by 127.0.0.1:")
        assert screen.status.endswith(" ms")


async def test_says_for_each_type_what_came_of_it(server: Server) -> None:
    async with opened(servers=[server.endpoint]) as screen:
        await screen.look_up("host.example.test")
        lines = screen.notes.splitlines()
        assert lines[0].startswith("✓ A: 1 record, ")
        assert lines[1] == "– AAAA: host.example.test. has no AAAA record"


async def test_a_name_that_does_not_exist(server: Server) -> None:
    async with opened(servers=[server.endpoint]) as screen:
        await screen.look_up("nope.example.test")
        assert screen.status.startswith("✕ nope.example.test. · answered by ")
        assert screen.notes == "✕ A, AAAA, CNAME, NS: nope.example.test. does not exist (NXDOMAIN)"
        assert screen.table == ["no records"]


async def test_a_bad_name_is_refused_in_words(server: Server) -> None:
    async with opened(servers=[server.endpoint]) as screen:
        await screen.look_up("a..b")
        assert screen.status == "✕ bad name: a DNS label is empty"
        assert screen.notes == ""


async def test_ttls_tick_down_and_expire(server: Server) -> None:
    clock = Clock()
    async with opened(servers=[server.endpoint], clock=clock) as screen:
        await screen.look_up("host.example.test")
        clock.ahead = 20.5
        await screen.until(lambda: " 40 s " in screen.table[0] or " 39 s " in screen.table[0])
        clock.ahead = 500.0
        await screen.until(lambda: " expired " in screen.table[0])


async def test_a_new_lookup_cancels_the_older(server: Server) -> None:
    async with opened(servers=[server.endpoint], timeout_s=30.0) as screen:
        server.arrived.clear()
        await screen.type("slow.example.test")
        await screen.until(server.arrived.is_set)
        assert screen.status == "asking for slow.example.test …"
        started = time.monotonic()
        await screen.look_up("host.example.test")
        assert time.monotonic() - started < 3
        await screen.until(lambda: not any(worker.is_running for worker in screen.pilot.app.workers))
        assert screen.tab.found.asked == "host.example.test"


async def test_an_answer_that_comes_too_late_is_not_shown(server: Server) -> None:
    async with opened(servers=[server.endpoint]) as screen:
        await screen.look_up("host.example.test")
        screen.tab.post_message(DnsTab.Answered(Lookup("late", "late.", ()), 0))
        await screen.pilot.pause()
        assert screen.tab.found.asked == "host.example.test"


async def test_the_app_ends_while_a_lookup_waits(server: Server) -> None:
    started = time.monotonic()
    async with opened(servers=[server.endpoint], timeout_s=30.0) as screen:
        server.arrived.clear()
        await screen.type("slow.example.test")
        await screen.until(server.arrived.is_set)
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    ("name", "what"), [("slow.example.test", "was silent"), ("noise.example.test", "sent only garbage")]
)
async def test_servers_that_do_not_answer(server: Server, name: str, what: str) -> None:
    async with opened(servers=[server.endpoint], timeout_s=0.2) as screen:
        await screen.look_up(name)
        assert screen.status == f"✕ {name}. · nobody answered"
        assert screen.notes == f"✕ A, AAAA, CNAME, NS: no answer: {server.endpoint} {what}"


async def test_hostile_records_are_shown_letter_by_letter(server: Server) -> None:
    async with opened(servers=[server.endpoint]) as screen:
        await screen.look_up("evil.example.test")
        assert r"[/x]\027[red].host.example.test." in screen.status
        assert screen.table[1].startswith(r"A [/x]\027[red].host.example.test.")
        assert screen.table[1].endswith(" 0 s 192.0.2.66")
        await screen.look_up("hiss.example.test")
        assert "[/x]" in screen.notes
        assert "\x1b" not in screen.notes
        await screen.look_up("[/x][red]host.example.test")
        assert "[/x][red]host.example.test. does not exist" in screen.notes
        svg = screen.pilot.app.export_screenshot()
        assert "\x1b" not in svg
        assert "\u202e" not in svg


async def test_a_fault_of_ours_is_said(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> Lookup:
        raise RuntimeError("[/x]\x1b[2J")

    monkeypatch.setattr("netmon.tui.tabs.dns.lookup", broken)
    async with opened(servers=[server.endpoint]) as screen:
        await screen.type("host.example.test")
        await screen.until(lambda: screen.status.startswith("✕ the lookup failed: RuntimeError("))


@pytest.mark.parametrize("key", ["down", "escape"])
async def test_keys_lead_from_the_name_to_the_records_and_back(server: Server, key: str) -> None:
    async with opened(servers=[server.endpoint]) as screen:
        await screen.pilot.press(key)
        assert isinstance(screen.pilot.app.focused, LiveTable)
        await screen.pilot.press("slash")
        assert isinstance(screen.pilot.app.focused, Input)


async def test_fits_a_small_terminal(server: Server) -> None:
    async with opened(size=(80, 24), servers=[server.endpoint]) as screen:
        await screen.look_up("www.example.test")
        assert len(screen.table) == 2
        notes_widget = screen.tab.query_one("#dns-notes", Static)
        assert notes_widget.region.bottom <= 24


def test_introduction_says_why_there_are_no_resolvers() -> None:
    assert introduction(Configuration(error="no nameservers: x names none")).plain == (
        "✕ no nameservers: x names none"
    )


def test_status_names_what_the_search_list_tried() -> None:
    record = Record("host.b.test.", 5, "A", "192.0.2.1")
    answer = Answer("A", (record,), "NOERROR", 12.4, Endpoint("::1", 53), "tcp", received_at=0.0)
    found = Lookup("host", "host.b.test.", (answer,), tried=("host.a.test.",))
    assert status(found).plain == (
        "✓ host.b.test. · answered by [::1]:53 in 12 ms · host.a.test. does not exist"
    )
    assert notes(found.answers).plain == "✓ A: 1 record, 12 ms, [::1]:53 over TCP"
