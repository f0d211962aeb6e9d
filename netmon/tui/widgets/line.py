"""One row of styled text that is replaced often and never parsed as markup."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.content import Content
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from netmon.tui.widgets.fit import ELLIPSIS, printable


class Line(Widget):
    """Shows one line of text, cut with an ellipsis where it is too long.

    `Static` lays the screen out again with each update and parses a string as markup.
    """

    ALLOW_SELECT = False

    DEFAULT_CSS = """
    Line {
        width: 1fr;
        height: 1;
    }
    """

    def __init__(
        self, content: Text | Content | str = "", *, id: str | None = None, classes: str | None = None
    ) -> None:
        """Make a line.

        Args:
            content: What it shows at first.
            id: The widget's id.
            classes: The widget's classes.
        """
        super().__init__(id=id, classes=classes)
        self._content = content
        self._segments: list[Segment] | None = None
        """`_content` in the colours of the theme; None until it is drawn."""

    @property
    def text(self) -> str:
        """What it shows, without styles, as if there were room for all of it."""
        return printable(self._content if isinstance(self._content, str) else self._content.plain)

    def show(self, content: Text | Content | str) -> None:
        """Show this from now on; a string is shown as it is, whatever it contains."""
        self._content = content.copy() if isinstance(content, Text) else content
        if self.is_attached and (segments := self._styled()) != self._segments:
            self._segments = segments
            self.refresh()

    def _styled(self) -> list[Segment]:
        base, content = self.rich_style, self._content
        if isinstance(content, str):
            parts = [Segment(content)]
        elif isinstance(content, Text):
            plain = Text(end="")
            parts = list(plain.append_text(content).render(self.app.console))
        else:
            parts = content.render_segments(self.visual_style)
        cleaned = ((printable(text), style) for text, style, control in parts if not control)
        return [Segment(text, base + style if style else base) for text, style in cleaned if text]

    def notify_style_update(self) -> None:
        """Forget the colours when the theme or a pseudo-class changed."""
        super().notify_style_update()
        self._segments = None

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """All there is."""
        return container.width

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """One line."""
        return 1

    def render_line(self, y: int) -> Strip:
        """Draw the line; any further lines of the widget are blank."""
        width = self.size.width
        base = self.rich_style
        if y > 0:
            return Strip.blank(width, base)
        if self._segments is None:
            self._segments = self._styled()
        return _cropped(Strip(self._segments), width, base)


def _cropped(strip: Strip, width: int, base: Style) -> Strip:
    if strip.cell_length <= width:
        return strip.extend_cell_length(width, base)
    if width <= 0:
        return Strip([], 0)
    kept = list(strip.crop(0, width - 1))
    style = kept[-1].style if kept else base
    return Strip([*kept, Segment(ELLIPSIS, style)], width)
