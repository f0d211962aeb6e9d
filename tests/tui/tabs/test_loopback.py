"""The Loopback tab: the real checks, made-up machines, listeners that come and go, and races."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widgets import Input, Static

from netmon.loopback.asking import Ask
from netmon.loopback.checks import Examined
from netmon.loopback.race.result import RaceResult
from netmon.loopback.schedule import INTERVAL_S, PAUSE_S
from netmon.model.connection import Connection
from netmon.model.finding import Finding, FindingState
from netmon.tui.tabs.loopback import LoopbackTab
from netmon.tui.widgets.detail_panel import DetailLines, DetailPanel
from netmon.tui.widgets.family_diagram import FamilyDiagram
from netmon.tui.widgets.line import Line
from netmon.tui.widgets.live_table import LiveTable
from netmon.tui.widgets.race_pane import RacePane
from netmon.tui.widgets.score_view import ScoreView
from tests.builders import HOSTILE, listener, state
from tests.loopback.examined import FOUR_ONLY, UNNAMED, examined, machine
from tests.loopback.race.staged import FOUR, REFUSED, SIX, alone, raced
from tests.staging import SIZES

VITE = listener("[::1]:5173", v6only=True, process="node")
WEB = listener("0.0.0.0:80")


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
        """Wait for a condition, for ten seconds at most."""
        deadline = time.monotonic() + 10
        while not condition():
            assert time.monotonic() < deadline, (self.words, self.table("findings"))
            await self.pilot.pause(0.01)

    def take(self, *listeners: Connection) -> None:
        """A state with these listeners, as the app hands it over."""
        now = state(listeners=list(listeners))
        self.tab.show_projection(now, self.tab.project(now))

    async def shows(self, *listeners: Connection) -> None:
        """A state with these listeners, and the verdict on it."""
        self.take(*listeners)
        await self.until(lambda: self.tab.findings)
        await self.pilot.pause()

    @property
    def scores(self) -> list[str]:
        return [line.text for line in self.tab.query_one(ScoreView).query(Line)]

    @property
    def words(self) -> str:
        return " ".join(str(words.render()) for words in self.tab.query_one(ScoreView).query(Static))

    @property
    def diagram(self) -> list[str]:
        return [line.text for line in self.tab.query_one(FamilyDiagram).query(Line)]

    @property
    def details(self) -> list[str]:
        return self.tab.query_one(DetailLines).lines if self.tab.query_one(DetailPanel).display else []

    def table(self, name: str) -> list[str]:
        """The lines of a table that hold text, without the header."""
        table = self.tab.query_one(f"#loopback-{name}", LiveTable)
        lines = (table.render_line(y).text for y in range(1, table.size.height))
        return [" ".join(line.split()) for line in lines if line.strip()]


@asynccontextmanager
async def opened(size: tuple[int, int] = (160, 50), **options: Any) -> Any:
    tab = LoopbackTab(**options)
    async with TabApp(tab).run_test(size=size) as pilot:
        await pilot.pause()
        yield Screen(pilot, tab)


async def test_looks_at_this_machine_as_soon_as_its_listeners_are_known() -> None:
    async with opened() as screen:
        await screen.shows(WEB)
        checks = {finding.check for finding in screen.tab.findings}
        assert {"lo-v4", "lo-v6", "gai-localhost", "listener-family", "split-brain"} <= checks
        assert any("/10  localhost works for every program here" in score for score in screen.scores)
        assert any("127.0.0.1" in line for line in screen.diagram)


async def test_without_a_state_it_looks_a_moment_later() -> None:
    asked: list[object] = []

    def look(listeners: Sequence[Connection] | None, **_: object) -> Examined:
        asked.append(listeners)
        return examined()

    async with opened(examine=look) as screen:
        await screen.until(lambda: screen.tab.findings)
        assert asked == [None]


async def test_the_verdict_the_families_the_checks_and_the_listeners() -> None:
    async with opened(examine=machine(UNNAMED)) as screen:
        await screen.shows(VITE, WEB)
        assert screen.scores[0].startswith(
            "███░░░░░░░  3/10  localhost works for every program here   ✕ fail"
        )
        assert "node (4711) listens on [::1]:5173 only; 127.0.0.1:5173 is refused" in screen.words
        assert "→ " in screen.words
        assert screen.diagram[2].endswith("⚠ works (60 µs), not named, 1/2 ports")
        first, *_, last = screen.table("findings")
        assert first.startswith("▌✕ fail listener-family node (4711) listens on [::1]:5173 only")
        assert last.startswith("✓ ok lo-v6 ::1 carries a connection")
        missed, covered = screen.table("listeners")
        assert missed.startswith("▌ 5173 node (4711) ::1 ✕ refused")
        assert covered == "80 python3 (4711) 0.0.0.0 ✓ covered"


async def test_enter_tells_why_and_what_to_do_and_follows_the_cursor() -> None:
    async with opened(examine=machine(FOUR_ONLY)) as screen:
        await screen.shows(WEB)
        await screen.pilot.press("enter")
        await screen.pilot.pause()
        check = screen.tab.findings[0]
        assert screen.details[0].startswith(f"✕ {check.state}: ")
        assert any(line.startswith("reference") for line in screen.details)
        await screen.pilot.press("down")
        await screen.pilot.pause()
        assert screen.tab.findings[1].check in " ".join(screen.details)
        await screen.pilot.press("escape")
        await screen.pilot.pause()
        assert screen.details == []


async def test_enter_on_a_listener_tells_how_it_is_reached_and_keeps_up() -> None:
    async with opened(examine=machine()) as screen:
        await screen.shows(VITE)
        await screen.pilot.press("v", "enter")
        await screen.pilot.pause()
        assert screen.details[0] == "node (4711) listens on port 5173"
        assert "refused, then works" in screen.details[1]
        both = (VITE, listener("127.0.0.1:5173", process="node"))
        screen.tab.show_state(state(listeners=list(both)))
        await screen.pilot.pause()
        assert screen.details[1] == "Called as localhost: covered."


async def test_r_looks_again() -> None:
    machines = [examined(), examined(FOUR_ONLY)]
    async with opened(examine=lambda _, **asked: machines.pop()) as screen:
        await screen.shows()
        assert screen.scores[1].startswith("░")
        await screen.pilot.press("r")
        await screen.until(lambda: screen.scores[1].startswith("██████████ 10/10"))


async def test_the_checks_run_again_when_listeners_change_and_from_time_to_time() -> None:
    runs: list[object] = []
    now = [100.0]

    def look(listeners: Sequence[Connection] | None, **asked: object) -> Examined:
        runs.append(listeners)
        return examined(listeners=listeners)

    async with opened(examine=look, clock=lambda: now[0]) as screen:
        await screen.shows(WEB)
        screen.take(WEB, VITE)
        await screen.pilot.pause()
        assert len(screen.table("listeners")) == 2  # the table does not wait for the checks
        screen.tab._tick()
        assert len(runs) == 1
        now[0] += PAUSE_S
        screen.tab._tick()
        await screen.until(lambda: len(runs) == 2 and screen.tab.findings[0].check == "listener-family")
        now[0] += INTERVAL_S - 1
        screen.tab._tick()
        assert len(runs) == 2
        now[0] += 1
        screen.tab._tick()
        await screen.until(lambda: len(runs) == 3)


async def test_the_checks_run_again_when_a_file_that_they_read_changes(tmp_path: Path) -> None:
    hosts, runs, now = tmp_path / "hosts", [0], [100.0]

    def look(listeners: Sequence[Connection] | None, **asked: object) -> Examined:
        runs[0] += 1
        return examined(listeners=listeners)

    async with opened(examine=look, files=[str(hosts)], clock=lambda: now[0]) as screen:
        screen.tab.project(state(listeners=[WEB]))
        await screen.shows(WEB)
        now[0] += PAUSE_S
        screen.tab.project(state(listeners=[WEB]))
        screen.tab._tick()
        assert runs == [1]
        hosts.write_text("::1 localhost\n")
        screen.tab.project(state(listeners=[WEB]))
        screen.tab._tick()
        await screen.until(lambda: runs == [2])


async def test_resolvers_are_asked_again_only_when_they_are_others(tmp_path: Path) -> None:
    hosts, resolvers, now = tmp_path / "hosts", tmp_path / "resolv.conf", [100.0]
    asked: list[object] = []

    def look(listeners: Sequence[Connection] | None, **how: object) -> Examined:
        asked.append(how["ask"])
        return examined(listeners=listeners)

    files = [str(hosts), str(resolvers)]
    async with opened(examine=look, files=files, clock=lambda: now[0]) as screen:
        screen.tab.project(state(listeners=[WEB]))
        await screen.shows(WEB)
        for file in (hosts, resolvers):
            file.write_text("# changed\n")
            screen.tab.project(state(listeners=[WEB]))
            now[0] += PAUSE_S
            await screen.until(lambda: screen.tab._schedule.due)
            runs = len(asked)
            screen.tab._tick()
            await screen.until(lambda: len(asked) > runs)  # noqa: B023
        assert asked == [Ask.ALL, Ask.NOTHING, Ask.ALL]


async def test_states_without_news_of_listeners_cost_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(examine=machine()) as screen:
        await screen.shows(VITE)
        monkeypatch.setattr(LoopbackTab, "_show_listeners", lambda *_: pytest.fail("judged again"))
        busier = VITE._replace(socket=VITE.socket._replace(receive_queue=17))
        screen.tab.show_state(state(listeners=[busier], sequence=2))


async def test_nothing_blocks_while_the_checks_run() -> None:
    release = Event()

    def slow(listeners: Sequence[Connection] | None, **asked: object) -> Examined:
        release.wait(10)
        return examined(listeners=listeners)

    async with opened(examine=slow) as screen:
        screen.tab.show_state(state(listeners=[WEB]))
        await screen.pilot.press("down", "v", "r", "enter")
        assert "looking at localhost …" in screen.words
        assert screen.tab.findings == ()
        release.set()
        await screen.until(lambda: screen.tab.findings)


async def test_a_fault_of_ours_is_said_and_not_the_end() -> None:
    results: list[Callable[[], Examined]] = [examined, lambda: 1 / 0]  # type: ignore[list-item, return-value]
    async with opened(examine=lambda _, **asked: results.pop()()) as screen:
        screen.tab.show_state(state(listeners=[WEB]))
        await screen.until(lambda: "✕ the checks failed: ZeroDivisionError(" in screen.words)
        await screen.pilot.press("r")
        await screen.until(lambda: screen.tab.findings)


async def test_hostile_names_are_shown_letter_by_letter() -> None:
    hostile = listener("[::1]:80", v6only=True, process=HOSTILE)
    async with opened(examine=machine()) as screen:
        await screen.shows(hostile)
        assert "=[/x]\ufffd[31m\ufffd" in screen.words
        assert "[/x]" in screen.table("listeners")[0]
        await screen.pilot.press("enter")
        await screen.pilot.pause()
        assert "\x1b" not in " ".join((screen.words, *screen.details, *screen.table("findings")))
        screen.pilot.app.export_screenshot()


# Races


class Races:
    """Takes the place of the race, and remembers what was asked for."""

    def __init__(self) -> None:
        self.targets: list[str] = []

    def __call__(
        self, text: str, progress: Callable[[RaceResult], None], cancelled: Callable[[], bool]
    ) -> RaceResult:
        """A race that has long been run."""
        self.targets.append(text)
        result = raced(alone(FOUR), wins=(FOUR,) * 20)._replace(target=text)
        progress(result)
        return result


async def test_nothing_is_connected_to_before_it_is_asked_for() -> None:
    races = Races()
    async with opened(examine=machine(), race=races) as screen:
        await screen.shows(VITE)
        await screen.pilot.press("v", "down", "enter", "escape", "r")
        assert races.targets == []


async def test_a_race_to_the_listener_under_the_cursor() -> None:
    races = Races()
    async with opened(examine=machine(UNNAMED), race=races) as screen:
        await screen.shows(VITE)
        await screen.pilot.press("v", "R")
        pane = screen.tab.query_one(RacePane)
        await screen.until(lambda: pane.result is not None and pane.result.done)
        assert races.targets == ["127.0.0.1:5173 [::1]:5173"]
        assert pane.display
        await screen.pilot.press("escape")
        await screen.pilot.pause()
        assert not pane.display
        assert screen.pilot.app.focused is screen.tab.query_one("#loopback-listeners")


async def test_a_race_to_a_target_that_is_typed() -> None:
    races = Races()
    async with opened(examine=machine(), race=races) as screen:
        await screen.shows()
        for key in ("R", "slash"):  # from the checks there is no listener to race to
            await screen.pilot.press(key)
            assert isinstance(screen.pilot.app.focused, Input)
            await screen.pilot.press("escape")
            assert screen.pilot.app.focused is screen.tab.query_one("#loopback-findings")
        await screen.pilot.press("R", *"8443", "enter")
        await screen.until(lambda: races.targets == ["8443"])


async def test_escape_ends_a_race_and_then_closes_it() -> None:
    started = Event()

    def endless(
        text: str, progress: Callable[[RaceResult], None], cancelled: Callable[[], bool]
    ) -> RaceResult:
        started.set()
        while not cancelled():
            Event().wait(0.005)
        result = raced(alone(FOUR))._replace(stopped="cancelled")
        progress(result)
        return result

    async with opened(examine=machine(), race=endless) as screen:
        await screen.shows(VITE)
        await screen.pilot.press("v", "R")
        await screen.until(started.is_set)
        await screen.pilot.press("escape")
        pane = screen.tab.query_one(RacePane)
        await screen.until(lambda: pane.result.stopped == "cancelled")
        assert pane.display
        await screen.pilot.press("escape")
        await screen.pilot.pause()
        assert not pane.display


async def test_back_leads_to_the_table_that_one_came_from() -> None:
    async with opened(examine=machine()) as screen:
        await screen.shows(VITE)
        await screen.pilot.press("tab")
        listeners = screen.tab.query_one("#loopback-listeners")
        assert screen.pilot.app.focused is listeners
        await screen.pilot.press("enter", "escape")
        assert screen.pilot.app.focused is listeners
        await screen.pilot.press("v")
        assert screen.pilot.app.focused is screen.tab.query_one("#loopback-findings")


# Terminals


@pytest.mark.parametrize("size", SIZES)
async def test_every_part_is_reached_in_any_terminal(size: tuple[int, int]) -> None:
    races = Races()
    more = Finding(
        "src-select", FindingState.WARN, "IPv6 leaves from a unique local address " * 3, fix="x " * 60
    )
    async with opened(size, examine=machine(UNNAMED, more), race=races) as screen:
        await screen.shows(VITE, WEB)
        assert screen.table("findings")[0].startswith("▌✕ fail")
        await screen.pilot.press("v")
        await screen.pilot.pause()
        assert screen.table("listeners")[0].startswith("▌ 5173")
        assert screen.tab.query_one("#loopback-listeners").region.bottom <= size[1]
        await screen.pilot.press("enter")
        await screen.pilot.pause()
        assert screen.tab.query_one(DetailPanel).region.height >= 5
        assert screen.tab.query_one(DetailPanel).region.right <= size[0]
        await screen.pilot.press("escape", "R")
        pane = screen.tab.query_one(RacePane)
        await screen.until(lambda: races.targets and pane.result.done)
        await screen.pilot.pause()
        assert pane.region.height >= 5
        assert pane.region.right <= size[0]
        await screen.pilot.press("escape", "v")
        await screen.pilot.pause()
        assert screen.table("findings")[0].startswith("▌✕ fail")


async def test_a_race_in_80_by_24_shows_its_bars_without_scrolling() -> None:
    race = raced(alone(SIX, REFUSED), alone(FOUR), wins=(FOUR,) * 20)
    async with opened((80, 24), examine=machine(), race=lambda _, tell, __: tell(race)) as screen:
        await screen.shows(VITE)
        await screen.pilot.press("v", "R")
        await screen.pilot.pause()
        pane = screen.tab.query_one(RacePane)
        assert pane.region.height >= 20
        await screen.pilot.press("escape")
        await screen.pilot.pause()
        assert screen.tab.query_one(ScoreView).display


async def test_details_in_80_by_24_leave_the_verdict_and_take_the_place_of_the_diagram() -> None:
    async with opened((80, 24), examine=machine()) as screen:
        await screen.shows(VITE)
        await screen.pilot.press("enter")
        await screen.pilot.pause()
        assert screen.tab.query_one(DetailPanel).region.height >= 16
        assert screen.tab.query_one(ScoreView).display


async def test_checks_and_listeners_stand_side_by_side_where_there_is_room() -> None:
    async with opened((160, 50), examine=machine()) as screen:
        await screen.shows(VITE)
        checks, ports = screen.tab.query(LiveTable)
        assert checks.region.y == ports.region.y
        await screen.pilot.resize_terminal(80, 24)
        await screen.pilot.pause()
        assert checks.region.bottom == ports.region.y
