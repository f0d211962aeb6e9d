"""The app around the tabs: switching, states and names on their way, help, quitting."""

from __future__ import annotations

import asyncio
import gc
import threading

import pytest
from textual.binding import Binding

from netmon.model.snapshot import InterfaceCounters
from netmon.tui.app import NetmonApp
from netmon.tui.screens.help import HelpScreen
from netmon.tui.tabs.connections import ConnectionsTab
from netmon.tui.tabs.ports import PortsTab
from netmon.tui.tabs.registry import TABS
from netmon.tui.widgets.top_bar import TopBar
from tests.builders import NOW
from tests.staging import (
    SIZES,
    Screen,
    StagedCollector,
    StagedPoller,
    carried,
    inbound,
    outbound,
    running,
    snapshot,
)

SLUGS = [entry.slug for entry in TABS]


def visited(screen: Screen) -> list[str]:
    """The tabs that have been composed."""
    return list(screen.app._visited)


def in_view(screen: Screen) -> list[str]:
    """The tabs that are displayed."""
    return [slug for slug, tab in screen.app._visited.items() if tab.display]


# -- tabs


async def test_tabs_are_composed_on_their_first_visit_only() -> None:
    async with running() as screen:
        await screen.poll(inbound())
        assert visited(screen) == ["connections"]
        for index, slug in enumerate(SLUGS[1:], 1):
            # By the bar, since in the DNS tab a digit is typed.
            await screen.pilot.click("TopBar", offset=screen.where(f"{index + 1} {TABS[index].title}"))
            await screen.settle()
            assert visited(screen) == SLUGS[: index + 1]
            assert in_view(screen) == [slug]
        first = screen.tab
        screen.app.action_tab(0)
        await screen.settle()
        assert screen.tab is first
        assert in_view(screen) == ["connections"]


async def test_digits_choose_the_tab() -> None:
    async with running() as screen:
        await screen.poll(inbound())
        await screen.press("2")
        assert in_view(screen) == ["ports"]
        await screen.press("4")
        assert in_view(screen) == ["loopback"]
        await screen.press("1")
        assert in_view(screen) == ["connections"]
        assert screen.app.focused is screen.table("inbound")
        await screen.press("3")
        assert in_view(screen) == ["dns"]


@pytest.mark.parametrize("slug", SLUGS)
async def test_begins_with_any_tab(slug: str) -> None:
    async with running(first_tab=slug) as screen:
        await screen.poll(inbound())
        assert visited(screen) == [slug]


async def test_the_tab_in_view_is_marked_in_the_bar() -> None:
    async with running() as screen:
        for index, entry in enumerate(TABS):
            screen.app.action_tab(index)
            await screen.settle()
            bar = screen.app.query_one("TopBar").render_line(0)
            assert [part.text.strip() for part in bar if part.style and part.style.reverse] == [
                f"{index + 1} {entry.title}"
            ]


async def test_a_tab_shows_the_latest_as_soon_as_it_is_opened() -> None:
    async with running(first_tab="loopback") as screen:
        await screen.poll(inbound())
        screen.app.action_tab(0)
        await screen.settle()
        assert "nginx 812" in screen.line_of("inbound", "nginx")


async def test_a_hidden_tab_keeps_its_filter_and_order_and_catches_up() -> None:
    async with running() as screen:
        await screen.poll(inbound())
        await screen.filter("curl")
        await screen.press("enter", "2")
        await screen.poll(inbound(), outbound())
        await screen.press("1")
        assert screen.processes("outbound") == ["curl"]
        assert " / curl ▸ 1 of 2 " in screen.status


async def test_a_state_may_come_while_a_tab_is_only_being_composed() -> None:
    async with running() as screen:
        await screen.poll(inbound(), outbound())
        latest = screen.poller.latest
        assert latest is not None
        for index in (1, 2, 3):
            screen.app.action_tab(index)
            tab = screen.app._current
            assert tab is not None
            assert not tab.is_mounted
            message = screen.app.StateChanged(latest, tab.project(latest), tab)
            screen.app.on_netmon_app_state_changed(message)
            screen.app.on_netmon_app_names_changed()
            await screen.settle()
            assert in_view(screen) == [SLUGS[index]]


async def test_a_tab_that_takes_its_time_is_opened_when_it_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    ready, composed = asyncio.Event(), PortsTab._compose

    async def compose_late(tab: PortsTab) -> None:
        await ready.wait()
        await composed(tab)

    monkeypatch.setattr(PortsTab, "_compose", compose_late)
    async with running() as screen:
        await screen.poll(inbound())
        drawn = threading.Event()
        screen.app.action_tab(1)
        screen.app.call_after_refresh(drawn.set)
        try:
            await screen.until(drawn.is_set)
        finally:
            ready.set()
        await screen.settle()
        assert in_view(screen) == ["ports"]
        assert screen.app.focused is screen.app.query_one("#ports-listeners LiveTable")


async def test_fast_fingers_end_at_the_last_tab() -> None:
    async with running() as screen:
        await screen.poll(inbound())
        await screen.press(*"2424121")
        assert in_view(screen) == ["connections"]
        await screen.poll(inbound(), outbound())
        assert "curl" in screen.line_of("outbound", "curl")


# -- states


async def test_the_first_line_shows_what_the_machine_carries() -> None:
    async with running() as screen:
        record = outbound()
        await screen.poll(record, interfaces={"eth0": InterfaceCounters(0, 0)})
        await screen.poll(
            carried(record, received=900_000, sent=100_000),
            interfaces={"eth0": InterfaceCounters(1_000_000, 250_000)},
        )
        assert "▼ 900 kB/s ▲ 100 kB/s" in screen.bar
        assert "eth0 ▼ 1.0 MB/s ▲ 250 kB/s 80 % accounted for" in screen.bar


async def test_only_the_tab_in_view_is_drawn() -> None:
    async with running() as screen:
        await screen.poll(inbound())
        tab = screen.tab
        await screen.press("2")
        drawn: list[object] = []
        tab.show_projection = lambda state, projection: drawn.append(state)  # type: ignore[method-assign]
        await screen.poll(inbound(), outbound())
        assert not drawn


async def test_of_states_that_come_too_fast_the_last_is_shown() -> None:
    async with running() as screen:
        collector = screen.poller.collector
        assert isinstance(collector, StagedCollector)
        records = [outbound(f"203.0.113.9:{port}") for port in range(1, 101)]
        for count in range(1, 101):
            collector.stage(snapshot(records[:count], at=NOW + count))
        await screen.until(lambda: screen.states == 100)
        await screen.settle()
        assert len(screen.table("outbound").rows) == 100


async def test_only_states_replace_states() -> None:
    async with running() as screen:
        await screen.poll(inbound())
        latest = screen.poller.latest
        assert latest is not None
        message = screen.app.StateChanged(latest, None, None)
        names = screen.app.NamesChanged()
        assert message.can_replace(screen.app.StateChanged(latest, None, None))
        assert names.can_replace(screen.app.NamesChanged())
        assert not message.can_replace(names)
        assert not names.can_replace(message)


async def test_polls_go_on_beneath_the_help() -> None:
    async with running() as screen:
        await screen.poll(inbound())
        await screen.press("question_mark")
        assert isinstance(screen.app.screen, HelpScreen)
        await screen.poll(inbound(), outbound())
        await screen.press("escape")
        assert "curl" in screen.line_of("outbound", "curl")


# -- help


@pytest.mark.parametrize("size", SIZES)
async def test_help_shows_every_key_of_the_app_and_of_the_tab(size: tuple[int, int]) -> None:
    async with running(size=size) as screen:
        await screen.poll(inbound())
        await screen.press("question_mark")
        lines: set[str] = set()
        while not lines.issuperset(page := screen.text):
            lines |= set(page)
            await screen.press("pagedown")
        said = "\n".join(lines)
        for binding in (*NetmonApp.BINDINGS, *ConnectionsTab.BINDINGS):
            assert isinstance(binding, Binding)
            assert binding.description in said
        assert all(line.isprintable() for line in lines)


async def test_help_opens_over_every_tab_and_closes() -> None:
    async with running() as screen:
        await screen.poll(inbound())
        for index, entry in enumerate(TABS):
            screen.app.action_tab(index)
            await screen.settle()
            screen.app.action_help()
            await screen.settle()
            assert any("╭─ Help ─" in line for line in screen.text)
            await screen.press("escape")
            assert not any("╭─ Help ─" in line for line in screen.text)
            assert in_view(screen) == [entry.slug]


# -- the end


@pytest.mark.parametrize("key", ["q", "ctrl+c"])
async def test_keys_that_quit(key: str) -> None:
    async with running() as screen:
        await screen.pilot.press(key)
        await screen.until(lambda: not screen.app.is_running)
        assert screen.app.return_code == 0


async def test_ctrl_c_quits_even_while_something_is_typed() -> None:
    async with running() as screen:
        await screen.poll(inbound())
        await screen.press("slash")
        await screen.pilot.press("ctrl+c")
        await screen.until(lambda: not screen.app.is_running)


async def test_stopping_closes_the_collector() -> None:
    collector = StagedCollector()
    poller = StagedPoller(collector)
    poller.start()
    poller.stop()
    assert collector.closed.is_set()
    assert not any(thread.name == "netmon-poller" for thread in threading.enumerate())


async def test_names_are_looked_up_no_more_after_the_end() -> None:
    asked: list[str] = []

    def resolve(address: str) -> str:
        asked.append(address)
        raise OSError

    async with running(resolve=resolve) as screen:
        await screen.poll(outbound())
        await screen.press("n")
        await screen.until(lambda: asked)
        names = screen.app._names
    names.lookup("198.51.100.99")
    assert "198.51.100.99" not in asked
    assert not names._waiting


async def test_garbage_is_collected_after_the_first_paint() -> None:
    gc.disable()
    try:
        async with running():
            assert gc.isenabled()
    finally:
        gc.enable()
        gc.unfreeze()


async def test_a_state_that_comes_while_the_app_is_taken_down_is_no_fault() -> None:
    async with running() as screen:
        await screen.poll(inbound())
        await screen.app.query_one(TopBar).remove()
        await screen.poll(outbound())
        assert screen.app.is_running
