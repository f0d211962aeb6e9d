"""Makes the pictures of netmon beside this file: `python screenshots/make.py [NAME…]`.

Each is the real app over the real engine, fed by a staged collector (`scene.py`), so that it comes out
the same wherever it is made. `tests/test_screenshots.py` fails when a picture no longer shows what the
app shows; run this again then, and look at what changed.
"""

from __future__ import annotations

import asyncio
import html
import itertools
import re
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from textual.pilot import Pilot
from textual.widgets import Input

# Run as a program, this file finds only its own folder.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from netmon.collectors.replay import ReplayCollector
from netmon.engine.poller import Poller, Subscriber
from netmon.engine.services import service_name
from netmon.tui.app import NetmonApp
from netmon.tui.tabs.base import Tab
from screenshots import scene

PLACE = Path(__file__).resolve().parent
WIDE, MIDDLE, NARROW = (160, 40), (120, 36), (80, 24)


@dataclass(frozen=True)
class Picture:
    """One picture and how to get there."""

    tab: str
    size: tuple[int, int] = WIDE
    typed: str = ""
    """What is typed into the tab's box, with Enter behind it."""
    keys: tuple[str, ...] = ()


PICTURES = {
    "connections": Picture("connections"),
    "connections-80x24": Picture("connections", NARROW),
    "details": Picture("connections", keys=("tab", "enter")),
    "processes": Picture("connections", MIDDLE, keys=("v", "v")),
    "ports": Picture("ports", WIDE),
    "dns": Picture("dns", MIDDLE, typed=scene.ASKED),
    # The checks may have begun before the listeners were there.
    "loopback": Picture("loopback", MIDDLE, keys=("r",)),
}


def main(names: list[str]) -> int:
    """Make the pictures of these names, or all of them; the exit code."""
    if unknown := [name for name in names if name not in PICTURES]:
        sys.stderr.write(f"make.py: no picture is called {unknown[0]}; there are {', '.join(PICTURES)}\n")
        return 2
    for name in names or PICTURES:
        svg = asyncio.run(make(PICTURES[name]))
        (PLACE / f"{name}.svg").write_text(svg, encoding="utf-8")
    return 0


async def make(picture: Picture) -> str:
    """The picture as SVG."""
    with on_devbox():
        poller = StagedPoller()
        app = StagedApp(poller, first_tab=picture.tab)
        async with app.run_test(size=picture.size) as pilot:
            await _settle(pilot)
            await poller.play(lambda: pilot.pause(0))
            if picture.typed:
                app.query_one(Input).value = picture.typed
                await pilot.press("enter")
            await _settle(pilot)
            await pilot.press(*picture.keys)
            await _settle(pilot)
            return tidied(app.export_screenshot())


async def _settle(pilot: Pilot[None]) -> None:
    """Wait until everything that was asked for has been drawn."""
    await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


# -- the stage


class StagedPoller(Poller):
    """Polls the scene when it is told to, on the thread of the app; each poll takes 3 ms."""

    def __init__(self) -> None:
        snapshots = scene.snapshots()
        ticks = itertools.count()
        super().__init__(ReplayCollector(snapshots, scene.ANCESTORS), clock=lambda: next(ticks) * 0.003)
        self._before = len(snapshots) - scene.LIVE_S
        self._receivers: list[Subscriber] = []

    def subscribe(self, subscriber: Subscriber) -> None:
        """Remember who is to receive the states."""
        self._receivers.append(subscriber)

    async def play(self, settle: Callable[[], Awaitable[None]]) -> None:
        """Hand out the last minute, and let each second of it be drawn."""
        for _ in range(self._before):
            self.poll_once()
        for _ in range(scene.LIVE_S):
            state = self.poll_once()
            for receive in self._receivers:
                receive(state)
            await settle()


class StagedApp(NetmonApp):
    """The app, with a clock that stands still and a loopback that is the scene's."""

    def _services(self, tab_class: type[Tab]) -> dict[str, object]:
        staged: dict[str, dict[str, object]] = {
            "dns": {"clock": lambda: scene.MONOTONIC},
            "loopback": {"examine": scene.examined, "files": ()},
        }
        return {**super()._services(tab_class), **staged.get(tab_class.slug, {})}


@contextmanager
def on_devbox() -> Iterator[None]:
    """The machine's name, its services database and its resolver are those of the scene."""
    service_name.cache_clear()
    with (
        patch("socket.gethostname", lambda: scene.HOST),
        patch("socket.getservbyport", _service),
        patch("netmon.tui.tabs.asking_tab.enquire", lambda enquiry, **_: scene.answered(enquiry.text)),
        patch("netmon.tui.tabs.dns.system", lambda: scene.SYSTEM),
        patch("netmon.tui.tabs.dns.hosts_names", lambda: ("localhost",)),
    ):
        yield
    service_name.cache_clear()


def _service(port: int, protocol: str) -> str:
    if port not in scene.SERVICES:
        raise OSError("port/proto not found")
    return scene.SERVICES[port]


# -- the SVG

FONTS = "'DejaVu Sans Mono', Menlo, Consolas, 'Liberation Mono', monospace"
"""On every system one of them is there, with all the characters that netmon draws."""

_CELL = 12.2
"""The width of a cell in the SVG."""
_TEXT = re.compile(
    r'<text class="(?P<style>netmon-r\d+)" x="(?P<x>[\d.]+)" y="(?P<y>[\d.]+)" textLength="[\d.]+"'
    r' clip-path="url\(#netmon-line-(?P<line>\d+)\)">(?P<text>.*?)</text>'
)
_GAP = re.compile(r" {2,}")


def tidied(svg: str) -> str:
    """The SVG without fonts from the network, under fonts that are there, with names that stay the same."""
    svg = re.sub(r"\s*@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    svg = re.sub(r"\s*<!-- Generated .*? -->", "", svg)
    svg = re.sub(r"font-family: [^;]*;", f"font-family: {FONTS};", svg)
    svg = re.sub(r"\s*font-variant-east-asian: [^;]*;", "", svg)
    svg = re.sub(r"terminal-\d+", "netmon", svg)
    svg = _TEXT.sub(_in_place, svg)
    return "\n".join(line.rstrip() for line in svg.splitlines()) + "\n"


def _in_place(found: re.Match[str]) -> str:
    """A text without the spaces around it and without gaps, each part at a place of its own.

    Else columns would depend on the width of the font, and on what a viewer makes of leading spaces.
    """
    text = _plain(found["text"])
    parts, start = [], 0
    for gap in [*_GAP.finditer(text), None]:
        part = text[start : gap.start() if gap else None]
        if part.strip():
            lead = len(part) - len(part.lstrip())
            parts.append(_part(found, part.strip(), start + lead))
        start = gap.end() if gap else start
    return "\n".join(parts)


def _part(found: re.Match[str], text: str, offset: int) -> str:
    x, length = float(found["x"]) + offset * _CELL, len(text) * _CELL
    shown = html.escape(text).replace(" ", "&#160;")
    return (
        f'<text class="{found["style"]}" x="{x:g}" y="{found["y"]}" textLength="{length:g}"'
        f' clip-path="url(#netmon-line-{found["line"]})">{shown}</text>'
    )


def text_of(svg: str) -> list[str]:
    """What a picture shows, line by line."""
    lines: dict[int, str] = {}
    for found in _TEXT.finditer(svg):
        number, column = int(found["line"]), round(float(found["x"]) / _CELL)
        lines[number] = lines.get(number, "").ljust(column) + _plain(found["text"])
    return [lines.get(number, "").rstrip() for number in range(max(lines, default=-1) + 1)]


def _plain(text: str) -> str:
    return html.unescape(text).replace("\xa0", " ")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
