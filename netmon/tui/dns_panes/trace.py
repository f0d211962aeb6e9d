"""The view Trace: from the root down the delegations to the answer, filling in as the servers answer."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widgets import Input
from textual.worker import get_current_worker

from netmon.engine.explain import Explanation
from netmon.model.text import clean
from netmon.model.units import format_age
from netmon.resolver.enquiry import TYPES as ALL_TYPES
from netmon.resolver.exchange import Budget
from netmon.resolver.questions import BadNameError
from netmon.resolver.trace.hints import HintsError
from netmon.resolver.trace.reach import count
from netmon.resolver.trace.steps import TraceStep
from netmon.resolver.trace.typed import TYPES, Traced, Wanted, trace_typed, wanted
from netmon.tui.dns_panes.base import Subject
from netmon.tui.dns_panes.detailed import DetailedPane
from netmon.tui.dns_panes.trace_details import explain_row
from netmon.tui.dns_panes.trace_rows import TraceRow, end_rows, step_rows, trace_columns
from netmon.tui.widgets.finding_list import FindingList
from netmon.tui.widgets.live_table import LiveTable

TIMEOUT_S = 30.0
"""For everything together."""

_HINT = "nothing has been asked yet"


class Trace(Protocol):
    """What traces: `netmon.resolver.trace.typed.trace_typed`."""

    def __call__(
        self,
        asked: Wanted,
        start: str,
        budget: Budget,
        *,
        every: bool = False,
        on_step: Callable[[TraceStep], None] | None = None,
    ) -> Traced:
        """What came of tracing `asked` from `start`."""


class TracePane(DetailedPane):
    """Asks authoritative servers itself, when it is first shown for a subject."""

    view = "trace"
    title = "Trace"

    DEFAULT_CSS = """
    TracePane {
        & #trace-start { display: none; background: $panel; }
        &.-starting #trace-start { display: block; }
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

    def __init__(self, trace: Trace = trace_typed, clock: Callable[[], float] = time.monotonic) -> None:
        """Make the view.

        Args:
            trace: Traces; called in a thread.
            clock: Monotonic seconds, by which one sees that it is still at work.
        """
        super().__init__()
        self._trace, self._clock = trace, clock
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
        yield Input(
            placeholder="192.0.2.53, a hints file, or nothing for the root", compact=True, id="trace-start"
        )
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
        self._began_at = self._clock()
        self._steps, self._rows = [], []
        self.table.empty_text = "asking the first servers …"
        self.table.set_rows(())
        self.query_one(FindingList).show(())
        self.close_details()
        self._say_progress()
        self._run(self._wanted, self._start, self._every, self._number)

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
        self.say(f"{self._wanted} · ended after {self._asked()}: r traces again", "warn")
        self.table.empty_text = "ended before any server answered"
        return True

    def tick(self) -> None:
        """Let it be seen that it is still at work."""
        if self.runs:
            self._say_progress()

    # The trace

    @work(thread=True, exclusive=True, group="dns-trace", exit_on_error=False, description="the trace")
    def _run(self, asked: Wanted, start: str, every: bool, number: int) -> None:
        budget = Budget(time.monotonic() + TIMEOUT_S, get_current_worker().cancelled_event)

        def tell(step: TraceStep) -> None:
            self.post_message(self.Stepped(step, number))

        try:
            traced = self._trace(asked, start, budget, every=every, on_step=tell)
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
        took = format_age(self._clock() - self._began_at)
        self._began_at = None
        self._grow(list(end_rows(len(self._steps), traces)))
        self.query_one(FindingList).show(
            tuple(dict.fromkeys(finding for trace in traces for finding in trace.findings))
        )
        every = "every server asked" if self._every else "a asks every server"
        self.say(f"{self._wanted} · {self._asked()} in {took} · {every} · from {message.traced.source}")

    @on(CannotBegin)
    def _cannot_begin(self, message: CannotBegin) -> None:
        if message.number == self._number:
            self.fail(message.reason)
            self.action_start()

    def fail(self, reason: str) -> None:
        """Show that nothing comes any more, and why."""
        self._began_at = None
        self.table.empty_text = "nothing was traced"
        self.table.set_rows(self._rows)
        self.say(reason, "fail")

    def _say_progress(self) -> None:
        spent = self._clock() - (self._began_at or 0.0)
        since = f", {int(spent)} s" if spent >= 1 else ""
        self.say(f"{self._wanted} · tracing{since} … {self._asked()} · Esc ends it")

    def _asked(self) -> str:
        servers = sum(len(step.servers) for step in self._steps)
        return f"{count(len(self._steps), 'step')}, {count(servers, 'server')} asked"

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
        self.add_class("-starting")
        field = self.query_one(Input)
        field.value = self._start
        field.focus()

    @on(Input.Submitted)
    def _start_typed(self, event: Input.Submitted) -> None:
        event.stop()
        self._start = clean(event.value.strip(), 255)
        self._leave_start()
        self.again()

    def _leave_start(self) -> bool:
        """Put the line away in which it is typed where to begin; whether it was there."""
        was_there = self.has_class("-starting")
        self.remove_class("-starting")
        if was_there:
            self.table.focus()
        return was_there

    def action_back(self) -> None:
        """Leave what is typed; else close the details or end the trace."""
        if not self._leave_start():
            super().action_back()


def _wanted(subject: Subject) -> Wanted:
    """What is to be traced of a subject: the types that were typed, else `A`.

    Raises:
        BadNameError: nothing can be asked.
    """
    types = subject.enquiry.types
    asked = wanted(subject.enquiry.text, TYPES if types == ALL_TYPES else types)
    return asked if subject.outcome is None else asked._replace(name=subject.outcome.name)
