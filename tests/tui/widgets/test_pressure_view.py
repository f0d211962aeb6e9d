"""What presses on ports, as a user sees it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from netmon.engine.state import State
from netmon.model.finding import Finding, FindingState
from netmon.model.socket import SocketState
from netmon.ports.pressure.view import PressureView, pressure_view
from netmon.tui.widgets.line import Line
from netmon.tui.widgets.pressure_view import PressurePane, headline, share_text
from tests.builders import HOSTILE, connection, listener, process, state

SIZES = [(80, 24), (160, 50)]


class PaneApp(App[None]):
    """The pane alone."""

    def compose(self) -> ComposeResult:
        """The pane alone."""
        yield PressurePane()


@asynccontextmanager
async def opened(
    view: PressureView | None, size: tuple[int, int] = (100, 30)
) -> AsyncIterator[tuple[PressurePane, Pilot[None]]]:
    app = PaneApp()
    async with app.run_test(size=size) as pilot:
        pane = app.query_one(PressurePane)
        if view is not None:
            pane.show(view)
        await pilot.pause()
        await pilot.pause()
        yield pane, pilot


def screen(pilot: Pilot[None]) -> str:
    """Every line of the terminal."""
    compositor = pilot.app.screen._compositor
    return "\n".join("".join(s.text for s in strip) for strip in compositor.render_strips())


def table(pane: PressurePane) -> list[str]:
    lines = (pane.table.render_line(y).text for y in range(pane.table.size.height))
    return [" ".join(line.split()) for line in lines if line.strip()]


def pressed() -> State:
    """Ten ports, of which nine go to one place, and a listener whose queue is full."""
    ports = range(40000, 40009)
    rows = [connection("203.0.113.7:443", local=f"10.0.0.5:{port}", process=HOSTILE) for port in ports[:6]]
    rows += [
        connection("203.0.113.7:443", local=f"10.0.0.5:{port}", state=SocketState.TIME_WAIT)
        for port in ports[6:]
    ]
    rows.append(connection("203.0.113.8:80", local="10.0.0.5:40000"))
    full = listener(process=process("[/x]", 80), socket={"receive_queue": 3, "send_queue": 2})
    return state(rows, [full], ephemeral=(40000, 40009))


@pytest.mark.parametrize("size", SIZES)
async def test_the_findings_and_the_destinations(size: tuple[int, int]) -> None:
    async with opened(pressure_view(pressed()), size) as (pane, pilot):
        assert "✕ fail" in pane.query_one("#pressure-headline", Line).text
        text = screen(pilot)
        assert all(line.isprintable() for line in text.splitlines())
        assert "the accept queue of port 8080 is full: [/x] (80) does not keep up" in text
        assert pane.table.region.bottom <= size[1]
        header, first, second, *_ = table(pane)
        assert header.split()[0] == "DESTINATION"
        for title in ("USED", "TIME_WAIT", "FREE", "IN USE"):
            assert title in header
        assert "203.0.113.7:443" in first
        assert first.endswith("█████████░ 90% ⚠")
        assert "203.0.113.8:80" in second
        assert second.endswith("█░░░░░░░░░ 10%")


async def test_when_nothing_presses_the_figures_say_so() -> None:
    async with opened(pressure_view(state(listeners=[listener()]))) as (pane, pilot):
        text = screen(pilot)
        assert "28232 of 28232 ephemeral ports are free" in text
        assert "no outgoing TCP connection has an ephemeral port" in text
        # The state says nothing of lost connections, as on a system that does not count them.
        assert pane.query_one("#pressure-headline", Line).text.startswith(
            "? unknown nothing presses in 5 checks"
        )


async def test_it_follows_what_it_is_shown() -> None:
    async with opened(None) as (pane, pilot):
        assert pane.query_one("#pressure-headline", Line).text == "looking at ports …"
        for shown, says in ((pressed(), "✕"), (state(), "?"), (pressed(), "✕")):
            pane.show(pressure_view(shown))
            await pilot.pause()
            assert pane.query_one("#pressure-headline", Line).text[0] == says


async def test_what_is_handed_over_before_it_is_mounted_is_shown() -> None:
    pane = PressurePane()
    pane.show(pressure_view(pressed()))

    class Late(App[None]):
        def compose(self) -> ComposeResult:
            yield pane

    async with Late().run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "✕ fail" in pane.query_one("#pressure-headline", Line).text


async def test_the_destinations_take_the_keys() -> None:
    async with opened(pressure_view(pressed())) as (pane, pilot):
        pane.focus_first()
        await pilot.pause()
        assert pilot.app.focused is pane.table


def test_headlines() -> None:
    fine, info, bad = (
        Finding("x", s, s.value) for s in (FindingState.OK, FindingState.INFO, FindingState.WARN)
    )
    assert headline([fine, info]).plain == "✓ ok      nothing presses: 2 checks"
    assert headline([bad, bad, fine]).plain == "⚠ warn    2 findings call for something to be done"


def test_a_bar_is_never_empty_while_a_port_is_used_nor_too_long() -> None:
    use = pressure_view(pressed()).use.destinations[0]
    assert share_text(use._replace(live=1, time_wait=0, usable=28232)).startswith("█░")
    assert share_text(use._replace(live=12, time_wait=0, usable=10)).split() == ["██████████", "120%", "✕"]
