"""The last minutes of a rate as a row, or a few rows, of blocks."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from math import ceil, isfinite

from rich.segment import Segment
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

_BLOCKS = " ▁▂▃▄▅▆▇█"
_EIGHTHS = len(_BLOCKS) - 1
_UNKNOWN = "·"


def graph_text(values: Sequence[float | None], width: int) -> str:
    """The last `width` values as one line of exactly `width` cells, the newest at the right.

    The highest one fills its cell. Nothing is `▁`, the least above nothing is `▂`, a value that is not
    known is `·`, and before the first value there is space.
    """
    return graph_lines(values, width, 1)[0]


def graph_lines(values: Sequence[float | None], width: int, height: int) -> list[str]:
    """`graph_text` over `height` lines, the top one first."""
    width = max(0, width)
    shown = list(values[-width:]) if width else []
    known = [value for value in shown if value is not None and isfinite(value)]
    peak = max(known, default=0.0)
    levels = [_level(value, peak, height * _EIGHTHS) for value in shown]
    return ["".join(_block(level, line) for level in levels).rjust(width) for line in reversed(range(height))]


def _level(value: float | None, peak: float, full: int) -> int | None:
    """The height of a column in eighths of a line, 1 to `full`; None if it is unknown."""
    if value is None or not isfinite(value):
        return None
    if value <= 0:
        return 1
    return 1 + ceil(value / peak * (full - 1))


def _block(level: int | None, line: int) -> str:
    """What a column of this height shows on a line, counted from the bottom."""
    if level is None:
        return " " if line else _UNKNOWN
    return _BLOCKS[max(0, min(level - line * _EIGHTHS, _EIGHTHS))]


class Graph(Widget):
    """Draws a rate over time, as high as the widget and scaled to the highest value in view."""

    ALLOW_SELECT = False

    DEFAULT_CSS = """
    Graph {
        width: 1fr;
        height: 1;
        color: $text-primary;
    }
    """

    def __init__(self, *, capacity: int = 512, id: str | None = None, classes: str | None = None) -> None:
        """Make an empty graph.

        Args:
            capacity: Values to remember: as many as the widest terminal can show.
            id: The widget's id.
            classes: The widget's classes.
        """
        super().__init__(id=id, classes=classes)
        self._values: deque[float | None] = deque(maxlen=capacity)
        self._drawn: list[str] = []

    @property
    def values(self) -> Sequence[float | None]:
        """The values remembered, oldest first."""
        return tuple(self._values)

    def push(self, value: float | None) -> None:
        """Add the newest value; None if it is not known."""
        self._values.append(value)
        self._redraw()

    def show(self, values: Iterable[float | None]) -> None:
        """Replace all values, oldest first."""
        self._values.clear()
        self._values.extend(values)
        self._redraw()

    def _redraw(self) -> None:
        """Repaint if the picture is another; never a layout, as its size is not its own choice."""
        if self._drawn != (lines := self._lines()):
            self._drawn = lines
            self.refresh()

    def _lines(self) -> list[str]:
        return graph_lines(self.values, self.size.width, self.size.height)

    def on_resize(self) -> None:
        """Draw for the new size."""
        self._drawn = self._lines()

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """All there is."""
        return container.width

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """One line, unless CSS says otherwise."""
        return 1

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        width, height = self.size
        if len(self._drawn) != height or len(self._drawn[0]) != width:
            self._drawn = self._lines()  # before the Resize event has come
        return Strip([Segment(self._drawn[y], self.rich_style)], width)
