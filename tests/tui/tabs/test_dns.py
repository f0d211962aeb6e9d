"""The DNS tab, driven by keys against a real server on loopback."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import dns.edns
import dns.rcode
import pytest
from textual.events import Key
from textual.widgets import Input

from netmon.resolver.enquiry import Enquiry, Outcome
from netmon.resolver.server import parse_server
from netmon.resolver.system.servers import System
from netmon.tui.dns_panes.rules import RulesPane
from netmon.tui.tabs.base import Place, Tab
from netmon.tui.tabs.dns import DnsTab
from netmon.tui.widgets.live_table import LiveTable
from netmon.tui.widgets.name_box import NameBox
from tests.resolver.rules.zones import HEAD
from tests.resolver.server import Fault, Server, serve
from tests.staging import Screen as AppScreen
from tests.staging import outbound, running
from tests.tui.dns_screen import Clock, opened

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


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serve({"example.test.": ZONE}, FAULTS) as running:
        yield running


async def test_asks_nothing_before_a_name_is_typed(server: Server) -> None:
    before = len(server.asked)
    async with opened(server) as screen:
        await screen.until(lambda: screen.line("servers").startswith(f"[x] {server.endpoint}  [ ] "))
        await screen.type("   ")
        assert isinstance(screen.pilot.app.focused, Input)
        assert "press Enter" in screen.notes
        assert screen.tab.subject is None
    assert len(server.asked) == before


async def test_shows_the_resolvers_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = System((parse_server("192.0.2.53"),), ("corp.test.",))
    monkeypatch.setattr("netmon.tui.tabs.dns.system", lambda: machine)
    async with opened("system") as screen:
        await screen.until(lambda: screen.status.startswith("system is 192.0.2.53"))
        assert "with corp.test. behind short names" in screen.status


async def test_shows_records_server_and_time(server: Server) -> None:
    async with opened(server) as screen:
        await screen.look_up("www.example.test")
        cname, address = screen.table
        assert cname.startswith("▌CNAME www.example.test.")
        assert address.startswith("A host.example.test.")
        assert "192.0.2.1" in address
        assert screen.status.startswith("✓ www.example.test. → host.example.test. · answered by 127.0.0.1:")
        assert screen.status.endswith(" ms")


async def test_types_and_servers_are_named_behind_the_name(server: Server) -> None:
    before = len(server.asked)
    async with opened("127.0.0.1:1") as screen:
        await screen.look_up(f"host.example.test A @{server.endpoint}")
        assert "192.0.2.1" in screen.table[0]
    assert [kind for _, kind, _ in server.asked[before:]] == ["A"]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("a..b", "bad name: a DNS label is empty"),
        ("host NOPE", "bad type: there is no record type called NOPE"),
        ("host @[/x]", "bad server '[/x]'"),
    ],
)
async def test_what_makes_no_sense_is_said_and_nothing_is_lost(server: Server, line: str, why: str) -> None:
    async with opened(server) as screen:
        await screen.look_up("host.example.test")
        asked, shown = len(server.asked), screen.table
        await screen.type(line)
        await screen.until(lambda: screen.error.startswith(f"✕ {why}"))
        assert screen.table[0].startswith(shown[0].partition(" s ")[0][:20])
        assert len(server.asked) == asked
        await screen.look_up("www.example.test")
        assert screen.error == ""


async def test_ttls_tick_down_and_expire(server: Server) -> None:
    clock = Clock()
    async with opened(server, clock=clock) as screen:
        await screen.look_up("host.example.test")
        clock.ahead = 20.5
        await screen.until(lambda: " 40 s " in screen.table[0] or " 39 s " in screen.table[0])
        clock.ahead = 500.0
        await screen.until(lambda: " expired " in screen.table[0])


async def test_a_new_lookup_cancels_the_older(server: Server) -> None:
    async with opened(server, timeout_s=30.0) as screen:
        server.arrived.clear()
        await screen.type("slow.example.test")
        await screen.until(server.arrived.is_set)
        assert screen.status == "asking for slow.example.test …"
        started = time.monotonic()
        await screen.look_up("host.example.test")
        assert time.monotonic() - started < 3
        await screen.until(lambda: not any(worker.is_running for worker in screen.pilot.app.workers))
        assert screen.tab.subject is not None
        assert screen.tab.subject.name == "host.example.test."


async def test_an_answer_that_comes_too_late_is_not_shown(server: Server) -> None:
    async with opened(server) as screen:
        await screen.look_up("host.example.test")
        screen.tab.post_message(DnsTab.Heard(0, Outcome("late", "late.", ())))
        await screen.pilot.pause()
        assert screen.tab.subject is not None
        assert screen.tab.subject.name == "host.example.test."


async def test_the_app_ends_while_a_lookup_waits(server: Server) -> None:
    started = time.monotonic()
    async with opened(server, timeout_s=30.0) as screen:
        server.arrived.clear()
        await screen.type("slow.example.test")
        await screen.until(server.arrived.is_set)
    assert time.monotonic() - started < 5


async def test_a_dead_server_does_not_hold_up_the_rest(server: Server) -> None:
    with serve({"example.test.": ZONE}, {"host.example.test.": Fault(drop=True)}) as deaf:
        async with opened(deaf, server, timeout_s=30.0) as screen:
            await screen.type("host.example.test A")
            await screen.until(lambda: "192.0.2.1" in screen.table[0])
            assert f"waiting for {deaf.endpoint}" in screen.status


async def test_a_dead_server_is_a_finding(server: Server) -> None:
    with serve({"example.test.": ZONE}, {"host.example.test.": Fault(drop=True)}) as deaf:
        async with opened(deaf, server, timeout_s=0.3) as screen:
            await screen.look_up("host.example.test A")
            assert f"✕ fail    {deaf.endpoint} does not answer." in screen.notes
            assert screen.status.endswith("1 did not answer")


async def test_hostile_records_are_shown_letter_by_letter(server: Server) -> None:
    async with opened(server) as screen:
        await screen.look_up("evil.example.test")
        assert r"[/x]\027[red].host.example.test." in screen.status
        assert any(line.startswith(r"A [/x]\027[red].host") for line in screen.table)
        await screen.look_up("hiss.example.test")
        assert "[/x]" in screen.notes
        await screen.look_up("[/x][red]host.example.test")
        assert "[/x][red]host.example.test. does not exist" in screen.notes
        svg = screen.pilot.app.export_screenshot()
        assert "\x1b" not in svg + screen.notes
        assert "\u202e" not in svg


async def test_a_fault_of_ours_is_said(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> Outcome:
        raise RuntimeError("[/x]\x1b[2J")

    monkeypatch.setattr("netmon.tui.tabs.asking_tab.enquire", broken)
    async with opened(server) as screen:
        await screen.type("host.example.test")
        await screen.until(lambda: screen.status.startswith("✕ the lookup failed: RuntimeError("))


@pytest.mark.parametrize("key", ["down", "escape"])
async def test_keys_lead_from_the_name_to_the_records_and_back(server: Server, key: str) -> None:
    async with opened(server) as screen:
        await screen.pilot.press(key)
        assert isinstance(screen.pilot.app.focused, LiveTable)
        await screen.pilot.press("slash")
        assert isinstance(screen.pilot.app.focused, Input)


async def test_enter_leads_to_the_records_so_that_the_keys_are_keys(server: Server) -> None:
    async with opened(server) as screen:
        await screen.look_up("host.example.test A")
        assert isinstance(screen.pilot.app.focused, LiveTable)
        await screen.type("host..test")
        assert isinstance(screen.pilot.app.focused, Input)
        assert "empty" in screen.error


async def test_what_the_key_line_shows_in_the_name_are_keys_there(server: Server) -> None:
    async with opened(server) as screen:
        shown = {each.binding.action for each in screen.pilot.app.screen.active_bindings.values()}
        assert "leave" in shown
        assert "focus_name" not in shown


async def test_what_is_typed_right_behind_the_slash_is_no_key_any_more(server: Server) -> None:
    async with opened(server) as screen:
        await screen.look_up("www.example.test A")
        for key in ("slash", *"host1"):  # in one go, as over a slow line
            screen.pilot.app.post_message(Key(key, key))
        await screen.until(lambda: screen.tab.query_one(NameBox).input.value == "host1")
        await screen.pilot.press("slash")
        assert screen.tab.query_one(NameBox).input.value == "host1/"


async def test_a_place_asks_for_its_name_and_leads_back(server: Server) -> None:
    async with opened(server) as screen:
        screen.tab.arrive(Place(text="host.example.test"))
        await screen.until(lambda: screen.whole)
        assert screen.tab.place() == Place((), "host.example.test", "records")
        screen.tab.arrive(Place(text="www.example.test", view="records"))
        await screen.until(lambda: screen.status.startswith("✓ www.example.test."))


async def test_with_nobody_ticked_nobody_is_asked() -> None:
    async with opened() as screen:
        await screen.type("host.example.test")
        await screen.until(lambda: "no server is ticked" in screen.error)
        assert screen.tab.subject is None


async def test_completes_from_what_was_seen_in_netmon_and_on_this_machine(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("netmon.tui.tabs.dns.system", lambda: System((), ("corp.test.",)))
    monkeypatch.setattr("netmon.tui.tabs.dns.hosts_names", lambda: ("printer",))
    async with opened(server, known_names=lambda: ("peer.example",)) as screen:
        await screen.look_up("host.example.test A")
        await screen.pilot.press("escape", "slash")
        names = screen.tab.query_one(NameBox).names
        found = [await names.get_suggestion(begun) for begun in ("pe", "pr", "co", "ho")]
        assert found == ["peer.example", "printer", "corp.test.", "host.example.test"]


async def test_the_views_come_one_after_the_other_and_back(server: Server) -> None:
    async with opened(server) as screen:
        titles = [make.title for make in DnsTab.PANES]
        await screen.pilot.press("escape")
        for key, title in (("v", titles[1]), ("V", titles[0]), ("V", titles[-1]), ("v", titles[0])):
            await screen.pilot.press(key)
            assert f"▸{title}◂" in screen.line("views")


async def test_servers_that_are_ticked_are_asked_at_once(server: Server) -> None:
    with serve({"example.test.": ZONE}) as other:
        async with opened(server) as screen:
            await screen.look_up("host.example.test A")
            await screen.pilot.press("escape", "s", "a")
            await screen.pilot.press(
                *["colon" if c == ":" else c for c in str(other.endpoint)], "enter", "escape"
            )
            await screen.until(lambda: screen.whole and "2 servers" in screen.status)
            assert len(other.asked) == 1


async def test_asking_again_asks_the_same(server: Server) -> None:
    async with opened(server) as screen:
        await screen.look_up("host.example.test A")
        before = len(server.asked)
        await screen.pilot.press("escape", "r")
        await screen.until(lambda: len(server.asked) == before + 1)


async def test_y_copies_the_row_under_the_cursor_in_every_view(server: Server) -> None:
    async with opened(server) as screen:
        await screen.pilot.press("escape", "y")
        assert screen.pilot.app.clipboard == ""
        await screen.look_up("www.example.test A")
        await screen.pilot.press("down", "y")
        assert screen.pilot.app.clipboard == "host.example.test. 60 A 192.0.2.1"
        await screen.pilot.press("v", "y")
        assert screen.pilot.app.clipboard.startswith(f"{server.endpoint} ")
        assert screen.pilot.app.clipboard.endswith(" ms: A 2")
        await screen.pilot.press("v", "y")
        assert screen.pilot.app.clipboard == "www.example.test. → host.example.test. → A 192.0.2.1"


async def test_what_is_copied_holds_nothing_that_a_terminal_acts_on(server: Server) -> None:
    async with opened(server) as screen:
        await screen.look_up("evil.example.test A")
        await screen.pilot.press("y")
        assert screen.pilot.app.clipboard.startswith("evil.example.test. ")
        assert screen.pilot.app.clipboard.isprintable()


@pytest.mark.parametrize("size", [(80, 24), (160, 50)])
async def test_everything_is_within_the_terminal(server: Server, size: tuple[int, int]) -> None:
    async with opened(server, size=size) as screen:
        await screen.look_up("www.example.test")
        assert len(screen.table) == 2
        for widget in screen.tab.query("#dns-notes, #dns-records, #dns-views"):
            assert widget.region.bottom <= size[1]
            assert widget.region.right <= size[0]


async def test_the_path_of_a_zone_file_leads_to_its_rules(server: Server, tmp_path: Path) -> None:
    path = tmp_path / "example.com.zone"
    path.write_text(HEAD + "www CNAME 192.0.2.9\n")
    async with opened(server) as screen:
        before = len(server.asked)
        await screen.type(str(path))
        rules = screen.tab.query_one(RulesPane)
        await screen.until(lambda: rules.table.rows)
        await screen.pilot.pause()
        assert rules.headline.startswith("✕ example.com. · not sound: 1 fail")
        assert screen.tab.place() == Place((), str(path), "rules")
        assert screen.status == "i this is a zone file: nobody is asked, and Rules says what is in it"
        screen.tab.action_again()
        await screen.pilot.pause()
        await screen.until(lambda: not rules.runs)
        assert rules.headline.startswith("✕ example.com. · not sound: 1 fail")
        assert len(server.asked) == before


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """This machine's resolvers are not asked; what they would be asked for."""
    asked: list[str] = []

    def enquire(enquiry: Enquiry, **_: object) -> Outcome:
        asked.append(enquiry.text)
        return Outcome(enquiry.text, enquiry.text, ())

    monkeypatch.setattr("netmon.tui.tabs.asking_tab.enquire", enquire)
    return asked


def tab_of(screen: AppScreen) -> Tab:
    """The tab in view."""
    tab = screen.app._current
    assert tab is not None
    return tab


async def test_d_takes_the_remote_address_of_a_connection_here_and_back_leads_back(
    nobody: list[str],
) -> None:
    async with running() as screen:
        await screen.poll(outbound("203.0.113.7:443"))
        screen.table("outbound").focus()
        await screen.press("d")
        await screen.until(lambda: nobody == ["203.0.113.7"])
        assert tab_of(screen).place().text == "203.0.113.7"
        await screen.press("backspace")
        await screen.until(lambda: tab_of(screen).slug == "connections")


async def test_d_takes_the_name_where_names_are_shown(nobody: list[str]) -> None:
    async with running(resolve=lambda _: "peer.invalid") as screen:
        await screen.poll(outbound("203.0.113.7:443"))
        screen.table("outbound").focus()
        await screen.press("n")
        await screen.until(lambda: "peer.invalid" in screen.app._names.known())
        await screen.press("d")
        await screen.until(lambda: nobody == ["peer.invalid"])


async def test_d_on_a_row_without_a_remote_address_asks_nobody(nobody: list[str]) -> None:
    async with running(first_tab="ports") as screen:
        await screen.poll(outbound())
        await screen.press("d")
        assert tab_of(screen).slug == "ports"
        assert nobody == []
