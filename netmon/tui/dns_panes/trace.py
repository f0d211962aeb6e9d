"""The view Trace: from the root down the delegations to the answer, filling in as the servers answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.message import Message
from textual.worker import get_current_worker

from netmon.engine.explain import Explanation
from netmon.resolver.enquiry import TYPES as ALL_TYPES
from netmon.resolver.questions import BadNameError
from netmon.resolver.trace.hints import HintsError
from netmon.resolver.trace.steps import TraceStep
from netmon.resolver.trace.typed import TYPES, Traced, Tracer, Wanted, trace_typed, wanted
from netmon.resolver.transport.exchange import Deadline
from netmon.tui.dns_panes import trace_head
from netmon.tui.dns_panes.base import Subject
from netmon.tui.dns_panes.detailed import DetailedPane
from netmon.tui.dns_panes.trace_details import explain_row
from netmon.tui.dns_panes.trace_rows import TraceRow, end_rows, step_rows, trace_columns
from netmon.tui.dns_panes.trace_start import TraceStart
from netmon.tui.widgets.finding_list import FindingList
from netmon.tui.widgets.live_table import LiveTable

TIMEOUT_S = 30.0
"""For everything together."""

_HINT = "nothing has been asked yet"


class TracePane(DetailedPane):
    """Asks authoritative servers itself, when it is first shown for a subject."""

    view = "trace"
    title = "Trace"

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

    @dataclass
    class Stepped(Message):
        """A step is done."""

        step: TraceStep
        number: int
        """Which trace of this view it is of: an older one may still be ending."""

    @dataclass
    class Ended(Message):
        """A trace has come to its end."""

        traced: Traced
        number: int

    @dataclass
    class CannotBegin(Message):
        """No trace can begin where it was to."""

        reason: str
        number: int

    def __init__(self, trace: Tracer = trace_typed) -> None:
        """Make the view.

        Args:
            trace: Traces; called in a thread.
        """
        super().__init__()
        self._trace = trace
        self._number = 0
        """Counts the traces."""
        self._subject = -1
        self._wanted: Wanted | None = None
        self._start = ""
        """Where to begin, as it was typed; the root if it is empty."""
        self._every = False
        self._began_at: float | None = None
        """When the trace that is under way began; None while there is none."""
        self._steps: list[TraceStep] = []
        self._rows: list[TraceRow] = []

    @property
    def runs(self) -> bool:
        """Whether a trace is under way."""
        return self._began_at is not None

    def compose_main(self) -> ComposeResult:
        """Where to begin, the tree, and the findings beneath it."""
        yield TraceStart()
        yield LiveTable[TraceRow](trace_columns(), lambda row: row.key, empty_text=_HINT, id="trace-tree")
        with VerticalScroll(id="trace-findings"):
            yield FindingList()

    # The subject

    def show_subject(self, subject: Subject) -> None:
        """Trace a subject that is new; one whose name the servers have completed is traced anew."""
        try:
            asked = _wanted(subject)
        except BadNameError as error:
            self.forget()
            self._clear()
            self.fail(str(error))
            return
        if (subject.number, asked) != (self._subject, self._wanted):
            self._subject, self._wanted = subject.number, asked
            self.again()

    def again(self) -> None:
        """Trace once more."""
        if self._wanted is None:
            return
        self._number += 1
        self._began_at = self.clock()
        self._clear()
        self.table.empty_text = "asking the first servers …"
        self._say_progress()
        self._run(self._wanted, self._start, self._every, self._number)

    def _clear(self) -> None:
        """Show nothing of the trace before."""
        self._steps, self._rows = [], []
        self.table.set_rows(())
        self.query_one(FindingList).show(())
        self.close_details()

    def forget(self) -> None:
        """Give up the trace that is under way, and what it was about."""
        self.stop()
        self._subject, self._wanted = -1, None

    def stop(self) -> bool:
        """End the trace that is under way, with what it has shown so far."""
        if not self.runs:
            return False
        self._number += 1
        self._began_at = None
        self.workers.cancel_group(self, "dns-trace")
        self.say(trace_head.broken_off(self._wanted, self._steps), "warn")
        self.table.empty_text = "ended before any server answered"
        return True

    def tick(self) -> None:
        """Let it be seen that it is still at work."""
        if self.runs:
            self._say_progress()

    # The trace

    @work(thread=True, exclusive=True, group="dns-trace", exit_on_error=False, description="the trace")
    def _run(self, asked: Wanted, start: str, every: bool, number: int) -> None:
        deadline = Deadline.after(TIMEOUT_S, get_current_worker().cancelled_event)

        def tell(step: TraceStep) -> None:
            self.post_message(self.Stepped(step, number))

        try:
            traced = self._trace(asked, start, deadline, every=every, on_step=tell)
        except HintsError as error:
            self.post_message(self.CannotBegin(str(error), number))
        else:
            self.post_message(self.Ended(traced, number))

    @on(Stepped)
    def _stepped(self, message: Stepped) -> None:
        if message.number != self._number:
            return
        rows = list(step_rows(len(self._steps), message.step))
        self._steps.append(message.step)
        self._grow(rows)
        self._say_progress()

    def _grow(self, rows: list[TraceRow]) -> None:
        """Add rows below; a cursor that was on the last one stays on the last."""
        table = self.table
        follows = table.cursor_index >= len(table.rows) - 1
        self._rows = [*self._rows, *rows]
        table.set_rows(self._rows)
        if follows:
            table.move_cursor(len(self._rows) - 1)

    @on(Ended)
    def _ended(self, message: Ended) -> None:
        if message.number != self._number or self._began_at is None:
            return
        traces = message.traced.traces
        took_s, self._began_at = self.clock() - self._began_at, None
        self._grow(list(end_rows(len(self._steps), traces)))
        self.query_one(FindingList).show(
            tuple(dict.fromkeys(finding for trace in traces for finding in trace.findings))
        )
        source = message.traced.source
        self.say(trace_head.done(self._wanted, self._steps, took_s, source, every=self._every))

    @on(CannotBegin)
    def _cannot_begin(self, message: CannotBegin) -> None:
        if message.number == self._number:
            self.fail(message.reason)
            if self.is_on_screen:
                self.action_start()

    def fail(self, reason: str) -> None:
        """Show that nothing comes any more, and why."""
        self._began_at = None
        self.table.empty_text = "nothing was traced"
        self.table.set_rows(self._rows)
        self.say(reason, "fail")

    def _say_progress(self) -> None:
        self.say(trace_head.under_way(self._wanted, self._steps, self.clock() - (self._began_at or 0.0)))

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


def _wanted(subject: Subject) -> Wanted:
    """What is to be traced of a subject: the types that were typed, else `A`.

    Raises:
        BadNameError: nothing can be asked.
    """
    types = subject.enquiry.types
    asked = wanted(subject.enquiry.text, TYPES if types == ALL_TYPES else types)
    return asked if subject.outcome is None else asked._replace(name=subject.outcome.name)
