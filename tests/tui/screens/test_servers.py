"""Choosing servers, by keys."""

from __future__ import annotations

from textual.app import App
from textual.widgets import Input

from netmon.resolver.offered import Ticks
from netmon.resolver.server import Server, parse_server
from netmon.tui.screens.servers import ServersScreen
from netmon.tui.widgets.line import Line
from netmon.tui.widgets.live_table import LiveTable

PUBLIC = parse_server("9.9.9.9")
SYSTEM = Server("system")


class ScreenApp(App[None]):
    """The screen alone, and its result."""

    result: Ticks | None = None

    def on_mount(self) -> None:
        """Open it."""

        def done(ticks: Ticks | None) -> None:
            self.result = ticks

        self.push_screen(ServersScreen({SYSTEM: True, PUBLIC: False}), done)


async def pressed(*keys: str) -> Ticks | None:
    """What comes of these keys."""
    app = ScreenApp()
    async with app.run_test() as pilot:
        await pilot.pause()
        await pilot.press(*keys)
        await pilot.pause()
        return app.result


async def test_space_and_enter_tick() -> None:
    assert await pressed("space", "down", "enter", "escape") == {SYSTEM: False, PUBLIC: True}


async def test_a_server_is_added_ticked_and_removed() -> None:
    added = await pressed("a", *"[", "colon", "colon", *"1]", "enter", "escape")
    assert added == {SYSTEM: True, PUBLIC: False, parse_server("[::1]"): True}
    assert await pressed("down", "x", "escape") == {SYSTEM: True}


async def test_what_is_no_server_is_said_at_once() -> None:
    app = ScreenApp()
    async with app.run_test() as pilot:
        await pilot.pause()
        await pilot.press("a", *"ftp", "colon", "slash", "slash", "x", "enter")
        assert "ftp:// is not one of udp://" in app.screen.query_one("#servers-error", Line).text
        await pilot.press("escape")
        assert isinstance(app.focused, LiveTable)
        assert app.result is None


async def test_every_kind_of_server_is_explained() -> None:
    app = ScreenApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        for written in ("authoritative", "tcp://[::1]", "tls://a.test", "https://a.test", "quic://a.test"):
            app.screen.query_one(Input).value = written
            await pilot.press("a", "enter")
        table = app.screen.query_one(LiveTable)
        lines = [table.render_line(y).text for y in range(1, 8)]
        assert "[x] authoritative" in lines[2]
        assert "the zone's own: what holds now" in lines[2]
        assert all(len(line.split()) >= 3 for line in lines[2:])


async def test_an_empty_list_is_no_trouble() -> None:
    assert await pressed("x", "x", "x", "space", "escape") == {}
