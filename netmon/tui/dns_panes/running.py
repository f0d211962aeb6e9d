"""A view of the DNS tab that finds out something itself, on a thread of its own, and shows it as it comes."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event
from typing import Any, ClassVar

from textual import on
from textual.message import Message
from textual.worker import get_current_worker

from netmon.resolver.questions import BadNameError
from netmon.tui.dns_panes.base import Subject
from netmon.tui.dns_panes.detailed import DetailedPane

_GROUP = "dns-running"

Tell = Callable[[Any], None]
"""Called on the thread with each step as it is done."""
Job = Callable[[Tell, Event], Any]
"""What is called on the thread; ends early when the event is set."""


class RunningPane(DetailedPane):
    """Finds out when it is first shown for a subject, and again when the subject has become another."""

    work_name: ClassVar[str]
    """What is under way, as the subject of a sentence."""
    nothing: ClassVar[str]
    """What the empty table says where it came to nothing."""
    refusals: ClassVar[tuple[type[Exception], ...]]
    """What a job raises where it cannot begin; the text is one line."""

    @dataclass
    class Stepped(Message):
        """A step is done."""

        step: Any
        number: int
        """Which run of this view it is of: an older one may still be ending."""

    @dataclass
    class Ended(Message):
        """A run has come to its end."""

        result: Any
        number: int

    @dataclass
    class CannotBegin(Message):
        """Nothing can be found out."""

        reason: str
        number: int

    def __init__(self) -> None:
        """Find out nothing yet."""
        super().__init__()
        self.asked: Any = None
        """What is found out about; None while nothing is."""
        self._number = 0
        """Counts the runs."""
        self._subject = -1
        self._began_at: float | None = None
        """When the run that is under way began; None while there is none."""

    # What a subclass says

    @abstractmethod
    def wish(self, subject: Subject) -> Any:
        """What is to be found out about a subject; the same is found out once.

        Raises:
            BadNameError: nothing can be.
        """

    @abstractmethod
    def job(self) -> Job:
        """What finds it out; made on the UI's thread."""

    @abstractmethod
    def clear(self) -> None:
        """Show nothing of the run before."""

    @abstractmethod
    def begun(self) -> None:
        """Show that it has begun."""

    def stepped(self, step: Any) -> None:
        """Show a step."""

    @abstractmethod
    def ended(self, result: Any, took_s: float) -> None:
        """Show what came of it."""

    @abstractmethod
    def broken_off(self) -> None:
        """Show that it was ended early, with what it has shown so far."""

    def refused(self) -> None:
        """Let it be mended, where it cannot begin and that has been said."""

    # What all have in common

    @property
    def runs(self) -> bool:
        """Whether a run is under way."""
        return self._began_at is not None

    @property
    def spent_s(self) -> float:
        """Seconds since it began; none while nothing is under way."""
        return 0.0 if self._began_at is None else self.clock() - self._began_at

    def show_subject(self, subject: Subject) -> None:
        """Find out about a subject that is new, or whose name the servers have completed."""
        try:
            asked = self.wish(subject)
        except BadNameError as error:
            self.forget()
            self.clear()
            self.fail(str(error))
            return
        if (subject.number, asked) != (self._subject, self.asked):
            self._subject, self.asked = subject.number, asked
            self.again()

    def again(self) -> None:
        """Find out once more."""
        if self.asked is None:
            return
        self._number += 1
        self._began_at = self.clock()
        self.clear()
        self.begun()
        job, number = self.job(), self._number
        self.run_worker(
            lambda: self._run(job, number), group=_GROUP, description=self.work_name,
            thread=True, exclusive=True, exit_on_error=False,
        )  # fmt: skip

    def forget(self) -> None:
        """Give up the run that is under way, and what it was about."""
        self.stop()
        self._subject, self.asked = -1, None

    def stop(self) -> bool:
        """End the run that is under way, with what it has shown so far."""
        if not self.runs:
            return False
        self._number += 1
        self._began_at = None
        self.workers.cancel_group(self, _GROUP)
        self.broken_off()
        return True

    def fail(self, reason: str) -> None:
        """Show that nothing comes any more, and why."""
        self._began_at = None
        self.table.empty_text = self.nothing
        self.table.redraw()
        self.say(reason, "fail")

    def _run(self, job: Job, number: int) -> None:
        """On a thread."""

        def tell(step: Any) -> None:
            self.post_message(self.Stepped(step, number))

        try:
            result = job(tell, get_current_worker().cancelled_event)
        except self.refusals as error:
            self.post_message(self.CannotBegin(str(error), number))
        else:
            self.post_message(self.Ended(result, number))

    @on(Stepped)
    def _stepped(self, message: Stepped) -> None:
        if message.number == self._number:
            self.stepped(message.step)

    @on(Ended)
    def _ended(self, message: Ended) -> None:
        if message.number == self._number:
            took_s, self._began_at = self.spent_s, None
            self.ended(message.result, took_s)

    @on(CannotBegin)
    def _cannot_begin(self, message: CannotBegin) -> None:
        if message.number == self._number:
            self.fail(message.reason)
            self.refused()
