"""The Loopback tab: what localhost means here, whether it works, who is not found there, and races."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.events import Resize
from textual.message import Message
from textual.worker import Worker, WorkerState, get_current_worker

from netmon.engine.state import State
from netmon.loopback.asking import Ask
from netmon.loopback.checks import Examined, examine_all
from netmon.loopback.listeners import PortVerdict, judge_listeners
from netmon.loopback.race.race import run_race
from netmon.loopback.schedule import Schedule
from netmon.loopback.watching import FILES
from netmon.model.connection import Connection
from netmon.model.finding import Finding
from netmon.model.text import clean
from netmon.tui.loopback_details import explain_finding, explain_listener, race_target
from netmon.tui.tabs.base import Tab
from netmon.tui.widgets.detail_panel import DetailPanel
from netmon.tui.widgets.family_diagram import FamilyDiagram
from netmon.tui.widgets.live_table import LiveTable
from netmon.tui.widgets.loopback_tables import LoopbackTables
from netmon.tui.widgets.race_pane import Race, RacePane
from netmon.tui.widgets.score_view import ScoreView


class Examine(Protocol):
    """Runs the checks; blocks."""

    def __call__(
        self, listeners: Sequence[Connection] | None, *, ask: Ask, before: Examined | None
    ) -> Examined:
        """What they say, as `examine_all` gives it."""


NARROW, WIDE, LOW, SHORT = 100, 140, 30, 20
"""Below NARROW cells the side takes the place of the tables, from WIDE on they stand beside each other; below
LOW lines the side then also takes that of what is above it, below SHORT there is room for one table alone."""


class LoopbackTab(Tab):
    """Does localhost mean 127.0.0.1 or ::1 here, which listeners does it not reach, what does IPv6 cost?"""

    name_in_bar = "Loopback"
    slug = "loopback"

    DEFAULT_CSS = """
    LoopbackTab {
        & > FamilyDiagram { margin: 1 0; }
        & > #loopback-body { layout: horizontal; height: 1fr; }
        & LoopbackTables { width: 3fr; height: 1fr; }
        & DetailPanel, & RacePane { width: 2fr; min-width: 44; display: none; }
        &.-race LoopbackTables { width: 2fr; }
        &.-details DetailPanel, &.-race RacePane { display: block; }
        &.-narrow.-details LoopbackTables, &.-narrow.-race LoopbackTables { display: none; }
        &.-narrow DetailPanel, &.-narrow RacePane { width: 1fr; min-width: 0; }
        &.-low.-narrow.-details > FamilyDiagram, &.-low.-narrow.-race > FamilyDiagram { display: none; }
        &.-short.-narrow.-details > ScoreView, &.-low.-narrow.-race > ScoreView { display: none; }
        &.-short > FamilyDiagram, &.-short #score-fix { display: none; }
        &.-short #score-sentence { max-height: 1; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "examine", "Check again", id="loopback.examine"),
        Binding("R", "race", "Race", id="loopback.race"),
        Binding("slash", "target", "Target", key_display="/", id="loopback.target"),
        Binding("v", "other_table", "View", id="loopback.view"),
        Binding("escape", "back", "Back", show=False, id="loopback.back"),
    ]

    @dataclass
    class Done(Message):
        """The checks have ended."""

        examined: Examined

    def __init__(
        self,
        *,
        examine: Examine = examine_all,
        race: Race = run_race,
        files: Sequence[str] = FILES,
        clock: Callable[[], float] = time.monotonic,
        id: str | None = None,
    ) -> None:
        """Make the tab.

        Args:
            examine: Runs the checks; called in a thread.
            race: Runs a race; called in a thread.
            files: What else the checks depend on, looked at with each state.
            clock: Monotonic seconds, by which the checks run again.
            id: The widget's id.
        """
        super().__init__(id=id)
        self._look, self._race = examine, race
        self._examined: Examined | None = None
        self._listeners: Sequence[Connection] | None = None
        """The listeners of the latest state; None before the first."""
        self._listening: tuple[object, ...] = ()
        """What of them the verdicts depend on."""
        self._schedule = Schedule(files, clock)
        self._detail: Finding | PortVerdict | None = None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The judgements that are shown."""
        return self._examined.report.findings if self._examined is not None else ()

    def compose(self) -> ComposeResult:
        """The verdict, the families, then the checks, the listeners and, on demand, details or a race."""
        yield ScoreView()
        yield FamilyDiagram()
        with Container(id="loopback-body"):
            yield LoopbackTables()
            yield DetailPanel()
            yield RacePane(self._race)

    def on_mount(self) -> None:
        """Begin as soon as the listeners are known, or a moment later without them."""
        self._scores.say("looking at localhost …")
        self.set_interval(1.0, self._tick)

    def focus_first(self) -> None:
        """Put the focus on the checks."""
        self._tables.findings.focus()

    def on_resize(self, event: Resize) -> None:
        """Let go of what there is no room for."""
        self.set_class(event.size.width < NARROW, "-narrow")
        self.set_class(event.size.height < LOW, "-low")
        self.set_class(event.size.height < SHORT, "-short")
        self._tables.set_class(event.size.height < SHORT, "-one")
        self._arrange(event.size.width)

    def _arrange(self, width: int) -> None:
        aside = self.has_class("-details") or self.has_class("-race")
        self._tables.set_class(width >= WIDE and not aside, "-wide")

    # The checks

    def action_examine(self) -> None:
        """Look at everything again, and ask the resolvers again."""
        self._scores.say("looking at localhost …")
        self._examine(Ask.ALL)

    def _tick(self) -> None:
        """Run the checks again when that is due, where anyone can see them."""
        if self.is_on_screen and self._schedule.due:
            self._examine(Ask.ALL if self._schedule.new_resolvers else Ask.NOTHING)

    def _examine(self, ask: Ask = Ask.NOTHING) -> None:
        """Run the checks; resolvers are asked once, and again only on request or when they are others."""
        self._schedule.begin()
        self._run(self._listeners, ask if self._examined is not None else Ask.ALL, self._examined)

    @work(thread=True, exclusive=True, group="loopback", exit_on_error=False, description="checks")
    def _run(self, listeners: Sequence[Connection] | None, ask: Ask, before: Examined | None) -> None:
        worker = get_current_worker()
        examined = self._look(listeners, ask=ask, before=before)
        if not worker.is_cancelled:
            self.post_message(self.Done(examined))

    @on(Done)
    def _done(self, message: Done) -> None:
        self._schedule.end()
        self._examined = message.examined
        self._scores.show(message.examined.report)
        self._tables.findings.set_rows(message.examined.report.findings)
        self._show_listeners()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say so when a thread ended by a fault of ours."""
        event.stop()
        if event.state is WorkerState.ERROR:
            self._schedule.end()
            self._scores.say(f"✕ the checks failed: {clean(repr(event.worker.error), 255)}")

    # The listeners

    def project(self, state: State) -> object:
        """Notice what the checks read and what changed of it; called on the poller's thread."""
        self._schedule.look(state)
        return None

    def show_state(self, state: State) -> None:
        """Judge the listeners again if anything about them changed that matters here."""
        listening = tuple(
            (c.socket.local, c.socket.state, c.socket.v6only, c.socket.interface, c.owner)
            for c in state.listeners
            if c.socket.protocol == "tcp"
        )
        if self._listeners is not None and listening == self._listening:
            return
        self._listeners, self._listening = state.listeners, listening
        self._show_listeners()
        if not self._schedule.ever_began:
            self._examine()

    def _show_listeners(self) -> None:
        """The listeners of now against the order of localhost that was last seen; those amiss first."""
        if self._examined is None:
            return
        seen = self._examined.localhost
        ports = judge_listeners(seen.order, self._listeners or ())
        self.query_one(FamilyDiagram).show(seen, ports)
        self._tables.show_listeners(ports, known=self._listeners is not None)
        self._refresh_detail(ports)

    # Details

    @on(LiveTable.RowSelected)
    def _selected(self, message: LiveTable.RowSelected) -> None:
        self._open_detail(message.row)

    @on(LiveTable.RowHighlighted)
    def _highlighted(self, message: LiveTable.RowHighlighted) -> None:
        if self._detail is not None and message.row is not None and message.table.has_focus:
            self._open_detail(message.row)

    def _open_detail(self, row: Finding | PortVerdict) -> None:
        self._detail = row
        self._put_aside("-details")
        self._draw_detail()
        if self.has_class("-narrow"):
            self.query_one(DetailPanel).focus()

    def _refresh_detail(self, ports: Sequence[PortVerdict]) -> None:
        """Explain the open row as it is now; one that is gone stays as it last was."""
        open_row = self._detail
        if isinstance(open_row, Finding):
            now = (row for row in self.findings if row.check == open_row.check)
            self._detail = next(now, open_row)
        elif open_row is not None:
            self._detail = next((row for row in ports if row.port == open_row.port), open_row)
        self._draw_detail()

    def _draw_detail(self) -> None:
        panel = self.query_one(DetailPanel)
        if isinstance(self._detail, Finding):
            orders = self._examined.orders if self._examined is not None else ()
            panel.show(explain_finding(self._detail, orders))
        elif self._detail is not None:
            cost = self._examined.fallback_us if self._examined is not None else None
            panel.show(explain_listener(self._detail, self._order, cost))

    def _put_aside(self, shown: str = "") -> None:
        """Show the details or the race beside the tables, or neither."""
        for name in ("-details", "-race"):
            self.set_class(name == shown, name)
        if shown != "-details":
            self._detail = None
        self._arrange(self.size.width)

    # The race

    def action_race(self) -> None:
        """Race to the listener under the cursor; elsewhere ask where to."""
        row = self._tables.listener or self._detail
        if isinstance(row, PortVerdict):
            self._put_aside("-race")
            self._races.start(race_target(row, self._order))
        else:
            self.action_target()

    def action_target(self) -> None:
        """Ask where to race to."""
        self._put_aside("-race")
        self._races.ask()

    # Keys

    def action_other_table(self) -> None:
        """Go to the other table; where there is room for one, it takes the place."""
        if self.has_class("-narrow"):
            self._put_aside()
        self._tables.go_on()

    def action_back(self) -> None:
        """End a race that is under way; else close what stands beside the tables."""
        if self.has_class("-race") and self._races.runs:
            self._races.end()
            return
        self._put_aside()
        self._tables.go_back()

    @property
    def _order(self) -> tuple[str, ...]:
        """The addresses of localhost in its order, as far as they are known."""
        return self._examined.localhost.order if self._examined is not None else ()

    @property
    def _scores(self) -> ScoreView:
        return self.query_one(ScoreView)

    @property
    def _races(self) -> RacePane:
        return self.query_one(RacePane)

    @property
    def _tables(self) -> LoopbackTables:
        return self.query_one(LoopbackTables)
