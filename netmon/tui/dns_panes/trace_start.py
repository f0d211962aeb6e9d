"""The line in which it is typed where a trace begins; out of the way until it is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input

from netmon.model.text import clean


class TraceStart(Input):
    """Takes addresses, or the path of a hints file; nothing for the root."""

    DEFAULT_CSS = """
    TraceStart { display: none; background: $panel; }
    TraceStart.-open { display: block; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back", show=False, id="dns-trace.leave-start"),
    ]

    class Left(Message):
        """It is put away."""

    @dataclass
    class Chosen(Message):
        """It was typed where to begin."""

        text: str

    def __init__(self) -> None:
        super().__init__(
            placeholder="192.0.2.53, a hints file, or nothing for the root", compact=True, id="trace-start"
        )

    def ask(self, text: str) -> None:
        """Let it be typed.

        Args:
            text: What is there to be changed.
        """
        self.value = text
        self.add_class("-open")
        self.focus()

    def action_leave(self) -> None:
        """Put it away."""
        self.remove_class("-open")
        self.post_message(self.Left())

    @on(Input.Submitted)
    def _typed(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_leave()
        self.post_message(self.Chosen(clean(event.value.strip(), 255)))
