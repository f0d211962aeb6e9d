"""The chain of aliases with its TTLs ticking, and beneath it how the name resolved, step by step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Event

from textual import on, work
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static
from textual.worker import Worker, WorkerState, get_current_worker

from netmon.engine.state import State
from netmon.model.text import clean
from netmon.resolver.aliases.chain import chain_of
from netmon.resolver.aliases.findings import chain_findings
from netmon.resolver.ask import GivenUpError
from netmon.resolver.beside import with_authority
from netmon.resolver.contacts import Contact, contacts_with
from netmon.resolver.enquiry import Outcome
from netmon.resolver.lifetimes.findings import ttl_findings
from netmon.resolver.lifetimes.ttl import Moment, lifetimes
from netmon.resolver.story import addresses_of, story
from netmon.resolver.trace.hints import Hints, root_hints
from netmon.resolver.trace.steps import Trace
from netmon.resolver.trace.tracing import trace_all
from netmon.resolver.transport.exchange import Deadline
from netmon.tui.dns_panes.base import DnsPane, Subject
from netmon.tui.dns_panes.chain_lines import chain_lines, story_lines
from netmon.tui.dns_panes.notes import old_lines
from netmon.tui.widgets.finding_list import grounds_text, verdict_text
from netmon.tui.widgets.fit import printable

_TRACE_S = 8.0


class ChainPane(DnsPane):
    """Which names lead to the records, for how long, and who said so from the registrar down."""

    view = "chain"
    title = "Chain"

    DEFAULT_CSS = """
    ChainPane {
        & > VerticalScroll { padding: 0 1; scrollbar-size-vertical: 1; }
        & Static { height: auto; margin-bottom: 1; }
    }
    """

    hints: Hints | None = None
    """Where the trace begins; None for the root servers."""

    @dataclass
    class Found(Message):
        """The zone's own servers have answered, or the trace has come to its end."""

        number: int
        outcome: Outcome
        trace: Trace | None
        is_over: bool

    def __init__(self) -> None:
        super().__init__()
        self._subject: Subject | None = None
        self._asked_about: Outcome | None = None
        """The resolvers' answers beside which the zone's own were put; others come when it is asked again."""
        self._found: ChainPane.Found | None = None
        self._fault = ""
        self._contacts: Sequence[Contact] | None = None
        self._shown: dict[str, Content] = {}
        """What each part says now."""

    def compose(self) -> ComposeResult:
        """The chain over the story."""
        with VerticalScroll():
            yield Static(id="dns-chain")
            yield Static(id="dns-story")
            yield Static(id="dns-lives")

    def show_subject(self, subject: Subject) -> None:
        """Draw it; ask the zone's own servers once the resolvers have answered."""
        self._subject = subject
        outcome = subject.outcome
        if outcome is not None and outcome is not self._asked_about and not outcome.waiting:
            self._asked_about, self._fault = outcome, ""
            self._ask(subject.number, outcome, self._found.trace if self._found is not None else None)
        self._draw()

    def show_state(self, state: State) -> None:
        """Count the connections to the addresses of the name."""
        outcome = self._subject.outcome if self._subject is not None else None
        if outcome is None:
            return
        application = outcome.application.addresses if outcome.application is not None else ()
        wanted = {*addresses_of(outcome), *application}
        # Where only listeners are read, that there is no connection says nothing.
        self.show_contacts(None if state.accepted is not None else contacts_with(wanted, state.connections))

    def show_contacts(self, contacts: Sequence[Contact] | None) -> None:
        """Say which connections there are now; None where that is not known."""
        if contacts != self._contacts:
            self._contacts = contacts
            self._draw()

    def tick(self) -> None:
        """Let the TTLs tick."""
        self._draw()

    def forget(self) -> None:
        """Give up asking."""
        self.workers.cancel_group(self, "dns-chain")
        self._asked_about, self._found, self._fault, self._subject = None, None, "", None

    def focus_first(self) -> None:
        """So that the arrows scroll."""
        self.query_one(VerticalScroll).focus()

    def line_to_copy(self) -> str:
        """The names of the chain and what it leads to."""
        outcome = self._subject.outcome if self._subject is not None else None
        if outcome is None:
            return ""
        chain = chain_of(outcome)
        names = (chain.name, *(link.data for link in chain.links))
        ends = " ".join(f"{link.type} {link.data}" for link in chain.last)
        return " → ".join((*names, ends) if ends else names)

    # Asking

    @work(thread=True, exclusive=True, group="dns-chain", exit_on_error=False, description="authority")
    def _ask(self, number: int, outcome: Outcome, trace: Trace | None) -> None:
        stop = get_current_worker().cancelled_event
        try:
            whole = with_authority(outcome, stop=stop)
        except GivenUpError:
            return
        self.post_message(self.Found(number, whole, trace, is_over=trace is not None))
        if trace is None:  # delegations last: once is enough
            trace = _trace(outcome, self.hints or root_hints(), stop)
        if not stop.is_set():
            self.post_message(self.Found(number, whole, trace, is_over=True))

    @on(Found)
    def _heard(self, message: Found) -> None:
        message.stop()
        if self._subject is not None and message.number == self._subject.number:
            self._found = message
            if self._asked_about is not None:
                self.post_message(self.Learned(self._asked_about, message.outcome))
            self._draw()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say so when it ended by a fault of ours."""
        event.stop()
        if event.state is WorkerState.ERROR:
            self._fault = f"asking the zone's own servers failed: {clean(repr(event.worker.error), 255)}"
            self._draw()

    # Drawing

    def _draw(self) -> None:
        subject = self._subject
        if subject is None or not self.is_mounted:
            return
        outcome = self._found.outcome if self._found is not None else subject.outcome
        if outcome is None:
            self._show(Content(printable(subject.error) or "asking …"), Content(""), Content(""))
            return
        now = self.clock()
        chain = chain_of(outcome)
        moment = Moment(now, datetime.now(UTC))
        lives = lifetimes(outcome)
        trace = self._found.trace if self._found is not None else None
        steps = story(outcome, trace, lives, self._contacts, moment)
        findings = (*chain_findings(chain), *ttl_findings(outcome))
        told = [Content("\n").join((verdict_text(each), grounds_text(each))) for each in findings]
        lines = (*chain_lines(chain, now - _heard_at(outcome)), *old_lines(lives, moment))
        self._show(
            Content("\n").join(lines),
            Content("\n").join((*story_lines(steps), *self._progress())),
            Content("\n").join(told),
        )

    def _show(self, chain: Content, steps: Content, lives: Content) -> None:
        for where, what in (("#dns-chain", chain), ("#dns-story", steps), ("#dns-lives", lives)):
            before = self._shown.get(where)
            if before is None or not before.is_same(what):  # to lay out text costs, and in most nothing ticks
                self._shown[where] = what
                self.query_one(where, Static).update(what)

    def _progress(self) -> Iterator[Content]:
        if self._fault:
            yield Content(printable(self._fault))
        elif self._found is None:
            yield Content("asking the zone's own servers …")
        elif not self._found.is_over:
            yield Content("tracing the delegations from the root …")


def _trace(outcome: Outcome, hints: Hints, stop: Event) -> Trace | None:
    """The way to the first type; None where no type was asked for."""
    kinds = [said.answer.type for each in outcome.replies[:1] for said in each.said]
    deadline = Deadline.after(_TRACE_S, stop)
    return next(iter(trace_all(outcome.name, kinds[:1], hints, deadline)), None)


def _heard_at(outcome: Outcome) -> float:
    """When the answers came from which TTLs count; monotonic."""
    times = [s.answer.received_at for each in outcome.replies for s in each.said if not each.server.name]
    times = times or [s.answer.received_at for each in outcome.replies for s in each.said]
    return min((each for each in times if each is not None), default=0.0)
