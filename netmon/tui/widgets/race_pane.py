"""Where races are asked for and shown: a line to type a target, and the race beneath it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input
from textual.worker import Worker, WorkerState, get_current_worker

from netmon.loopback.race.race import run_race
from netmon.loopback.race.result import RaceResult
from netmon.loopback.race.target import TargetError
from netmon.model.text import clean
from netmon.tui.widgets.race_view import RaceView


class Race(Protocol):
    """What runs a race: `netmon.loopback.race.race.run_race`."""

    def __call__(
        self, text: str, progress: Callable[[RaceResult], None], cancelled: Callable[[], bool]
    ) -> RaceResult:
        """The result of a race to the target in `text`."""


class RacePane(Vertical):
    """Runs one race at a time, on request only, on a thread of its own."""

    DEFAULT_CSS = """
    RacePane {
        & > Input { margin-left: 2; background: $panel; }
        & > RaceView { height: 1fr; }
    }
    """

    @dataclass
    class Raced(Message):
        """A race has got further, or has ended."""

        result: RaceResult
        number: int
        """Which race of this pane it is: an older one may still be ending."""

        def can_replace(self, message: Message) -> bool:
            """Only the last of several in a queue counts."""
            return isinstance(message, RacePane.Raced) and message.number <= self.number

    def __init__(self, race: Race = run_race) -> None:
        """Make a pane without a race.

        Args:
            race: Runs one; called in a thread.
        """
        super().__init__()
        self._run_one = race
        self._number = 0
        """Counts the races."""

    @property
    def result(self) -> RaceResult | None:
        """The race that is shown."""
        return self.query_one(RaceView).result

    @property
    def runs(self) -> bool:
        """Whether a race is under way."""
        return self.result is not None and not self.result.done

    def compose(self) -> ComposeResult:
        """The target above the race."""
        yield Input(placeholder="5173, name:443, [::1]:80 127.0.0.1:80", compact=True)
        yield RaceView()

    def ask(self) -> None:
        """Let a target be typed."""
        self.query_one(Input).focus()

    def start(self, text: str) -> None:
        """Race to this target; a race that is under way ends."""
        self._number += 1
        self.query_one(Input).value = clean(text, 255)  # there to be changed, and tried again
        view = self.query_one(RaceView)
        view.show(RaceResult(clean(text, 80)))
        view.scroll_home(animate=False)
        view.focus()
        self._run(text, self._number)

    def end(self) -> None:
        """End the race that is under way, with what it has shown so far."""
        self.workers.cancel_group(self, "race")

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if text := event.value.strip():
            self.start(text)

    @work(thread=True, exclusive=True, group="race", exit_on_error=False, description="race")
    def _run(self, text: str, number: int) -> None:
        worker = get_current_worker()

        def tell(result: RaceResult) -> None:
            self.post_message(self.Raced(result, number))

        try:
            self._run_one(text, tell, lambda: worker.is_cancelled)
        except TargetError as error:
            tell(RaceResult(clean(text, 80), error=str(error), done=True))

    @on(Raced)
    def _raced(self, message: Raced) -> None:
        if message.number != self._number:
            return
        view = self.query_one(RaceView)
        view.show(message.result)
        if message.result.error and view.has_focus:
            self.ask()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say so when a race ended by a fault of ours."""
        event.stop()
        if event.state is WorkerState.ERROR:
            fault = f"the race failed: {clean(repr(event.worker.error), 255)}"
            self.query_one(RaceView).show(RaceResult("the target", error=fault, done=True))
