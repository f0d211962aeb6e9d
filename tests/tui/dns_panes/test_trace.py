"""The view Trace, over real trees of servers, walls, strangers' words and traces that hang."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import pytest
from textual.widgets import Input

from netmon.model.finding import Finding, FindingState
from netmon.resolver.answer import Record
from netmon.resolver.enquiry import Outcome as Answered
from netmon.resolver.trace.findings import findings_of
from netmon.resolver.trace.steps import Outcome, Trace, TraceStep
from netmon.resolver.trace.typed import Traced, Wanted, trace_typed
from netmon.resolver.transport.exchange import Deadline
from netmon.tui.dns_panes.trace import TracePane
from netmon.tui.widgets.detail_panel import DetailPanel
from tests.builders import HOSTILE
from tests.resolver.trace import tree as world
from tests.resolver.trace.staged import CUT, DEAD, GOOD, LAME, ROOT, SOUND, step, trace
from tests.resolver.trace.tree import Tree, alone_on_a_host, running_tree
from tests.tui.dns_panes.pane_app import Screen, opened

OnStep = Callable[[TraceStep], None]
SIZES = [(80, 24), (160, 50)]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tree]:
    with running_tree(tmp_path_factory.mktemp("tree")) as running:
        yield running


def within(tree: Tree) -> TracePane:
    """A view whose traces are in the tree, and begin at its root."""

    def run(asked: Wanted, start: str, deadline: Deadline, **options: object) -> Traced:
        with tree.host.entered():
            return trace_typed(asked, start or str(tree.hints), deadline, **options)  # type: ignore[arg-type]

    return TracePane(run)


def staged(*traces: Trace, source: str = "built-in hints") -> TracePane:
    """A view whose traces are made by hand."""

    def run(
        asked: Wanted, start: str, deadline: Deadline, *, every: bool = False, on_step: OnStep | None = None
    ) -> Traced:
        assert on_step is not None
        for each in (each for one in traces for each in one.steps):
            on_step(each)
        return Traced(source, tuple(one._replace(findings=findings_of(one)) for one in traces))

    return TracePane(run)


async def traced(screen: Screen[TracePane], text: str, *types: str) -> None:
    """A trace of what was typed, to its end."""
    await screen.show(text, *types)
    await ended(screen)


async def ended(screen: Screen[TracePane]) -> None:
    await screen.until(lambda: not screen.pane.runs)
    await screen.pilot.pause()


@pytest.mark.root
@pytest.mark.parametrize("size", SIZES)
async def test_from_the_root_to_the_answer(tree: Tree, size: tuple[int, int]) -> None:
    async with opened(within(tree), size) as screen:
        await traced(screen, "www.ex.test")
        assert [row.split()[0] for row in screen.rows] == [
            ".", "→", "→", "test.", "→", "→", "ex.test.", "●", "=", "=",
        ]  # fmt: skip
        root, ex, answer = screen.rows[1], screen.rows[5], screen.rows[-1]
        assert root.startswith(f"→ a.root. {world.ROOT} ")
        assert root.endswith("referral")
        assert ex == "→ ex.test. 15 min 1 server, glue for 1"
        assert answer == "= www.ex.test. 5 min A 192.0.2.2"
        assert screen.head.startswith("www.ex.test. A · 3 steps, 3 servers asked in ")
        assert "✓ ok" in screen.findings
        assert "answered with authority by ns.ex.test." in screen.findings
        assert screen.pane.table.cursor_index == len(screen.pane.table.rows) - 1


@pytest.mark.root
async def test_the_types_that_were_typed(tree: Tree) -> None:
    async with opened(within(tree)) as screen:
        await traced(screen, "www.ex.test", "AAAA", "MX")
        assert screen.head.startswith("www.ex.test. AAAA MX · 4 steps")
        assert screen.rows[-2:] == ["= www.ex.test. 5 min AAAA 2001:db8::1", "= www.ex.test. MX: no record"]


@pytest.mark.root
async def test_a_asks_every_server_of_each_step(tree: Tree) -> None:
    async with opened(within(tree)) as screen:
        await traced(screen, "www.part.test")
        await screen.press("a")
        await ended(screen)
        assert " · every server asked · " in screen.head
        shown = "\n".join(screen.rows)
        assert f"✕ dead.part.test. {world.NOBODY} dead: refuses the packet" in shown
        assert f"✕ silent.part.test. {world.SILENT} dead: is silent" in shown
        assert "lame: refuses to answer for the zone (REFUSED)" in shown
        assert "⚠ warn" in screen.findings


@pytest.mark.root
async def test_what_is_needed_for_an_address_stands_apart(tree: Tree) -> None:
    async with opened(within(tree)) as screen:
        await traced(screen, "www.out.test")
        assert any("for the address of ns.out.net." in row for row in screen.rows)
        rows = {row.key: row.name for row in screen.pane.table.rows}
        assert [rows[n, "step", 0] for n in (2, 3, 4)] == ["┊ .", "┊  net.", "  out.test."]
        await screen.press("home", "down", "down", "down", "down", "down", "enter")
        assert "no glue: sought by its name" in " ".join(screen.details)


@pytest.mark.root
async def test_missing_glue_is_marked_and_explained(tree: Tree) -> None:
    async with opened(within(tree)) as screen:
        await traced(screen, "www.noglue.test")
        cut = next(row for row in screen.rows if row.startswith("→ noglue.test."))
        assert cut.endswith("⚠ glue missing for 1 of 1 server")
        assert screen.rows[-2] == "✕ dead end"
        index = next(i for i, row in enumerate(screen.pane.table.rows) if "missing" in row.says)
        screen.pane.table.move_cursor(index)
        await screen.press("enter")
        assert "missing glue" in " ".join(screen.details)


@pytest.mark.root
async def test_where_nobody_can_be_reached_there_is_one_clear_finding() -> None:
    with alone_on_a_host() as host:

        def run(*asked: object, **options: object) -> Traced:
            with host.entered():
                return trace_typed(*asked, **options)  # type: ignore[arg-type]

        async with opened(TracePane(run), (80, 24)) as screen:
            await traced(screen, "www.example.com")
            assert screen.findings.startswith("✕ fail    No root server can be reached from here.")
            assert screen.findings.count("✕ fail") == 1
            assert any("(and so 25 more)" in row.says for row in screen.pane.table.rows)
            assert "No root server can be reached from here." in "\n".join(screen.text)
            assert "Traceback" not in "\n".join(screen.text)


@pytest.mark.root
async def test_another_start(tree: Tree, tmp_path: Path) -> None:
    async with opened(within(tree)) as screen:
        await traced(screen, "www.ex.test")
        await screen.press("b")
        assert isinstance(screen.pilot.app.focused, Input)
        await screen.press(*world.ZONES, "enter")
        await ended(screen)
        assert f"from named server {world.ZONES}" in screen.head
        assert screen.rows[1].startswith(f"● {world.ZONES} {world.ZONES}")
        assert screen.pane.table.has_focus


@pytest.mark.parametrize("start", ["/nonexistent", "[/x]", "fifo"])
async def test_a_bad_start_is_one_line_and_is_there_to_be_mended(start: str, tmp_path: Path) -> None:
    if start == "fifo":
        start = str(tmp_path / "fifo")
        os.mkfifo(start)
    async with opened(TracePane()) as screen:
        screen.pane._start = start
        await screen.show("www.ex.test")
        await ended(screen)
        assert screen.head.startswith("✕ ")
        assert "cannot be read" in screen.head
        field = screen.pane.query_one(Input)
        assert (screen.pilot.app.focused, field.value) == (field, start)
        await screen.press("escape")
        assert screen.pane.table.has_focus


async def test_it_fills_in_step_by_step_and_escape_ends_it() -> None:
    going, stopped = Event(), Event()

    def run(
        asked: Wanted, start: str, deadline: Deadline, *, every: bool = False, on_step: OnStep | None = None
    ) -> Traced:
        assert on_step is not None
        on_step(step(ROOT, zone=".", cut=CUT))
        going.set()
        assert deadline.stop is not None
        while deadline.seconds:
            deadline.stop.wait(0.01)
        stopped.set()
        on_step(step(GOOD))
        return Traced("here", (SOUND,))

    now = [0.0]
    async with opened(TracePane(run)) as screen:
        screen.pane.clock = lambda: now[0]
        await screen.show("www.ex.test")
        await screen.until(lambda: len(screen.pane.table.rows) == 4)
        now[0] = 3.2
        screen.pane.tick()
        assert screen.head == "www.ex.test. A · tracing, 3 s … 1 step, 1 server asked · Esc ends it"
        await screen.press("escape")
        await screen.until(stopped.is_set)
        await screen.pilot.app.workers.wait_for_complete()
        await screen.pilot.pause()
        assert screen.head == "⚠ www.ex.test. A · ended after 1 step, 1 server asked: r traces again"
        assert len(screen.pane.table.rows) == 4, "what comes of it later is dropped"


async def test_a_trace_does_not_keep_the_app_from_ending() -> None:
    begun, given_up = Event(), Event()

    def run(asked: Wanted, start: str, deadline: Deadline, **options: object) -> Traced:
        begun.set()
        assert deadline.stop is not None
        while deadline.seconds:
            deadline.stop.wait(0.01)
        given_up.set()
        return Traced("here", ())

    async with opened(TracePane(run)) as screen:
        await screen.show("www.ex.test")
        await screen.until(begun.is_set)
    assert given_up.wait(10)


async def test_another_subject_ends_the_trace_of_the_one_before() -> None:
    ended_early, release = Event(), Event()

    def run(asked: Wanted, start: str, deadline: Deadline, **options: object) -> Traced:
        if asked.name == "one.test.":
            while deadline.seconds:
                release.wait(0.01)
            ended_early.set()
        return Traced("here", (SOUND._replace(name=asked.name, records=()),))

    async with opened(TracePane(run)) as screen:
        await screen.show("one.test")
        await traced(screen, "two.test")
        assert ended_early.wait(10)
        await screen.pilot.app.workers.wait_for_complete()
        await screen.pilot.pause()
        assert screen.rows == ["= two.test. A: no record"]


async def test_what_is_forgotten_is_given_up_and_traced_anew_when_it_comes_back() -> None:
    asked: list[str] = []

    def run(wanted: Wanted, *_: object, **options: object) -> Traced:
        asked.append(wanted.name)
        return Traced("here", (SOUND,))

    async with opened(TracePane(run)) as screen:  # type: ignore[arg-type]
        await traced(screen, "www.ex.test")
        await screen.show("www.ex.test", same=True)
        assert asked == ["www.ex.test."], "asked once for a subject"
        screen.pane.forget()
        await traced(screen, "www.ex.test")
        screen.pane.again()
        await ended(screen)
        assert asked == ["www.ex.test."] * 3


async def test_a_name_that_the_search_list_completed_is_traced_in_full() -> None:
    async with opened(staged(SOUND)) as screen:
        await traced(screen, "www")
        assert screen.head.startswith("www. A · ")
        await screen.show("www", outcome=Answered("www", "www.ex.test.", ()), same=True)
        await ended(screen)
        assert screen.head.startswith("www.ex.test. A · ")


async def test_an_address_is_traced_for_its_name() -> None:
    async with opened(staged(SOUND)) as screen:
        await traced(screen, "192.0.2.1")
        assert screen.head.startswith("1.2.0.192.in-addr.arpa. PTR · ")


async def test_what_is_no_name_is_said_in_a_line() -> None:
    async with opened(staged(SOUND)) as screen:
        await traced(screen, "www.ex.test")
        await screen.show("a..b")
        assert screen.head.startswith("✕ bad name")
        assert screen.rows == ["nothing was traced"]


async def test_a_fault_of_ours_is_said() -> None:
    def broken(*_: object, **__: object) -> Traced:
        raise RuntimeError("[/x]\x1b[2J")

    async with opened(TracePane(broken)) as screen:
        await traced(screen, "www.ex.test")
        assert screen.head.startswith("✕ the trace failed: RuntimeError(")
        assert "\x1b" not in "\n".join(screen.text)


@pytest.mark.parametrize("size", SIZES)
async def test_strangers_words_are_data(size: tuple[int, int]) -> None:
    server = LAME._replace(name=HOSTILE, detail=HOSTILE, records=(Record(HOSTILE, 1, "TXT", HOSTILE),))
    cut = CUT._replace(zone=HOSTILE, servers=(HOSTILE,), glue=(), ignored=(HOSTILE,))
    answer = GOOD._replace(records=server.records)
    steps = (step(server, answer, zone=HOSTILE, used=1, cut=cut), step(DEAD, used=None))
    finding = Finding("x", FindingState.WARN, HOSTILE, HOSTILE, HOSTILE)
    evil = Trace(HOSTILE, "TXT", Outcome.ANSWER, "", steps, server.records, (finding,))

    def run(*_: object, on_step: OnStep, **__: object) -> Traced:
        for each in steps:
            on_step(each)
        return Traced(HOSTILE, (evil,))

    async with opened(TracePane(run), size) as screen:  # type: ignore[arg-type]
        await traced(screen, "www.ex.test")
        assert "".join(screen.text).isprintable()
        await screen.press("enter")
        for index in range(len(screen.pane.table.rows)):
            screen.pane.table.move_cursor(index)
            await screen.pilot.pause()
            assert screen.details
            assert "".join(screen.text).isprintable()


@pytest.mark.parametrize("size", SIZES)
async def test_enter_tells_of_a_row_and_escape_goes_back(size: tuple[int, int]) -> None:
    async with opened(staged(trace(step(ROOT, zone=".", cut=CUT), step(LAME, GOOD, used=1))), size) as screen:
        await traced(screen, "www.ex.test")
        await screen.press("home", "enter")
        assert screen.details[0].startswith("The servers of . are asked for A of www.ex.test.")
        panel = screen.pane.query_one(DetailPanel)
        assert panel.has_focus is (size[0] < 110)
        screen.pane.table.move_cursor(1)
        await screen.pilot.pause()
        assert screen.details[0] == "→ a.root.: referral"
        await screen.press("escape")
        assert screen.details == []
        assert screen.pane.table.has_focus


async def test_a_cursor_that_was_moved_stays_where_it_is() -> None:
    more = Event()

    def run(*_: object, on_step: OnStep, **__: object) -> Traced:
        on_step(step(ROOT, zone=".", cut=CUT))
        assert more.wait(10)
        on_step(step(GOOD))
        return Traced("here", (SOUND,))

    async with opened(TracePane(run)) as screen:  # type: ignore[arg-type]
        await screen.show("www.ex.test")
        await screen.until(lambda: len(screen.pane.table.rows) == 4)
        await screen.press("up")
        more.set()
        await ended(screen)
        assert screen.pane.table.cursor_key == (0, "unasked", 0)
