"""The `/` box: a filter is typed, taken over as soon as it is valid, and explained while it is not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.events import DescendantBlur
from textual.message import Message
from textual.widgets import Input

from netmon.engine.filter import Filter, FilterError, parse_filter
from netmon.engine.view import NO_FILTER
from netmon.model.text import clean
from netmon.tui.widgets.line import Line

LIMIT = 500
"""Characters that a filter may have."""


class FilterBox(Vertical):
    """One line with a prompt, hidden until it is opened.

    Every valid filter takes effect while it is typed; while the text is not valid, the last valid one
    stays in force and a line beneath says what is wrong.
    """

    DEFAULT_CSS = """
    FilterBox {
        height: auto;
        display: none;
        background: $panel;
        & Horizontal { height: 1; }
        & #filter-prompt { width: 3; text-style: bold; color: $text-primary; }
        & Input, & Input:focus { width: 1fr; background: $panel; }
        & #filter-error { display: none; color: $text-error; }
        &.-invalid #filter-error { display: block; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "clear", "Clear the filter", show=False, id="filter.clear"),
    ]

    @dataclass
    class Changed(Message):
        """Another filter is in force; an empty one is false."""

        filter: Filter
        text: str
        """As it was typed."""

    class Kept(Message):
        """Enter was pressed: the box has closed and its filter stays in force."""

    class Cleared(Message):
        """The filter was removed and the box has closed; `Changed` came before."""

    def __init__(self, *, id: str | None = None) -> None:
        """Make an empty box.

        Args:
            id: The widget's id.
        """
        super().__init__(id=id)
        self._filter = NO_FILTER
        self._error: FilterError | None = None

    @property
    def filter(self) -> Filter:
        """The filter in force: the last valid one."""
        return self._filter

    @property
    def error(self) -> FilterError | None:
        """What is wrong with the text, or None."""
        return self._error

    def compose(self) -> ComposeResult:
        """The prompt and the text; beneath, what is wrong with it."""
        with Horizontal():
            yield Line(" / ", id="filter-prompt")
            yield FilterInput(
                placeholder="word  port:443  proc:nginx  -state:time_wait",
                compact=True,
                max_length=LIMIT,
                select_on_focus=False,
            )
        yield Line(id="filter-error")

    # What the tab calls

    def open(self) -> None:
        """Show the box with the filter in force and type into it."""
        self.display = True
        self._input.focus()

    def set(self, text: str) -> None:
        """Put another filter in force, as if it had been typed, and close the box."""
        with self.prevent(Input.Changed):
            self._input.value = text
        self._close()
        self._read(text)

    def clear(self) -> None:
        """Remove the filter and close the box."""
        self.set("")
        self.post_message(self.Cleared())

    # What the user does

    def action_clear(self) -> None:
        """Remove the filter and close the box."""
        self.clear()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._read(event.value)

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self._read(event.value)  # Enter may overtake the message of the last key
        if self._error is None:
            self._close()
            self.post_message(self.Kept())

    def on_descendant_blur(self, event: DescendantBlur) -> None:
        """Close when the focus goes elsewhere, unless the text is not valid or the terminal lost it."""
        if self._error is None and self.app.app_focus:
            self._close()

    def _close(self) -> None:
        self.display = False

    def _read(self, text: str) -> None:
        try:
            chosen, self._error = parse_filter(text), None
        except FilterError as error:
            chosen, self._error = self._filter, error
        self.set_class(self._error is not None, "-invalid")
        self.query_one("#filter-error", Line).show("" if self._error is None else f" ✕ {self._error}")
        if chosen.text != self._filter.text:
            self._filter = chosen
            self.post_message(self.Changed(chosen, chosen.text))

    @property
    def _input(self) -> Input:
        return self.query_one(FilterInput)


class FilterInput(Input):
    """An input that shows nothing a terminal would act on."""

    def validate_value(self, value: str) -> str:
        """The text with control and bidirectional characters replaced, as in the names it is held against."""
        return clean(value, LIMIT)
