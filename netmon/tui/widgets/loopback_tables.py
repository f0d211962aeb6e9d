"""The two tables of the Loopback tab: the checks, and the listeners called as localhost."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Container
from textual.events import DescendantFocus

from netmon.loopback.listeners import PortVerdict
from netmon.model.finding import Finding
from netmon.tui.finding_columns import finding_columns
from netmon.tui.loopback_columns import gravity, listener_columns
from netmon.tui.widgets.live_table import LiveTable


class LoopbackTables(Container):
    """One table above the other, beside it, or, where there is room for one alone, in its place."""

    DEFAULT_CSS = """
    LoopbackTables {
        layout: vertical;
        & > #loopback-findings { height: 3fr; }
        & > #loopback-listeners { height: 2fr; }
        &.-wide { layout: horizontal; }
        &.-wide > #loopback-findings { width: 3fr; height: 1fr; }
        &.-wide > #loopback-listeners { width: 2fr; height: 1fr; }
        &.-one > #loopback-listeners { display: none; }
        &.-one.-listeners > #loopback-listeners { display: block; height: 1fr; }
        &.-one.-listeners > #loopback-findings { display: none; }
    }
    """

    def compose(self) -> ComposeResult:
        """The checks, then the listeners."""
        yield LiveTable[Finding](finding_columns(), lambda row: row.check, id="loopback-findings")
        yield LiveTable[PortVerdict](listener_columns(), lambda row: row.port, id="loopback-listeners")

    def on_mount(self) -> None:
        """Say what is waited for."""
        self.findings.empty_text = "looking at localhost …"
        self.listeners.empty_text = "waiting for the first look at the listeners …"

    @property
    def findings(self) -> LiveTable[Finding]:
        """The checks."""
        return self.query_one("#loopback-findings", LiveTable)

    @property
    def listeners(self) -> LiveTable[PortVerdict]:
        """The listeners."""
        return self.query_one("#loopback-listeners", LiveTable)

    @property
    def listener(self) -> PortVerdict | None:
        """The listener under the cursor, where the user is among the listeners."""
        return self.listeners.cursor_row if self.listeners.has_focus else None

    def show_listeners(self, ports: Sequence[PortVerdict], *, known: bool) -> None:
        """Show the listeners, those amiss first.

        Args:
            ports: How each stands to localhost.
            known: Whether they were looked at; if not, that there are none says nothing.
        """
        if known:
            self.listeners.empty_text = "nothing listens on TCP here"
        self.listeners.set_rows(sorted(ports, key=gravity))

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Remember which table the user was in last, however it was reached."""
        self.set_class(event.widget is self.listeners, "-listeners")

    def go_on(self) -> None:
        """Go to the other table."""
        self.set_class(self.findings.has_focus, "-listeners")
        self.go_back()

    def go_back(self) -> None:
        """Go to the table that the user was in last."""
        (self.listeners if self.has_class("-listeners") else self.findings).focus()
