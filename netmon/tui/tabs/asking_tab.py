"""A tab that asks servers in the background, shows answers as they come, and asks again while it watches."""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from textual import on, work
from textual.content import Content
from textual.message import Message
from textual.worker import Worker, WorkerState, get_current_worker

from netmon.model.finding import FindingState
from netmon.model.text import clean
from netmon.resolver.ask import GivenUpError
from netmon.resolver.circle import NobodyError
from netmon.resolver.enquiry import Enquiry, Outcome, enquire
from netmon.resolver.lifetimes.ttl import Moment
from netmon.resolver.questions import BadNameError
from netmon.resolver.watch import due_in, heard
from netmon.tui.dns_lines import marked, status
from netmon.tui.dns_panes.base import DnsPane, Subject
from netmon.tui.tabs.base import Tab


class AskingTab(Tab):
    """Has one subject at a time: what is asked anew takes the place of what is under way."""

    @dataclass
    class Heard(Message):
        """Servers have answered: some, or all."""

        number: int
        """Which question of this tab it was: an older one may end just after a newer one began."""
        outcome: Outcome

    @dataclass
    class NotAsked(Message):
        """There was nobody to ask."""

        number: int
        why: str
        state: FindingState = FindingState.FAIL

    def __init__(self, clock: Callable[[], float] = time.monotonic, id: str | None = None) -> None:
        """Make the tab.

        Args:
            clock: Monotonic seconds, by which TTLs tick.
            id: The widget's id.
        """
        super().__init__(id=id)
        self._clock = clock
        self._subject: Subject | None = None
        self._asking = False
        self._watches = False
        self._due_at: float | None = None
        """When a watched name is asked for again; None while it is not watched, or being asked for."""

    @property
    def subject(self) -> Subject | None:
        """What the views are about; None before something was typed."""
        return self._subject

    # What a tab does with it

    @abstractmethod
    def _show_subject(self) -> None:
        """Draw the subject as it is now."""

    @abstractmethod
    def _show_status(self, content: Content) -> None:
        """Say in one line how it stands."""

    @abstractmethod
    def _forget(self) -> None:
        """Give up what is under way about the subject of before."""

    # Asking

    def _begin(self, enquiry: Enquiry) -> None:
        number = 1 if self._subject is None else self._subject.number + 1
        self._forget()
        self._watches, self._due_at = False, None
        self._subject = Subject(number, enquiry)
        self._show_status(marked("", f"asking for {clean(enquiry.text, 255)} …"))
        self._ask_now()
        self._draw()

    def _ask_now(self) -> None:
        assert self._subject is not None
        self._asking, self._due_at = True, None
        self._ask(self._subject)

    @work(thread=True, exclusive=True, group="dns-lookup", exit_on_error=False, description="lookup")
    def _ask(self, subject: Subject) -> None:
        def on_progress(outcome: Outcome) -> None:
            if subject.outcome is None:  # else what is known already says more
                self.post_message(self.Heard(subject.number, outcome))

        try:
            stop = get_current_worker().cancelled_event
            outcome = enquire(subject.enquiry, stop=stop, on_progress=on_progress)
        except GivenUpError:
            return
        except (BadNameError, NobodyError) as error:
            self.post_message(self.NotAsked(subject.number, str(error)))
        else:
            self.post_message(self.Heard(subject.number, outcome))

    @on(Heard)
    def _heard(self, message: Heard) -> None:
        subject, outcome = self._subject, message.outcome
        if subject is None or message.number != subject.number:
            return
        watched = subject.watched
        if not outcome.waiting:
            self._asking = False
            watched = heard(watched, outcome, datetime.now(UTC))
            now = self._clock()
            self._due_at = now + due_in(watched, outcome, now) if self._watches else None
        self._subject = subject._replace(outcome=outcome, beside=None, watched=watched)
        self._draw()

    @on(DnsPane.Learned)
    def _learned(self, message: DnsPane.Learned) -> None:
        message.stop()
        if self._subject is not None and self._subject.outcome is message.of:
            self._subject = self._subject._replace(beside=message.beside)
            self._draw()

    @on(NotAsked)
    def _not_asked(self, message: NotAsked) -> None:
        if self._subject is not None and message.number == self._subject.number:
            self._asking = False
            self._subject = self._subject._replace(error=message.why)
            self._show_status(marked(message.state, message.why))
            self._show_subject()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say so when a worker ended by a fault of ours, instead of waiting for ever."""
        event.stop()
        if event.state is WorkerState.ERROR:
            self._asking = False
            why = f"the lookup failed: {clean(repr(event.worker.error), 255)}"
            self._show_status(marked(FindingState.FAIL, why))

    def action_again(self) -> None:
        """Ask the same again, now."""
        if self._subject is not None:
            self._subject = self._subject._replace(error="")
            self._ask_now()
            self._draw_status()

    # Watching

    def action_watch(self) -> None:
        """Ask again whenever the first record expires, and mark what changes; or stop that."""
        if self._subject is None or self._subject.error:
            return
        self._watches = not self._watches
        self._due_at = self._clock() if self._watches and not self._asking else None
        self._draw_status()
        self._tick()

    def _tick(self) -> None:
        """Let the TTLs tick, where anyone can see them; ask again for what is watched."""
        if self._due_at is not None and self._clock() >= self._due_at and not self._asking:
            self._ask_now()
        if self.is_on_screen:
            self._draw_status()

    def _draw(self) -> None:
        self._draw_status()
        if self._subject is not None:
            self._show_subject()

    def _draw_status(self) -> None:
        if self._subject is not None and self._subject.outcome is not None:
            left = None if self._due_at is None else self._due_at - self._clock()
            watching = (left, self._asking) if self._watches else None
            moment = Moment(self._clock(), datetime.now(UTC))
            self._show_status(status(self._subject, watching, moment))
