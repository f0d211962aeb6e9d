"""A view of the DNS tab with a table whose rows are explained beside it, or where it is narrow, over it."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.content import Content
from textual.events import Resize
from textual.worker import Worker, WorkerState

from netmon.engine.explain import Explanation
from netmon.model.text import clean
from netmon.tui.dns_panes.base import DnsPane
from netmon.tui.widgets.detail_panel import DetailPanel
from netmon.tui.widgets.line import Line
from netmon.tui.widgets.live_table import LiveTable

NARROW = 110
"""Below this width the details take the place of the table."""

_MARKS = {"ok": ("✓", "$text-success"), "warn": ("⚠", "$text-warning"), "fail": ("✕", "$text-error")}


class DetailedPane(DnsPane):
    """A headline, a table, and what Enter tells of a row."""

    DEFAULT_CSS = """
    DetailedPane {
        & > .pane-head { padding: 0 1; }
        & > .pane-body { layout: horizontal; height: 1fr; }
        & .pane-main { width: 3fr; }
        & DetailPanel { width: 2fr; height: 1fr; display: none; }
        &.-details DetailPanel { display: block; }
        &.-details.-narrow .pane-main { display: none; }
        &.-details.-narrow DetailPanel { width: 1fr; }
    }
    """

    def compose(self) -> ComposeResult:
        """The headline, the table with what belongs to it, and the details."""
        yield Line(classes="pane-head")
        with Container(classes="pane-body"):
            with Vertical(classes="pane-main"):
                yield from self.compose_main()
            yield DetailPanel()

    @abstractmethod
    def compose_main(self) -> ComposeResult:
        """The table, and what stands above and below it."""

    @abstractmethod
    def explain_row(self, row: Any) -> Explanation:
        """A row in words."""

    @abstractmethod
    def stop(self) -> bool:
        """End what is under way; whether anything was."""

    @property
    def table(self) -> LiveTable[Any]:
        """The rows."""
        return self.query_one(LiveTable)

    @property
    def headline(self) -> str:
        """What the first line says."""
        return self.query_one(".pane-head", Line).text

    def say(self, text: str, kind: str = "") -> None:
        """Show this in the first line.

        Args:
            text: What it says; strangers' text in it is data.
            kind: `ok`, `warn`, `fail`, or empty.
        """
        mark, style = _MARKS.get(kind, ("", ""))
        content = Content.assemble((f"{mark} ", style), Content(text)) if mark else Content(text)
        self.query_one(".pane-head", Line).show(content)

    def focus_first(self) -> None:
        """Put the focus on the table."""
        self.table.focus()

    def on_resize(self, event: Resize) -> None:
        """Decide where the details belong."""
        self.set_class(event.size.width < NARROW, "-narrow")

    # Details

    @on(LiveTable.RowSelected)
    def _selected(self, message: LiveTable.RowSelected) -> None:
        message.stop()
        self.add_class("-details")
        self._explain(message.row)
        if self.has_class("-narrow"):
            self.query_one(DetailPanel).focus()

    @on(LiveTable.RowHighlighted)
    def _highlighted(self, message: LiveTable.RowHighlighted) -> None:
        message.stop()
        if self.has_class("-details"):
            self._explain(message.row)

    def _explain(self, row: Any) -> None:
        nothing = Explanation((), ())
        self.query_one(DetailPanel).show(nothing if row is None else self.explain_row(row))

    def line_to_copy(self) -> str:
        """What is said of the row under the cursor."""
        row = self.table.cursor_row
        return "" if row is None else " ".join(self.explain_row(row).sentences)

    def close_details(self) -> bool:
        """Close the details; whether they were open."""
        was_open = self.has_class("-details")
        had_focus = self.query_one(DetailPanel).has_focus
        self.remove_class("-details")
        if had_focus:
            self.table.focus()
        return was_open

    def back(self) -> bool:
        """Close the details; else end what is under way."""
        return self.close_details() or self.stop()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say so when a thread ended by a fault of ours, instead of waiting for ever."""
        event.stop()
        if event.state is WorkerState.ERROR:
            self.fail(f"{event.worker.description} failed: {clean(repr(event.worker.error), 255)}")

    @abstractmethod
    def fail(self, reason: str) -> None:
        """Show that nothing comes any more, and why."""
