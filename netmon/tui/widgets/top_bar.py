"""The first line of the app: the tabs on the left, what the machine carries on the right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from netmon.tui.widgets.fit import printable

_ROOMY = 100


class TopBar(Widget):
    """One line, drawn by itself: no layout pass when its figures change."""

    DEFAULT_CSS = """
    TopBar {
        height: 1;
        background: $panel;
        color: $foreground;
        & > .top-bar--name { text-style: bold; color: $text-primary; }
        & > .top-bar--current { text-style: bold reverse; }
        & > .top-bar--right { color: $text-muted; }
    }
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"top-bar--name", "top-bar--current", "top-bar--right"}

    @dataclass
    class TabClicked(Message):
        """A tab's name was clicked."""

        index: int

    def __init__(self, titles: Sequence[str]) -> None:
        super().__init__()
        self._titles = tuple(titles)
        self._current = 0
        self._right: tuple[str, ...] = ()

    def show_current(self, index: int) -> None:
        """Mark a tab as the one that is shown."""
        self._current = index
        self.refresh()

    def show_figures(self, *candidates: str) -> None:
        """Show the first of these that fits on the right: the same figures, ever shorter."""
        if candidates != self._right:
            self._right = candidates
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """The bar, cut to the width."""
        width = self.size.width
        base = self.rich_style
        segments = [Segment(self._program(), base + self._style("name"))]
        for index, label in enumerate(self._labels()):
            segments.append(Segment(label, base + self._style("current") if index == self._current else base))
        room = width - sum(segment.cell_length for segment in segments) - 2
        right = next((printable(text) for text in self._right if cell_len(text) <= room), "")
        segments.append(Segment(" " * (room - cell_len(right) + 1), base))
        segments.append(Segment(right + " ", base + self._style("right")))
        return Strip(segments).crop_extend(0, width, base)

    def _program(self) -> str:
        """The program's name, where that leaves room for figures."""
        return " netmon  " if self.size.width >= _ROOMY else ""

    def _labels(self) -> list[str]:
        """The tabs' names: in full, or cut short so that all of them can still be told apart."""
        labels: list[str] = []
        for letters in (99, 4, 0):
            labels = [
                f" {number} {title[:letters]}".rstrip() + " " for number, title in enumerate(self._titles, 1)
            ]
            if len(self._program()) + sum(map(len, labels)) <= self.size.width:
                break
        return labels

    def _style(self, name: str) -> Style:
        # Not the partial style: only against its background is a muted colour muted.
        return self.get_component_rich_style(f"top-bar--{name}")

    def on_click(self, event: events.Click) -> None:
        """Find the tab under the pointer."""
        left = len(self._program())
        for index, label in enumerate(self._labels()):
            if left <= event.x < left + len(label):
                self.post_message(self.TabClicked(index))
                return
            left += len(label)
