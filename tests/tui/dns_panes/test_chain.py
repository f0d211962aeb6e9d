"""The Chain view, driven in the tab against a real server, and with staged answers."""

from __future__ import annotations

from collections.abc import Iterator

import dns.name
import pytest
from textual.app import App, ComposeResult
from textual.visual import VisualType
from textual.widgets import Static

from netmon.resolver.enquiry import Enquiry
from netmon.resolver.trace.hints import Hints
from netmon.tui.dns_panes.base import Subject
from netmon.tui.dns_panes.chain import ChainPane
from tests.builders import connection, process, state
from tests.resolver.saying import CACHE, NAME, OWN, answer, outcome, record, says
from tests.resolver.server import Server, serve
from tests.tui.dns_screen import Clock, Screen, opened

ZONE = r"""
host   60 A 192.0.2.1
www    30 CNAME host
evil   CNAME \[\/x\]\027\[red\].host
ring   CNAME gnir
gnir   CNAME ring
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serve({"example.test.": ZONE}) as running:
        yield running


@pytest.fixture(autouse=True)
def nobody_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """The trace begins at an address of this machine at which nothing is."""
    root = dns.name.from_text("a.root.")
    monkeypatch.setattr(ChainPane, "hints", Hints(dns.name.root, {root: ("127.255.255.1",)}, "staged"))


def text(screen: Screen, part: str) -> str:
    """What one part of the view shows."""
    return str(screen.tab.query_one(f"#dns-{part}", Static).render())


async def show(screen: Screen) -> None:
    """Go to the view."""
    screen.tab.focus()
    for _ in range(8):
        if screen.tab.query_one(ChainPane).is_on_screen:
            return
        screen.tab.action_view(1)
        await screen.pilot.pause()
    raise AssertionError("there is no such view")


@pytest.mark.parametrize("size", [(80, 24), (160, 50)])
async def test_the_chain_and_the_story(server: Server, size: tuple[int, int]) -> None:
    async with opened(server, size=size) as screen:
        await screen.look_up("www.example.test A AAAA")
        await show(screen)
        await screen.until(lambda: "Connection" in text(screen, "story") and "…" not in text(screen, "story"))
        lines = text(screen, "chain").splitlines()
        assert lines[0].startswith("www.example.test.   good for ")
        assert lines[1].startswith("  │ CNAME  ")
        assert lines[2] == "  ▼ host.example.test."
        assert lines[3].startswith("    A  192.0.2.1  ")
        assert "1 Delegation: The parent's delegation is not known" in text(screen, "story")


async def test_nothing_is_asked_before_the_view_is_shown(server: Server) -> None:
    async with opened(server) as screen:
        before = len(server.asked)
        await screen.look_up("www.example.test A")
        assert [kind for _, kind, _ in server.asked[before:]] == ["A"]
        await show(screen)
        await screen.until(lambda: any(kind == "SOA" for _, kind, _ in server.asked[before:]))
        await screen.until(lambda: "…" not in text(screen, "story"))


async def test_what_the_zone_says_is_known_to_every_view_afterwards(server: Server) -> None:
    async with opened(server) as screen:
        await screen.look_up("www.example.test A")
        assert "v to Chain" in screen.notes
        subject = screen.tab.subject
        assert subject is not None
        assert subject.beside is None
        await show(screen)
        await screen.until(lambda: screen.tab.subject and screen.tab.subject.beside)
        before = screen.tab.subject and screen.tab.subject.beside
        screen.tab.action_again()
        # It is not known for a moment, which may be over before anybody looks.
        await screen.until(
            lambda: (
                screen.tab.subject and screen.tab.subject.beside and screen.tab.subject.beside is not before
            )
        )


async def test_ttls_tick(server: Server) -> None:
    clock = Clock()
    async with opened(server, clock=clock) as screen:
        await screen.look_up("www.example.test A")
        await show(screen)
        clock.ahead = 20
        await screen.until(
            lambda: "good for 9 s" in text(screen, "chain") or "good for 10 s" in text(screen, "chain")
        )


async def test_a_loop_and_hostile_names(server: Server) -> None:
    async with opened(server) as screen:
        await screen.look_up("ring.example.test A")
        await show(screen)
        assert "comes again: a loop" in text(screen, "chain")
        assert "dns-chain-loop" in text(screen, "lives") or "The aliases go round" in text(screen, "lives")
        await screen.look_up("evil.example.test A")
        await screen.until(lambda: "[/x]" in text(screen, "chain"))
        assert "\x1b" not in text(screen, "chain")


class PaneApp(App[None]):
    """Holds the view alone."""

    def compose(self) -> ComposeResult:
        """The view alone."""
        yield ChainPane()


async def test_an_old_answer_and_connections() -> None:
    app = PaneApp()
    async with app.run_test(size=(80, 24)) as pilot:
        pane = app.query_one(ChainPane)
        found = outcome(
            says(OWN, answer(record("192.0.2.9"))), says(CACHE, answer(record("192.0.2.1", ttl=99)))
        )
        pane.clock = lambda: 1010.0
        staged = found._replace(waiting=(CACHE,))  # so that nobody is asked
        pane.show_subject(Subject(1, Enquiry(NAME), staged))
        await pilot.pause()
        assert "192.0.2.8 may say until" in str(app.query_one("#dns-chain", Static).render())
        assert "192.0.2.8 has an old A" in str(app.query_one("#dns-lives", Static).render())
        own = connection("192.0.2.1:443", local="10.0.0.5:50000", process=process("[/x]", 7))
        pane.show_state(state([own, own]))
        shown = str(app.query_one("#dns-story", Static).render())
        assert "This machine has 2 connections to it now: 2 with 192.0.2.1 by [/x] (7)." in shown
        pane.show_state(state()._replace(accepted={}))
        assert "is not known here" in str(app.query_one("#dns-story", Static).render())
        pane.forget()


async def test_only_what_ticks_is_laid_out_again(monkeypatch: pytest.MonkeyPatch) -> None:
    laid_out: list[str | None] = []
    update = Static.update

    def counted(widget: Static, content: VisualType = "", **options: bool) -> None:
        laid_out.append(widget.id)
        update(widget, content, **options)

    said = outcome(says(CACHE, answer(*(record(f"10.0.{at >> 8}.{at & 255}") for at in range(2000)))))
    now = [1000.0]
    app = PaneApp()
    async with app.run_test() as pilot:
        pane = app.query_one(ChainPane)
        pane.clock = lambda: now[0]
        pane.show_subject(Subject(1, Enquiry(NAME), said._replace(waiting=(CACHE,))))
        await pilot.pause()
        monkeypatch.setattr(Static, "update", counted)
        pane.tick()
        assert laid_out == []
        now[0] += 1
        pane.tick()
        assert laid_out == ["dns-chain"]
