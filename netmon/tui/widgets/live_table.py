"""A table of ten thousand rows that are all new every second, drawn for the price of those in view.

Textual's `DataTable` owns its cells: one refresh of 10,000 rows costs it 1,300 to 2,300 ms. This one
owns none. It formats the rows in view and repaints the lines that look different.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, ClassVar, Generic, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from netmon.tui.widgets.column import Column, lay_out
from netmon.tui.widgets.line_painter import LinePainter
from netmon.tui.widgets.row_cursor import RowCursor

R = TypeVar("R")


class LiveTable(ScrollView, Generic[R], can_focus=True, inherit_bindings=False):
    """Shows an immutable sequence of rows, replaced whole by `set_rows`.

    The cursor belongs to a row's *key*. Until the user moves it, it stays on the top line; afterwards
    its row keeps its line on the screen while the others move around it. When the user has scrolled
    away from the cursor, the row at the top of the view keeps its line instead.

    Give it a definite height: it never asks for a layout when rows come and go.
    """

    ALLOW_SELECT = False  # a double click opens a row; it does not select the screen's text

    DEFAULT_CSS = """
    LiveTable {
        height: 1fr;
        overflow-x: hidden;
        scrollbar-gutter: stable;
        scrollbar-size-vertical: 1;
        background: $surface;
        color: $foreground;
        & > .live-table--header { background: $panel; text-style: bold; }
        & > .live-table--empty { color: $text-muted; }
        & > .live-table--dim { color: $text-muted; }
        & > .live-table--number { color: $text-primary; }
        & > .live-table--new { color: $text-success; }
        & > .live-table--changed { color: $text-warning; }
        & > .live-table--closing { color: $text-error; }
        & > .live-table--ok { color: $text-success; }
        & > .live-table--warn { color: $text-warning; }
        & > .live-table--fail { color: $text-error; }
        & > .live-table--cursor {
            color: $block-cursor-blurred-foreground;
            background: $block-cursor-blurred-background;
        }
        &:focus > .live-table--cursor {
            color: $block-cursor-foreground;
            background: $block-cursor-background;
            text-style: $block-cursor-text-style;
        }
        &:ansi > .live-table--header { text-style: bold underline; }
        &:ansi > .live-table--empty, &:ansi > .live-table--dim { text-style: dim; }
        &:nocolor:focus > .live-table--cursor { text-style: reverse; }
    }
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "live-table--header",
        "live-table--cursor",
        "live-table--empty",
        "live-table--new",
        "live-table--changed",
        "live-table--closing",
        "live-table--dim",
        "live-table--number",
        "live-table--ok",
        "live-table--warn",
        "live-table--fail",
    }

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False, id="table.up"),
        Binding("down,j", "move(1)", "Down", show=False, id="table.down"),
        Binding("pageup", "page(-1)", "Page up", show=False, id="table.page-up"),
        Binding("pagedown", "page(1)", "Page down", show=False, id="table.page-down"),
        Binding("ctrl+u", "half_page(-1)", "Half a page up", show=False, id="table.half-page-up"),
        Binding("ctrl+d", "half_page(1)", "Half a page down", show=False, id="table.half-page-down"),
        Binding("home,g", "top", "Top, and stay there", show=False, id="table.top"),
        Binding("end,G", "bottom", "Bottom", show=False, id="table.bottom"),
        Binding("enter", "select", "Details", id="table.select"),
    ]

    @dataclass
    class TableMessage(Message):
        """What all messages of a table have in common."""

        table: LiveTable[Any]

        @property
        def control(self) -> LiveTable[Any]:
            """The table, so that `@on(…, "#id")` can tell one from another."""
            return self.table

    @dataclass
    class RowHighlighted(TableMessage):
        """Another row came under the cursor, by the user's hand or because the rows changed."""

        row: Any
        """The row, or None where there are no rows any more."""

        def can_replace(self, message: Message) -> bool:
            """Only the last of several in a queue counts."""
            return isinstance(message, LiveTable.RowHighlighted) and message.table is self.table

    @dataclass
    class RowSelected(TableMessage):
        """Enter was pressed on a row, or the row under the cursor was clicked."""

        row: Any

    @dataclass
    class HeaderSelected(TableMessage):
        """The name of a column was clicked."""

        column_key: str

    def __init__(
        self,
        columns: Sequence[Column[R]],
        key: Callable[[R], Hashable],
        *,
        row_kind: Callable[[R], str] | None = None,
        empty_text: str = "",
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """Make a table without rows.

        Args:
            columns: From left to right.
            key: What makes a row the same row in the next sequence.
            row_kind: The kind of a row: one of `line_painter.MARKS`, `dim`, or empty.
            empty_text: Shown while there are no rows.
            id: The widget's id.
            classes: The widget's classes.
        """
        super().__init__(id=id, classes=classes)
        self._columns = tuple(columns)
        self._cursor = RowCursor(key)
        self._row_kind = row_kind
        self._empty_text = empty_text
        self._sort: tuple[str | None, bool] = (None, False)
        self._announced: Hashable | None = None
        self._view = Size(0, 0)
        """The size that `_layout` was made for, without the scrollbar."""
        self._layout: list[tuple[Column[R], int]] = []
        self._painter = LinePainter(self._layout, 0, row_kind, self._style)
        self._styles: dict[str, Style] = {}
        self._painted: dict[int, list[Segment]] = {}
        """What each line of the view looks like, or will as soon as it is repainted."""

    # What is shown

    @property
    def rows(self) -> Sequence[R]:
        """The rows as they were handed over."""
        return self._cursor.rows

    def set_rows(self, rows: Sequence[R], *, sort_key: str | None = None, reverse: bool = False) -> None:
        """Show these rows from now on.

        Args:
            rows: Filtered and sorted, and never modified after this call.
            sort_key: The key of the column they are sorted by, to mark it in the header.
            reverse: Whether they are sorted from high to low.
        """
        self._sort = (sort_key, reverse)
        moved = self._cursor.set_rows(rows, self.scroll_offset.y, self._page)
        self._resize_virtual()
        before = self.scroll_offset.y
        self._scroll(before if self.is_vertical_scrollbar_grabbed else before + moved)
        if self.scroll_offset.y == before:  # scrolling repaints by itself
            self._repaint()
        self._announce()

    @property
    def columns(self) -> Sequence[Column[R]]:
        """All columns, also those there is no room for."""
        return self._columns

    @property
    def shown_columns(self) -> Sequence[Column[R]]:
        """The columns there is room for, from left to right."""
        return [column for column, _ in self._layout]

    def redraw(self) -> None:
        """Draw again what the same rows now look like (their age, their names)."""
        self._repaint()

    def set_columns(self, columns: Sequence[Column[R]]) -> None:
        """Show these columns from now on, as far as they fit."""
        self._columns = tuple(columns)
        self._lay_out()
        self._repaint()

    @property
    def empty_text(self) -> str:
        """Shown while there are no rows."""
        return self._empty_text

    @empty_text.setter
    def empty_text(self, text: str) -> None:
        if text != self._empty_text:
            self._empty_text = text
            self._repaint()

    # The cursor

    @property
    def cursor_index(self) -> int:
        """Where the cursor is in `rows`; 0 if there are none."""
        return self._cursor.index

    @property
    def cursor_row(self) -> R | None:
        """The row under the cursor, or None if there are no rows."""
        return self._cursor.row

    @property
    def cursor_key(self) -> Hashable | None:
        """The key of the row under the cursor, or None if there are no rows."""
        return self._cursor.row_key

    def seek(self, key: Hashable) -> bool:
        """Put the cursor on the row with this key.

        Returns:
            Whether there is one.
        """
        index = self._cursor.find(key)
        if index is None:
            return False
        self.move_cursor(index)
        return True

    @property
    def stays_at_top(self) -> bool:
        """Whether the cursor stays on the top line, whatever row comes there."""
        return self._cursor.stays_at_top

    def move_cursor(self, index: int) -> None:
        """Put the cursor on the row at `index`, or the nearest there is, and keep it on that row."""
        if self._cursor.move(index):
            self._scroll_to_cursor()
            self._repaint()
            self._announce()

    def action_move(self, by: int) -> None:
        """Move the cursor by some rows."""
        self.move_cursor(self._cursor.index + by)

    def action_page(self, direction: int) -> None:
        """Move the view by a page, the cursor with it."""
        self._move_with_view(direction * max(1, self._page))

    def action_half_page(self, direction: int) -> None:
        """Move the view by half a page, the cursor with it."""
        self._move_with_view(direction * max(1, self._page // 2))

    def action_top(self) -> None:
        """Put the cursor on the top line, to stay there."""
        self._cursor.stay_at_top()
        self._scroll(0)
        self._repaint()
        self._announce()

    def action_bottom(self) -> None:
        """Put the cursor on the last row."""
        self.move_cursor(len(self.rows) - 1)

    def action_select(self) -> None:
        """Post `RowSelected` for the row under the cursor."""
        if self.rows:
            self.post_message(self.RowSelected(self, self.cursor_row))

    def _move_with_view(self, by: int) -> None:
        self._scroll(self.scroll_offset.y + by)
        self.move_cursor(self._cursor.index + by)

    def _announce(self) -> None:
        key = self._cursor.row_key
        if key != self._announced and self.is_attached:
            self._announced = key
            self.post_message(self.RowHighlighted(self, self.cursor_row))

    # Geometry

    @property
    def _page(self) -> int:
        """Rows in view."""
        return max(0, self._view.height - 1)

    def _resize_virtual(self) -> None:
        """Tell the scrollbar how many rows there are, without the layout pass of `virtual_size`."""
        size = Size(0, len(self.rows) + 1)
        if size == self.virtual_size:
            return
        self.set_reactive(ScrollView.virtual_size, size)
        if not self.is_attached:
            return
        self.show_vertical_scrollbar = size.height > self.container_size.height
        if self.show_vertical_scrollbar:
            self.vertical_scrollbar.window_virtual_size = size.height

    def _scroll(self, y: int) -> None:
        if self.is_attached and self._view:
            self.scroll_to(y=y, animate=False, force=True, immediate=True)

    def _scroll_to_cursor(self) -> None:
        top, cursor = self.scroll_offset.y, self._cursor.index
        last = cursor - max(1, self._page) + 1
        if not last <= top <= cursor:
            self._scroll(cursor if cursor < top else last)

    def _adapt(self) -> None:
        """Lay out the columns again if the widget has another size than before."""
        size = self.scrollable_size
        if not size or size == self._view:
            return  # a hidden widget has no size: it keeps the one it will come back to
        line = self._cursor.index - self.scroll_offset.y
        was_in_view = 0 <= line < self._page
        self._view = size
        self._lay_out()
        self._painted.clear()
        if was_in_view:
            self._scroll_to_cursor()

    def _lay_out(self) -> None:
        width = self._view.width
        self._layout = lay_out(self._columns, width - 1)
        self._painter = LinePainter(self._layout, width, self._row_kind, self._style)

    # Painting

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw part of the view, after a look at its size: this may come before the Resize event."""
        self._adapt()
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """Draw one line of the view."""
        if (segments := self._painted.get(y)) is None:
            segments = self._painted[y] = self._line(y)
        return Strip(segments, self._view.width)

    def _repaint(self) -> None:
        """Repaint the lines that look different now; ages change while their rows stay the same."""
        self._adapt()
        painted, dirty = self._painted, []
        for y in range(self._view.height):
            segments = self._line(y)
            if segments != painted.get(y):
                painted[y] = segments
                dirty.append(y)
        if dirty:
            self.refresh(*_regions(dirty, self._view.width))

    def _line(self, y: int) -> list[Segment]:
        if y == 0:
            return self._painter.header(*self._sort)
        rows = self.rows
        if not rows and y == self._view.height // 2:
            return self._painter.centred(self._empty_text)
        index = self.scroll_offset.y + y - 1
        if index < len(rows):
            return self._painter.row(rows[index], index == self._cursor.index)
        return self._painter.blank()

    def _style(self, kind: str) -> Style:
        if (style := self._styles.get(kind)) is None:
            style = self._styles[kind] = self._make_style(kind)
        return style

    def _make_style(self, kind: str) -> Style:
        if not kind:
            return self.rich_style
        if kind == "cursor-mark":  # stands out from the cursor's line without a colour of its own
            cursor = self._style("cursor")
            return cursor + Style(reverse=not cursor.reverse)
        return self.get_component_rich_style(f"live-table--{kind}", default=self.rich_style)

    # Events

    def notify_style_update(self) -> None:
        """Forget the colours when the theme or a pseudo-class changed."""
        super().notify_style_update()
        self._styles.clear()
        self._painted.clear()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Move the scrollbar and repaint what looks different, where `ScrollView` repaints all."""
        if self.show_vertical_scrollbar:
            self.vertical_scrollbar.position = new_value
        if round(old_value) != round(new_value):
            self._repaint()

    def on_mount(self) -> None:
        """Announce the first row, if there were rows before the table had a place."""
        self._announce()

    def on_resize(self) -> None:
        """Lay out the columns again."""
        self._repaint()

    def on_click(self, event: events.Click) -> None:
        """Sort by a header; move the cursor to a row, and select the row that has it."""
        offset = event.get_content_offset(self)
        if offset is None or event.button != 1:
            return
        if offset.y == 0:
            self._click_header(offset.x)
        else:
            self._click_row(self.scroll_offset.y + offset.y - 1, event.chain)

    def _click_header(self, x: int) -> None:
        if (column := self._painter.column_at(x)) is not None:
            self.post_message(self.HeaderSelected(self, column.key))

    def _click_row(self, index: int, chain: int) -> None:
        if index >= len(self.rows):
            return
        if index != self._cursor.index or self.stays_at_top:
            self.move_cursor(index)
        elif chain <= 2:
            self.action_select()


def _regions(lines: list[int], width: int) -> list[Region]:
    """The regions that cover these lines, neighbours in one."""
    runs = groupby(enumerate(lines), lambda item: item[1] - item[0])
    spans = [[line for _, line in run] for _, run in runs]
    return [Region(0, span[0], width, len(span)) for span in spans]
