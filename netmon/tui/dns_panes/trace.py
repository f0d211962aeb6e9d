"""The view Trace: from the root down the delegations to the answer, filling in as the servers answer."""

from __future__ import annotations

from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll

from netmon.engine.explain import Explanation
from netmon.resolver.enquiry import TYPES as ALL_TYPES
from netmon.resolver.trace.hints import HintsError
from netmon.resolver.trace.steps import TraceStep
from netmon.resolver.trace.typed import TYPES, Traced, Tracer, Wanted, trace_typed, wanted
from netmon.resolver.transport.exchange import Deadline
from netmon.tui.dns_panes import trace_head
from netmon.tui.dns_panes.base import Subject
from netmon.tui.dns_panes.running import Job, RunningPane
from netmon.tui.dns_panes.trace_details import explain_row
from netmon.tui.dns_panes.trace_rows import TraceRow, end_rows, step_rows, trace_columns
from netmon.tui.dns_panes.trace_start import TraceStart
from netmon.tui.widgets.finding_list import FindingList
from netmon.tui.widgets.live_table import LiveTable

TIMEOUT_S = 30.0
"""For everything together."""

_HINT = "nothing has been asked yet"


class TracePane(RunningPane):
    """Asks authoritative servers itself, when it is first shown for a subject."""

    view = "trace"
    title = "Trace"
    work_name = "the trace"
    nothing = "nothing was traced"
    refusals = (HintsError,)

    DEFAULT_CSS = """
    TracePane {
        & #trace-findings { height: auto; max-height: 45%; scrollbar-size-vertical: 1; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "every", "All servers", tooltip="Ask every server of each step, or only until one helps",
                id="dns-trace.every"),
        Binding("b", "start", "Begin at", tooltip="Begin at other servers, or at those of a hints file",
                id="dns-trace.start"),
    ]  # fmt: skip

    def __init__(self, trace: Tracer = trace_typed) -> None:
        """Make the view.

        Args:
            trace: Traces; called in a thread.
        """
        super().__init__()
        self._trace = trace
        self._start = ""
        """Where to begin, as it was typed; the root if it is empty."""
        self._every = False
        self._steps: list[TraceStep] = []
        self._rows: list[TraceRow] = []

    def compose_main(self) -> ComposeResult:
        """Where to begin, the tree, and the findings beneath it."""
        yield TraceStart()
        yield LiveTable[TraceRow](trace_columns(), lambda row: row.key, empty_text=_HINT, id="trace-tree")
        with VerticalScroll(id="trace-findings"):
            yield FindingList()

    # The trace

    def wish(self, subject: Subject) -> Wanted:
        """The types that were typed, else `A`, of the name as far as it is known."""
        types = subject.enquiry.types
        asked = wanted(subject.enquiry.text, TYPES if types == ALL_TYPES else types)
        return asked if subject.outcome is None else asked._replace(name=subject.outcome.name)

    def job(self) -> Job:
        """Trace it from where it was chosen to begin."""
        asked, start, every = self.asked, self._start, self._every
        return lambda tell, stop: self._trace(
            asked, start, Deadline.after(TIMEOUT_S, stop), every=every, on_step=tell
        )

    def clear(self) -> None:
        """Show nothing of the trace before."""
        self._steps, self._rows = [], []
        self.table.set_rows(())
        self.query_one(FindingList).show(())
        self.close_details()

    def begun(self) -> None:
        """Say so."""
        self.table.empty_text = "asking the first servers …"
        self.tick()

    def tick(self) -> None:
        """Let it be seen that it is still at work."""
        if self.runs:
            self.say(trace_head.under_way(self.asked, self._steps, self.spent_s))

    def stepped(self, step: TraceStep) -> None:
        """Add the rows of a step."""
        rows = list(step_rows(len(self._steps), step))
        self._steps.append(step)
        self._grow(rows)
        self.tick()

    def _grow(self, rows: list[TraceRow]) -> None:
        """Add rows below; a cursor that was on the last one stays on the last."""
        table = self.table
        follows = table.cursor_index >= len(table.rows) - 1
        self._rows = [*self._rows, *rows]
        table.set_rows(self._rows)
        if follows:
            table.move_cursor(len(self._rows) - 1)

    def ended(self, traced: Traced, took_s: float) -> None:
        """Add where it ended, and what is to be said of it."""
        self._grow(list(end_rows(len(self._steps), traced.traces)))
        self.query_one(FindingList).show(
            tuple(dict.fromkeys(finding for trace in traced.traces for finding in trace.findings))
        )
        self.say(trace_head.done(self.asked, self._steps, took_s, traced.source, every=self._every))

    def broken_off(self) -> None:
        """Say how far it came."""
        self.say(trace_head.broken_off(self.asked, self._steps), "warn")
        self.table.empty_text = "ended before any server answered"

    def refused(self) -> None:
        """Ask where else to begin."""
        if self.is_on_screen:
            self.action_start()

    # Keys

    def explain_row(self, row: Any) -> Explanation:
        """A row in words."""
        return explain_row(row)

    def action_every(self) -> None:
        """Ask every server of each step from now on, or only until one helps."""
        self._every = not self._every
        self.again()

    def action_start(self) -> None:
        """Let it be typed where to begin."""
        self.close_details()
        self.query_one(TraceStart).ask(self._start)

    @on(TraceStart.Chosen)
    def _start_chosen(self, message: TraceStart.Chosen) -> None:
        self._start = message.text
        self.again()

    @on(TraceStart.Left)
    def _start_left(self) -> None:
        self.table.focus()
