"""The line in which a name is typed: with history, completion, and what is wrong with it beneath."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import Input

from netmon.model.text import clean
from netmon.tui.widgets.line import Line

HISTORY = 100
"""Lines that are remembered, the last ones."""
LIMIT = 1100
"""Characters of a line: a name of 255 octets, each escaped, and what may stand behind it."""


class NameBox(Vertical):
    """One line with a prompt; Up and Down go through what was typed before, Right takes a completion."""

    DEFAULT_CSS = """
    NameBox {
        height: auto;
        background: $panel;
        & Horizontal { height: 1; }
        & #name-prompt { width: 8; text-style: bold; color: $text-primary; }
        & Input, & Input:focus { width: 1fr; background: $panel; }
        & #name-error { display: none; color: $text-error; }
        &.-invalid #name-error { display: block; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "older", "What was typed before", show=False, id="name.older"),
        Binding("down", "newer", "What was typed after it; then leave", show=False, id="name.newer"),
        Binding("escape", "leave", "Leave the name", id="name.leave"),
    ]

    @dataclass
    class Submitted(Message):
        """Enter was pressed on something."""

        text: str

    class Left(Message):
        """The focus is to go to what was found."""

    def __init__(self, seen: Iterable[str] = (), *, id: str | None = None) -> None:
        """Make an empty box.

        Args:
            seen: Names to complete from.
            id: The widget's id.
        """
        super().__init__(id=id)
        self.names = Names()
        self.names.add(seen)
        self._history: list[str] = []
        self._at = 0
        """Where in the history the line is; its length for what is being typed."""
        self._draft = ""
        """What was being typed when the way back began."""

    def compose(self) -> ComposeResult:
        """The prompt and the name; beneath, what is wrong with it."""
        with Horizontal():
            yield Line(" Name ▸", id="name-prompt")
            yield NameInput(
                placeholder="a name or an address, types, @server:  example.com MX TXT @1.1.1.1",
                compact=True,
                max_length=LIMIT,
                suggester=self.names,
                select_on_focus=True,
                id="dns-name",
            )
        yield Line(id="name-error")

    @property
    def input(self) -> Input:
        """Where one types."""
        return self.query_one(NameInput)

    @property
    def error(self) -> str:
        """What is said to be wrong; empty where nothing is."""
        return self.query_one("#name-error", Line).text.strip() if self.has_class("-invalid") else ""

    def show_error(self, why: str) -> None:
        """Say what is wrong with the line; an empty text takes it back."""
        self.set_class(bool(why), "-invalid")
        self.query_one("#name-error", Line).show(f" ✕ {why}" if why else "")

    def remember(self, text: str) -> None:
        """Put a line into the history, and its name among those that are completed."""
        self._history = [*(line for line in self._history if line != text), text][-HISTORY:]
        self._at = len(self._history)
        self.names.add(text.split()[:1])

    # What the user does

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        if event.value.strip():
            self.post_message(self.Submitted(event.value.strip()))

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()

    def action_older(self) -> None:
        """Show what was typed before."""
        if self._at == len(self._history):
            self._draft = self.input.value
        self._go(self._at - 1)

    def action_newer(self) -> None:
        """Show what was typed after it; from the newest, leave."""
        if self._at >= len(self._history):
            self.post_message(self.Left())
        else:
            self._go(self._at + 1)

    def action_leave(self) -> None:
        """Go to what was found."""
        self.post_message(self.Left())

    def _go(self, at: int) -> None:
        if 0 <= at <= len(self._history):
            self._at = at
            self.input.value = self._draft if at == len(self._history) else self._history[at]
            self.input.cursor_position = len(self.input.value)


class NameInput(Input):
    """An input that shows nothing a terminal would act on."""

    def validate_value(self, value: str) -> str:
        """The text with control and bidirectional characters replaced."""
        return clean(value, LIMIT)


class Names(Suggester):
    """Completes the first word from names that were seen, the last one first."""

    LIMIT = 4096
    """Names that are remembered."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=False)
        self._names: dict[str, None] = {}

    def add(self, names: Iterable[str]) -> None:
        """Remember more names."""
        for name in names:
            self._names.pop(name, None)
            self._names[name] = None
        for name in list(self._names)[: -self.LIMIT]:
            del self._names[name]

    async def get_suggestion(self, value: str) -> str | None:
        """The name seen last that begins with what is typed."""
        begun = value.casefold()
        if not begun or " " in begun:
            return None
        found = (name for name in reversed(self._names) if name.casefold().startswith(begun))
        # Textual draws the rest of it: what is typed stands as it was typed.
        return next((value + name[len(value) :] for name in found if len(name) > len(value)), None)
