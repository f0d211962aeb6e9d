"""The details of a row: sentences first, then values with where each came from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, zip_longest
from typing import ClassVar, NamedTuple

from rich.cells import get_character_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from netmon.engine.explain import Explanation, Fact
from netmon.tui.widgets.fit import fit, printable

_GAP = 2
_LABEL_LIMIT = 16
_WIDE = 76
"""From this width on, the origins have a column of their own; below, they follow under the value."""

_NOTHING = Explanation((), ())


class Span(NamedTuple):
    """A part of a line."""

    text: str
    kind: str
    """Suffix of a component class, or empty."""


DetailLine = tuple[Span, ...]


class DetailPanel(VerticalScroll):
    """Shows one explanation and keeps the place that was scrolled to while it is refreshed."""

    DEFAULT_CSS = """
    DetailPanel {
        background: $surface;
        padding: 0 1;
        scrollbar-gutter: stable;
        scrollbar-size-vertical: 1;
        border-left: vkey $panel;
        &:focus { border-left: vkey $primary; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("k", "scroll_up", "Up", show=False, id="details.up"),
        Binding("j", "scroll_down", "Down", show=False, id="details.down"),
        Binding("g", "scroll_home", "Top", show=False, id="details.top"),
        Binding("G", "scroll_end", "Bottom", show=False, id="details.bottom"),
    ]

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        """Make an empty panel.

        Args:
            id: The widget's id.
            classes: The widget's classes.
        """
        super().__init__(id=id, classes=classes)
        self._lines = DetailLines()

    def compose(self) -> ComposeResult:
        """The lines, as many as they are."""
        yield self._lines

    def show(self, explanation: Explanation) -> None:
        """Show this from now on; what explains something else is shown from its beginning."""
        before = self._lines.explanation
        self._lines.show(explanation)
        if explanation.key != before.key and self.is_attached:
            self.scroll_home(animate=False)


class DetailLines(Widget):
    """Draws the lines by itself, so that a second that passes repaints only the lines that tell time."""

    ALLOW_SELECT = False

    DEFAULT_CSS = """
    DetailLines {
        width: 1fr;
        height: auto;
        & > .detail-lines--lead { text-style: bold; }
        & > .detail-lines--label { color: $text-primary; }
        & > .detail-lines--origin { color: $text-muted; }
        & > .detail-lines--unknown { color: $text-muted; text-style: italic; }
        &:ansi > .detail-lines--origin, &:ansi > .detail-lines--unknown { text-style: dim; }
    }
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "detail-lines--lead",
        "detail-lines--label",
        "detail-lines--origin",
        "detail-lines--unknown",
    }

    def __init__(self) -> None:
        super().__init__()
        self.explanation = _NOTHING
        self._laid_out: tuple[Explanation, int, list[DetailLine]] = (_NOTHING, 0, [])
        """The lines of an explanation for a width."""
        self._styles: dict[str, Style] = {}

    def show(self, explanation: Explanation) -> None:
        """Show this from now on, and repaint what differs."""
        if explanation == self.explanation:
            return
        self.explanation = explanation
        if not self.is_attached:
            return
        before, width = self._laid_out[2], self.size.width
        lines = self._lines(width)
        if not width or len(lines) != len(before):
            self.refresh(layout=True)
            return
        changed = [y for y, (old, new) in enumerate(zip(before, lines, strict=True)) if old != new]
        if changed:
            self.refresh(*_regions(changed, width))

    @property
    def lines(self) -> list[str]:
        """What it shows at its present width, line by line, without styles."""
        return ["".join(span.text for span in line) for line in self._lines(self.size.width)]

    def _lines(self, width: int) -> list[DetailLine]:
        explanation, laid_out_width, lines = self._laid_out
        if explanation is not self.explanation or laid_out_width != width:
            lines = lay_out_explanation(self.explanation, width)
            self._laid_out = self.explanation, width, lines
        return lines

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as the text takes at this width."""
        return len(self._lines(width))

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        width, base = self.size.width, self.rich_style
        lines = self._lines(width)
        if y >= len(lines):
            return Strip.blank(width, base)
        segments = [Segment(text, base + self._style(kind)) for text, kind in lines[y]]
        return Strip(segments).crop_extend(0, width, base)

    def _style(self, kind: str) -> Style:
        if not kind:
            return Style.null()
        if (style := self._styles.get(kind)) is None:
            # Not the partial style: only against its background is a muted colour muted.
            style = self._styles[kind] = self.get_component_rich_style(f"detail-lines--{kind}")
        return style

    def notify_style_update(self) -> None:
        """Forget the colours when the theme or a pseudo-class changed."""
        super().notify_style_update()
        self._styles.clear()


def _regions(lines: Sequence[int], width: int) -> list[Region]:
    """The regions that cover these lines, neighbours in one."""
    runs = groupby(enumerate(lines), lambda item: item[1] - item[0])
    spans = [[line for _, line in run] for _, run in runs]
    return [Region(0, span[0], width, len(span)) for span in spans]


# -- layout


def lay_out_explanation(explanation: Explanation, width: int) -> list[DetailLine]:
    """The lines of an explanation, none of them wider than `width` cells."""
    if width <= 0:
        return []
    lines: list[DetailLine] = []
    for index, sentence in enumerate(explanation.sentences):
        kind = "" if index else "lead"
        lines += [(Span(text, kind),) for text in wrap_cells(sentence, width)]
    if explanation.sentences and explanation.facts:
        lines.append(())
    lines += _fact_lines(explanation.facts, width)
    return lines


def _fact_lines(facts: Sequence[Fact], width: int) -> Iterator[DetailLine]:
    longest = max((_cells(printable(fact.label)) for fact in facts), default=0)
    # Two fifths of a narrow panel at most: what is said matters more than what it is called.
    label_width = max(1, min(longest, _LABEL_LIMIT, width * 2 // 5))
    rest = width - label_width - _GAP
    if rest < 1:
        label_width, rest = 0, width
    longest_origin = max((_cells(printable(fact.origin)) for fact in facts), default=0)
    origin_width = min(longest_origin, rest * 9 // 20)
    for fact in facts:
        lines = _wide_lines(fact, rest, origin_width) if width >= _WIDE else _narrow_lines(fact, rest)
        for index, spans in enumerate(lines):
            label = fit("" if index else fact.label, label_width) + " " * (width - rest - label_width)
            yield (Span(label, "label"), *spans)


def _wide_lines(fact: Fact, width: int, origin_width: int) -> Iterator[DetailLine]:
    """Value and origin side by side."""
    value_width = width - _GAP - origin_width
    values = wrap_cells(fact.value, value_width)
    origins = wrap_cells(fact.origin, max(1, origin_width))
    for value, origin in zip_longest(values, origins, fillvalue=""):
        yield Span(fit(value, value_width) + " " * _GAP, _kind(fact)), Span(origin, "origin")


def _narrow_lines(fact: Fact, width: int) -> Iterator[DetailLine]:
    """The origin under the value, where there is one."""
    for value in wrap_cells(fact.value, width):
        yield (Span(value, _kind(fact)),)
    for origin in wrap_cells(fact.origin, width) if fact.origin else ():
        yield (Span(origin, "origin"),)


def _kind(fact: Fact) -> str:
    return "unknown" if fact.value.startswith("unknown: ") else ""


def wrap_cells(text: str, width: int) -> list[str]:
    """`text` cleaned and broken at spaces into lines of at most `width` cells; at least one line."""
    lines: list[str] = []
    line, used = "", 0
    for word in printable(text).split():
        size = _cells(word)
        if line and used + 1 + size <= width:
            line, used = f"{line} {word}", used + 1 + size
            continue
        if line:
            lines.append(line)
        *whole, line = [word] if size <= width else _chop(word, width)
        lines += whole
        used = _cells(line)
    lines.append(line)
    # What is still too wide (a wide character in one cell, piled-up marks) is cut.
    return [text if text.isascii() and len(text) <= width else fit(text, width).rstrip(" ") for text in lines]


def _chop(word: str, width: int) -> list[str]:
    """A word too long for a line, in pieces that fit, each of one character at least."""
    pieces: list[str] = []
    start = used = 0
    for index, character in enumerate(word):
        size = get_character_cell_size(character)
        if used and used + size > width:
            pieces.append(word[start:index])
            start, used = index, 0
        used += size
    return [*pieces, word[start:]]


def _cells(text: str) -> int:
    return len(text) if text.isascii() else sum(map(get_character_cell_size, text))
