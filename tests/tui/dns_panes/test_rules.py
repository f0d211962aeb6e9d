"""The view Rules, over real servers and files, strangers' words, and looks that hang."""

from __future__ import annotations

import os
from pathlib import Path
from threading import Event

import pytest

from netmon.model.finding import Finding, FindingState
from netmon.resolver.enquiry import Enquiry
from netmon.resolver.rules.judging import judge
from netmon.resolver.rules.live_zone import gather
from netmon.resolver.rules.ruling import Ruling, rule
from netmon.tui.dns_panes.rules import RulesPane
from netmon.tui.widgets.detail_panel import DetailPanel
from tests.builders import HOSTILE
from tests.resolver.rules.nsd import free_port, nsd
from tests.resolver.rules.zones import HEAD
from tests.resolver.server import serve
from tests.tui.dns_panes.pane_app import Screen, opened

BAD = Finding(
    "two-cnames", FindingState.FAIL, "x has two aliases", "f:9", "nobody loads it", "remove one", "RFC 2181"
)
DARK = Finding("dangling", FindingState.UNKNOWN, "cannot tell")
FINE = Finding("ttl", FindingState.OK, "every set of records has one TTL", reference="RFC 2181")
SIZES = [(80, 24), (160, 50)]


def staged(*findings: Finding, zone: str = "ex.test.") -> RulesPane:
    return RulesPane(lambda *_: Ruling(zone, findings, 3, 2, 0.34, "only the apex"))


async def judged(screen: Screen[RulesPane], text: str) -> None:
    await screen.show(text)
    await ended(screen)


async def ended(screen: Screen[RulesPane]) -> None:
    await screen.until(lambda: not screen.pane.runs)
    await screen.pilot.pause()


async def test_a_zone_by_its_servers(tmp_path: Path) -> None:
    port = free_port()
    text = HEAD.replace("192.0.2.", "127.0.0.") + "www CNAME 192.0.2.9\n"
    with (
        nsd(tmp_path, "127.0.0.1", port, {"example.com": text}),
        serve({"example.com.": text.partition("@ IN NS ns1")[2].lstrip()}) as resolver,
    ):

        def look(asked: Enquiry, stop: Event) -> Ruling:
            view = gather(asked.text, [resolver.endpoint], port, stop=stop)
            answered = sum(server.authoritative is not None for server in view.servers)
            return Ruling(view.origin, tuple(judge(view)), len(view.servers), answered, 0.01)

        async with opened(RulesPane(look)) as screen:
            await judged(screen, "www.example.com")
            assert screen.head.startswith("✕ example.com. · not sound: ")
            assert screen.head.endswith(" of 2 server addresses answered, in 10 ms")
            assert any(row.startswith("✕ fail target-is-address") for row in screen.rows)


async def test_a_zone_file(tmp_path: Path) -> None:
    path = tmp_path / "example.com.zone"
    path.write_text(HEAD + "www CNAME 192.0.2.9\n")
    async with opened(RulesPane()) as screen:
        await judged(screen, str(path))
        assert screen.head.startswith("✕ example.com. · not sound: 1 fail · its file, in ")
        assert screen.rows[0].startswith("✕ fail target-is-address")


@pytest.mark.parametrize("size", SIZES)
async def test_the_worst_first_and_enter_tells_why(size: tuple[int, int]) -> None:
    async with opened(staged(BAD, DARK, FINE), size) as screen:
        await judged(screen, "www.ex.test")
        assert screen.head == (
            "✕ ex.test. · not sound: 1 fail, 1 cannot be told · 2 of 3 server addresses answered, in 340 ms"
        )
        assert any("only the apex" in line for line in screen.text)
        assert [row.split()[:3] for row in screen.rows] == [
            ["✕", "fail", "two-cnames"], ["?", "unknown", "dangling"], ["✓", "ok", "ttl"],
        ]  # fmt: skip
        await screen.press("enter")
        shown = " ".join(" ".join(screen.details).split())
        for part in ("✕ fail: x has two aliases", "nobody loads it", "→ remove one", "seen f:9", "RFC 2181"):
            assert part in shown
        assert screen.pane.query_one(DetailPanel).has_focus is (size[0] < 110)
        await screen.press("escape")
        assert screen.pane.table.has_focus


async def test_two_findings_of_one_rule_are_two_rows() -> None:
    async with opened(staged(BAD, BAD._replace(summary="y has two aliases"))) as screen:
        await judged(screen, "www.ex.test")
        await screen.press("enter", "down")
        assert screen.details[0] == "✕ fail: y has two aliases"


@pytest.mark.parametrize("text", ["a..b", "192.0.2.1", "./none"])
async def test_what_has_no_zone_is_said_in_a_line(text: str) -> None:
    async with opened(RulesPane()) as screen:
        await judged(screen, text)
        # Where the machine has no resolver, that is said first.
        assert screen.head.startswith(("✕ bad name", "✕ no nameservers"))
        assert screen.rows == ["nothing was judged"]


async def test_nobody_to_ask_is_one_clear_line() -> None:
    with serve({}) as server:
        nobody = server.endpoint

    def look(asked: Enquiry, stop: Event) -> Ruling:
        gather(asked.text, [nobody], stop=stop)
        raise AssertionError("it has found a zone")

    async with opened(RulesPane(look), (80, 24)) as screen:
        await judged(screen, "www.ex.test")
        assert screen.head == (
            "✕ the zone of www.ex.test. cannot be found: 127.0.0.1 refused: nothing serves that port"
        )
        assert "Traceback" not in "\n".join(screen.text)


async def test_a_file_that_is_no_zone(tmp_path: Path) -> None:
    path = tmp_path / "noise"
    path.write_bytes(os.urandom(300))
    async with opened(RulesPane()) as screen:
        await judged(screen, str(path))
        assert not screen.pane.runs
        assert screen.head.startswith("✕ ")
        assert "".join(screen.text).isprintable()


async def test_escape_ends_a_look_and_r_begins_another() -> None:
    stopped: list[bool] = []

    def look(asked: Enquiry, stop: Event) -> Ruling:
        stopped.append(stop.wait(10))
        return Ruling("late.", (BAD,), 1, 1, 1.0)

    now = [0.0]
    async with opened(RulesPane(look)) as screen:
        screen.pane.clock = lambda: now[0]
        await screen.show("www.ex.test")
        now[0] = 2.5
        screen.pane.tick()
        assert screen.head == "www.ex.test · looking at its zone … 2 s, Esc ends it"
        await screen.press("escape")
        await screen.until(lambda: stopped == [True])
        await screen.pilot.app.workers.wait_for_complete()
        await screen.pilot.pause()
        assert screen.head == "⚠ ended before the zone was judged: r looks again"
        assert screen.rows == ["nothing was judged"]
        screen.pane.again()
        assert screen.pane.runs
        screen.pane.forget()
        assert not screen.pane.runs


async def test_a_look_does_not_keep_the_app_from_ending() -> None:
    begun, given_up = Event(), Event()

    def look(asked: Enquiry, stop: Event) -> Ruling:
        begun.set()
        assert stop.wait(10)
        given_up.set()
        return Ruling("late.", (), 0, 0, 0.0)

    async with opened(RulesPane(look)) as screen:
        await screen.show("www.ex.test")
        await screen.until(begun.is_set)
    assert given_up.wait(10)


async def test_another_subject_ends_the_look_at_the_one_before_and_the_same_is_not_looked_at_again() -> None:
    seen: list[str] = []

    def look(asked: Enquiry, stop: Event) -> Ruling:
        seen.append(asked.text)
        if asked.text == "one.test":
            assert stop.wait(10)
        return Ruling(f"{asked.text}.", (FINE,), 1, 1, 0.1)

    async with opened(RulesPane(look)) as screen:
        await screen.show("one.test")
        await judged(screen, "two.test")
        await screen.show("two.test", same=True)
        await ended(screen)
        assert screen.head.startswith("✓ two.test. · sound · 1 of 1 ")
        assert seen == ["one.test", "two.test"]


async def test_a_fault_of_ours_is_said() -> None:
    def broken(asked: Enquiry, stop: Event) -> Ruling:
        raise RuntimeError("[/x]\x1b[2J")

    async with opened(RulesPane(broken)) as screen:
        await judged(screen, "www.ex.test")
        assert screen.head.startswith("✕ the look failed: RuntimeError(")


@pytest.mark.parametrize("size", SIZES)
async def test_strangers_words_are_data(size: tuple[int, int]) -> None:
    evil = Finding(HOSTILE, FindingState.FAIL, HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE)
    async with opened(staged(evil, zone=HOSTILE), size) as screen:
        await judged(screen, HOSTILE)
        assert "".join(screen.text).isprintable()
        await screen.press("enter")
        assert screen.details
        assert "".join(screen.text).isprintable()


async def test_the_rules_of_this_program_are_what_is_asked_by_default() -> None:
    assert RulesPane()._judge is rule
