"""The first line of the app: the tabs on the left, what the machine carries on the right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from netmon.tui.widgets.fit import fit


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

    def show_figures(self, *parts: str) -> None:
        """Show these on the right, the most important first: the last go as the width shrinks."""
        if parts != self._right:
            self._right = parts
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """The bar, cut to the width."""
        width = self.size.width
        base = self.rich_style
        segments = [Segment(" netmon ", base + self._style("name")), Segment(" ", base)]
        for index, title in enumerate(self._labels(width)):
            style = base + self._style("current") if index == self._current else base
            segments.append(Segment(f" {index + 1} {title} ", style))
        used = sum(segment.cell_length for segment in segments)
        right = self._fitting(width - used - 2)
        gap = max(0, width - used - len(right) - 1)
        segments.append(Segment(" " * gap, base))
        segments.append(Segment(right + " ", base + self._style("right")))
        return Strip(segments).crop_extend(0, width, base)

    def _labels(self, width: int) -> Sequence[str]:
        """The tabs' names: in full, or cut short so that all of them can still be told apart."""
        full = sum(len(title) + 4 for title in self._titles) + 9
        if full <= width:
            return self._titles
        return (
            [title[:4] for title in self._titles]
            if width >= 9 + 8 * len(self._titles)
            else [""] * len(self._titles)
        )

    def _fitting(self, room: int) -> str:
        parts = list(self._right)
        while parts and len(" · ".join(parts)) > room:
            parts.pop()
        text = " · ".join(parts)
        return fit(text, len(text))

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"top-bar--{name}", partial=True)

    def on_click(self, event: events.Click) -> None:
        """Find the tab under the pointer."""
        left = 9
        for index, title in enumerate(self._labels(self.size.width)):
            size = len(f" {index + 1} {title} ")
            if left <= event.x < left + size:
                self.post_message(self.TabClicked(index))
                return
            left += size
