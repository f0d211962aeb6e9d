"""Asks before a process is stopped, stops it, and shows how that went."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from enum import Enum, auto
from typing import ClassVar

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from netmon.collectors.base import CollectorError
from netmon.engine.state import State
from netmon.model.finding import FindingState
from netmon.ports.stopping.course import PATIENCE_S, Outcome, StopCourse, StopRefusedError
from netmon.ports.stopping.plan import StopPlan
from netmon.ports.stopping.survey import Ancestors, StopTarget, plan_for
from netmon.ports.stopping.words import named, nobody, outcome_words, question, who

_FRAME = 3
"""Lines of the box beside its text: the border, and the answers."""


class Phase(Enum):
    """Where the conversation is."""

    LOOKING = auto()
    ASKING = auto()
    WAITING = auto()
    """A signal is being sent, or was, and the process is waited for."""
    DONE = auto()


class StopScreen(ModalScreen[None]):
    """Shows who would be stopped and what would happen; nothing is signalled without a yes."""

    DEFAULT_CSS = """
    StopScreen {
        align: center middle;
        & > #stop {
            width: 80;
            max-width: 100%;
            height: auto;
            max-height: 100%;
            background: $surface;
            color: $foreground;
            border: round $error;
            padding: 0 1;
        }
        & #stop-text { height: auto; scrollbar-size-vertical: 1; }
        & #stop-course { height: auto; margin-top: 1; text-style: bold; }
        & #stop-answers { height: 1; }
        & Button { margin-right: 2; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "yes", "Yes", id="stop.yes"),
        Binding("n,escape,q", "no", "No", id="stop.no"),
        Binding("right,down", "app.focus_next", "Next", show=False, id="stop.next"),
        Binding("left,up", "app.focus_previous", "Previous", show=False, id="stop.previous"),
        Binding("j,pagedown", "scroll(1)", "Down", show=False, id="stop.down"),
        Binding("k,pageup", "scroll(-1)", "Up", show=False, id="stop.up"),
    ]

    @dataclass
    class Planned(Message):
        """The plan has been made."""

        plan: StopPlan

    @dataclass
    class Sent(Message):
        """The signal is on its way."""

        words: str

    @dataclass
    class Ended(Message):
        """The waiting is over."""

        words: str
        may_kill: StopPlan | None
        """What SIGKILL would still go to."""

    def __init__(
        self, target: StopTarget, state: State, ancestors: Ancestors, patience_s: float = PATIENCE_S
    ) -> None:
        """Make the screen.

        Args:
            target: the listener or connection that was chosen, or the port.
            state: the newest state.
            ancestors: gives the parents of a process; called on a worker thread.
            patience_s: how long a process is given to end.
        """
        super().__init__()
        self._target, self._state, self._ancestors = target, state, ancestors
        self._patience_s = patience_s
        self._phase = Phase.LOOKING
        self._plan: StopPlan | None = None
        self._kills = False
        self._lock = threading.Lock()
        self._course: StopCourse | None = None
        """The course while it rests; a worker that carries it on takes it away meanwhile."""
        self._under_way: StopCourse | None = None
        """The course that a worker carries on."""
        self._is_abandoned = False

    def compose(self) -> ComposeResult:
        """The plan, how it goes, the answers."""
        with Vertical(id="stop") as box:
            box.border_title = "Stop"
            with VerticalScroll(id="stop-text", can_focus=False):
                yield Static(Text("looking around …"), id="stop-plan")
                yield Static(id="stop-course")
            with Horizontal(id="stop-answers"):
                yield Button("No", id="no", compact=True)
                yield Button("Yes", id="yes", compact=True, variant="error")

    def on_mount(self) -> None:
        """Begin to look around; nothing can be confirmed before that is done."""
        self.query_one("#yes").display = False
        self.query_one("#no").focus()
        self._look()

    def on_resize(self) -> None:
        """Keep the answers in view where there are few lines."""
        self.query_one("#stop-text").styles.max_height = max(1, self.size.height - _FRAME)

    def on_unmount(self) -> None:
        """Let go of the processes; a worker that still waits for them does so itself."""
        with self._lock:
            self._is_abandoned = True
            course, self._course = self._course, None
            if self._under_way is not None:
                self._under_way.give_up()
        if course is not None:
            course.close()

    # -- the plan

    @work(thread=True, exclusive=True, group="stop", exit_on_error=False, description="plan")
    def _look(self) -> None:
        self.post_message(self.Planned(plan_for(self._target, self._state, self._ancestors)))

    @on(Planned)
    def _on_planned(self, message: Planned) -> None:
        plan = self._plan = message.plan
        self.query_one("#stop-plan", Static).update(plan_text(plan, self._state.taken_at.timestamp()))
        if plan.refusal is None and plan.sockets:
            self._ask(plan, kill=False)
        else:
            self._finish("")

    def _ask(self, plan: StopPlan, *, kill: bool) -> None:
        self._phase, self._kills = Phase.ASKING, kill
        before = self._said + "\n" if self._said else ""
        self._say(f"{before}{question(plan, kill=kill)} y/n")
        yes = self.query_one("#yes", Button)
        yes.label = "Yes, SIGKILL" if kill else "Yes, SIGTERM"
        yes.display = True
        no = self.query_one("#no", Button)
        no.label = "No"
        no.focus()

    # -- the answers

    @on(Button.Pressed, "#yes")
    def action_yes(self) -> None:
        """Send the signal that was asked about."""
        if self._phase is Phase.DONE:
            self.dismiss()
        if self._phase is Phase.ASKING and self._plan is not None:
            self._phase = Phase.WAITING
            self.query_one("#yes").display = False
            self.query_one("#no", Button).label = "Close"  # what was sent is not taken back
            self._carry_out(self._plan, self._kills)

    @on(Button.Pressed, "#no")
    def action_no(self) -> None:
        """Leave; what was sent already is not taken back."""
        self.dismiss()

    def action_scroll(self, pages: int) -> None:
        """Move the plan."""
        text = self.query_one("#stop-text")
        text.scroll_relative(y=pages * max(1, text.size.height - 1), animate=False)

    # -- the course

    @work(thread=True, exclusive=True, group="stop", exit_on_error=False, description="stop")
    def _carry_out(self, plan: StopPlan, kill: bool) -> None:
        with self._lock:
            course, self._course = self._course, None
        may_kill: StopPlan | None = None
        try:
            course = course or StopCourse(plan, portable=self._state.source == "psutil")
            self._set_off(course)
            sent = course.send(kill=kill)
            signal = "SIGKILL" if kill else "SIGTERM"
            self.post_message(self.Sent(f"{signal} sent to {named(sent)}, waiting …"))
            outcome = course.wait(self._patience_s)
            words = outcome_words(plan, outcome)
            may_kill = _left_to_kill(plan, outcome, kill)
        except (StopRefusedError, CollectorError) as error:
            words = str(error)
        if course is not None:
            self._rest(course, keep=may_kill is not None)
        self.post_message(self.Ended(words, may_kill))

    def _set_off(self, course: StopCourse) -> None:
        """Let whoever leaves the screen end the waiting."""
        with self._lock:
            self._under_way = course
            if self._is_abandoned:
                course.give_up()

    def _rest(self, course: StopCourse, *, keep: bool) -> None:
        """Keep the course for a second signal, if there may be one."""
        with self._lock:
            self._under_way = None
            if keep and not self._is_abandoned:
                self._course = course
                return
        course.close()

    @on(Sent)
    def _on_sent(self, message: Sent) -> None:
        self._say(message.words)

    @on(Ended)
    def _on_ended(self, message: Ended) -> None:
        if message.may_kill is None:
            self._finish(message.words)
        else:
            self._say(message.words)
            self._ask(message.may_kill, kill=True)

    def _finish(self, words: str) -> None:
        self._phase = Phase.DONE
        self._say(words)
        no = self.query_one("#no", Button)
        no.label = "Close"
        no.focus()

    _said = ""

    def _say(self, words: str) -> None:
        before, self._said = self._said, words
        course = self.query_one("#stop-course", Static)
        course.update(Text(words))
        course.display = bool(words)
        if before:  # the plan has been read
            self.query_one("#stop-text").scroll_end(animate=False)


def plan_text(plan: StopPlan, now: float) -> Text:
    """A plan in sentences, what is surprising marked.

    Args:
        plan: the plan.
        now: seconds since the epoch.
    """
    if plan.refusal is not None:
        return Text(plan.refusal)
    if not plan.sockets:
        return Text(nobody(plan))
    text = Text("\n".join((*who(plan, now), *plan.lineage)))
    for finding in plan.effects:
        is_warning = finding.state is FindingState.WARN
        text.append(f"\n{'!' if is_warning else '·'} {finding.summary}", style="bold" if is_warning else "")
    return text


def _left_to_kill(plan: StopPlan, outcome: Outcome, killed: bool) -> StopPlan | None:
    """What SIGKILL may be offered for: what SIGTERM has not ended."""
    if killed or not outcome.may_insist:
        return None
    return plan._replace(targets=outcome.left, followers=())
