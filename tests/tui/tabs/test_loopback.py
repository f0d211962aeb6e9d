"""The Loopback tab: the real checks, made-up machines, and listeners that come and go."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import asynccontextmanager
from threading import Event
from typing import Any

import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widgets import Static

from netmon.loopback.localhost import Localhost
from netmon.loopback.probing import Outcome, Probe
from netmon.loopback.resolving import Resolution
from netmon.tui.tabs.loopback import LoopbackTab, addresses_text
from netmon.tui.widgets.finding_list import FindingView
from netmon.tui.widgets.line import Line
from netmon.tui.widgets.live_table import LiveTable
from tests.builders import HOSTILE, listener, state

BOTH = Localhost(
    Resolution(("127.0.0.1", "::1")),
    Resolution(("127.0.0.1", "::1")),
    (Probe("127.0.0.1", Outcome.CARRIES, 60), Probe("::1", Outcome.CARRIES, 70)),
    True,
)
ONE = Localhost(
    Resolution(("127.0.0.1",)),
    Resolution(("127.0.0.1",)),
    (Probe("127.0.0.1", Outcome.CARRIES, 60), Probe("::1", Outcome.NOT_HERE, detail="no such address")),
    False,
)


class TabApp(App[None]):
    """Holds the tab alone."""

    def __init__(self, tab: LoopbackTab) -> None:
        super().__init__()
        self.tab = tab

    def compose(self) -> ComposeResult:
        """The tab alone."""
        yield self.tab

    def on_mount(self) -> None:
        """As the app does when a tab is opened."""
        self.tab.focus_first()


class Screen:
    """What a user sees."""

    def __init__(self, pilot: Pilot[None], tab: LoopbackTab) -> None:
        self.pilot = pilot
        self.tab = tab

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait for a condition, for five seconds at most."""
        deadline = time.monotonic() + 5
        while not condition():
            assert time.monotonic() < deadline, (self.headline, self.findings)
            await self.pilot.pause(0.01)

    async def checked(self) -> None:
        """Wait for the first verdicts."""
        await self.until(lambda: self.tab.findings)
        await self.pilot.pause()

    @property
    def headline(self) -> str:
        return self.tab.query_one("#loopback-headline", Line).text

    @property
    def addresses(self) -> list[str]:
        return str(self.tab.query_one("#loopback-addresses", Static).render()).splitlines()

    @property
    def findings(self) -> list[str]:
        """The verdicts, each with its grounds where they are shown."""
        shown = []
        for view in self.tab.query(FindingView):
            verdict, more = view.query(Static)
            grounds = f"\n{more.render()}" if more.display else ""
            shown.append(f"{verdict.render()}{grounds}")
        return shown

    @property
    def table(self) -> list[str]:
        """The lines of the table that hold text, without the header."""
        table = self.tab.query_one(LiveTable)
        lines = (table.render_line(y).text for y in range(1, table.size.height))
        return [" ".join(line.split()) for line in lines if line.strip()]


@asynccontextmanager
async def opened(size: tuple[int, int] = (110, 40), **options: Any) -> Any:
    tab = LoopbackTab(**options)
    async with TabApp(tab).run_test(size=size) as pilot:
        await pilot.pause()
        yield Screen(pilot, tab)


async def test_looks_at_this_machine_at_once() -> None:
    async with opened() as screen:
        await screen.checked()
        assert [finding.check for finding in screen.tab.findings] == ["lo-v4", "lo-v6", "gai-localhost"]
        assert screen.addresses[0] == "localhost leads to, in this order:"
        assert any("127.0.0.1 " in line and "✓ carries a connection in " in line for line in screen.addresses)
        assert screen.findings[0].startswith("✓ ok      127.0.0.1 carries a connection (")


async def test_findings_that_are_not_fine_say_why_and_what_to_do() -> None:
    async with opened(examine=lambda: ONE) as screen:
        await screen.checked()
        assert screen.findings[0] == "✓ ok      127.0.0.1 carries a connection (60 µs)"
        verdict, evidence, why, fix = screen.findings[1].splitlines()
        assert verdict == "⚠ warn    ::1 does not exist here: IPv6 is switched off, or loopback is down"
        assert evidence.startswith("bound a listener to ::1 and connected to it: ")
        assert why
        assert fix.startswith("→ ")
        assert screen.headline == verdict


async def test_r_looks_again() -> None:
    machines = [BOTH, ONE]
    async with opened(examine=lambda: machines.pop()) as screen:
        await screen.checked()
        assert screen.headline.startswith("⚠ warn")
        await screen.pilot.press("r")
        await screen.until(lambda: screen.headline.startswith("✓ ok"))
        await screen.pilot.pause()
        assert len(screen.findings) == 3
        assert screen.findings[1] == "✓ ok      ::1 carries a connection (70 µs)"


async def test_nothing_blocks_while_the_checks_run() -> None:
    release = Event()

    def slow() -> Localhost:
        release.wait(10)
        return BOTH

    async with opened(examine=slow) as screen:
        assert screen.headline == "looking at localhost …"
        screen.tab.show_state(state(listeners=[listener("127.0.0.1:80")]))
        await screen.pilot.press("down")
        assert screen.tab.findings == ()
        release.set()
        await screen.checked()
        assert screen.tab.findings[-1].check == "listener-family"


async def test_a_fault_of_ours_is_said() -> None:
    def broken() -> Localhost:
        raise RuntimeError("[/x]\x1b[2J")

    async with opened(examine=broken) as screen:
        await screen.until(lambda: screen.headline.startswith("✕ the checks failed: RuntimeError("))


async def test_names_the_listeners_that_localhost_misses() -> None:
    async with opened(examine=lambda: BOTH) as screen:
        await screen.checked()
        assert screen.table == ["waiting for the first look at the listeners …"]
        missed = listener("[::1]:5173", v6only=True, process="node")
        screen.tab.show_state(state(listeners=[missed, listener("0.0.0.0:80")]))
        await screen.pilot.pause()
        assert screen.table == ["▌ 5173 node (4711) [::1]:5173 ⚠ first family refused, the other works"]
        warning = "⚠ warn    1 of 2 ports does not answer 127.0.0.1, localhost's first address"
        assert screen.headline == warning
        assert screen.findings[-1].startswith(f"{warning}\nnode (4711) on [::1]:5173\n")
        screen.tab.show_state(state(listeners=[listener("0.0.0.0:80")]))
        await screen.pilot.pause()
        assert screen.table == ["no listener is missed by localhost's first address"]
        assert screen.findings[-1] == "✓ ok      1 of 1 ports answer 127.0.0.1, localhost's first address"


async def test_states_without_news_of_listeners_cost_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(examine=lambda: BOTH) as screen:
        await screen.checked()
        one = listener("[::1]:5173", v6only=True)
        screen.tab.show_state(state(listeners=[one]))
        monkeypatch.setattr(LoopbackTab, "_judge", lambda *_: pytest.fail("judged again"))
        busier = one._replace(socket=one.socket._replace(receive_queue=17))
        screen.tab.show_state(state(listeners=[busier], sequence=2))


async def test_hostile_names_are_shown_letter_by_letter() -> None:
    async with opened(examine=lambda: BOTH) as screen:
        await screen.checked()
        screen.tab.show_state(state(listeners=[listener("[::1]:80", v6only=True, process=HOSTILE)]))
        await screen.pilot.pause()
        (row,) = screen.table
        assert "=[/x]\ufffd[31m\ufffd" in row
        assert "=[/x]\ufffd[31m\ufffd" in screen.findings[-1]
        assert "\x1b" not in screen.findings[-1]
        screen.pilot.app.export_screenshot()


async def test_fits_a_small_terminal() -> None:
    async with opened(size=(80, 24), examine=lambda: ONE) as screen:
        await screen.checked()
        screen.tab.show_state(state(listeners=[listener("[::]:443", v6only=True, process="nginx")]))
        await screen.pilot.pause()
        assert screen.tab.query_one(LiveTable).region.bottom <= 24
        assert screen.table == ["▌ 443 nginx (4711) [::]:443 ⚠ localhost does not name its address"]


def test_addresses_that_do_not_work_say_so() -> None:
    lines = addresses_text(ONE).plain.splitlines()
    assert lines[1] == "  1. 127.0.0.1       ✓ carries a connection in 60 µs"
    assert lines[2] == "   · ::1             ✕ not an address of this machine (not named)"


def test_a_localhost_that_leads_nowhere_says_why() -> None:
    nowhere = Localhost(Resolution(error="[/x] unknown"), Resolution(error="x"), BOTH.probes, True)
    assert addresses_text(nowhere).plain.startswith("localhost leads nowhere: [/x] unknown\n")
