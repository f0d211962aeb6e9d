"""What presses on ports: the judgements, and beneath them how many ephemeral ports each destination has."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content

from netmon.model.finding import Finding, FindingState
from netmon.ports.pressure.ephemeral_use import DestinationUse, EphemeralUse
from netmon.ports.pressure.exhaustion import verdict_of
from netmon.ports.pressure.view import PressureView
from netmon.tui.widgets.column import Column
from netmon.tui.widgets.finding_list import SYMBOLS, FindingList, verdict_text
from netmon.tui.widgets.line import Line
from netmon.tui.widgets.live_table import LiveTable

_BAR = 10
"""Cells of a full bar."""


class PressurePane(Vertical):
    """Shows a `PressureView`: the worst in a line, all findings, the destinations and their ports."""

    DEFAULT_CSS = """
    PressurePane {
        height: 1fr;
        & > #pressure-headline { padding: 0 1; text-style: bold; }
        & > #pressure-findings { height: auto; max-height: 60%; }
        & > #pressure-total { padding: 0 1; color: $text-muted; }
        & > #pressure-destinations { min-height: 4; }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._view: PressureView | None = None

    def compose(self) -> ComposeResult:
        """The worst, the findings, the ports in total and by destination."""
        yield Line("looking at ports …", id="pressure-headline")
        with VerticalScroll(id="pressure-findings"):
            yield FindingList(always_grounds=True)
        yield Line(id="pressure-total")
        yield LiveTable[DestinationUse](_COLUMNS, lambda row: row.destination, id="pressure-destinations")

    def on_mount(self) -> None:
        """Show what was handed over meanwhile."""
        self.table.empty_text = "waiting for the first poll …"
        if self._view is not None:
            self._draw(self._view)

    @property
    def table(self) -> LiveTable[DestinationUse]:
        """The destinations."""
        return self.query_one("#pressure-destinations", LiveTable)

    def focus_first(self) -> None:
        """Put the focus on the destinations."""
        self.table.focus()

    def show(self, view: PressureView) -> None:
        """Show this from now on; before it is mounted, as soon as it is."""
        self._view = view
        if self.is_mounted:
            self._draw(view)

    def _draw(self, view: PressureView) -> None:
        self.table.empty_text = "no outgoing TCP connection has an ephemeral port"
        self.query_one("#pressure-headline", Line).show(headline(view.findings))
        self.query_one(FindingList).show(view.findings)
        self.query_one("#pressure-total", Line).show(total_text(view.use))
        self.table.set_rows(view.use.destinations, sort_key="share", reverse=True)


def headline(findings: Sequence[Finding]) -> Content:
    """How much presses and how badly, or that nothing does as far as it is known."""
    troubles = [f for f in findings if f.state in (FindingState.WARN, FindingState.FAIL)]
    if troubles:
        says = "1 finding calls" if len(troubles) == 1 else f"{len(troubles)} findings call"
        return verdict_text(Finding("", troubles[0].state, f"{says} for something to be done"))
    unknown = sum(finding.state is FindingState.UNKNOWN for finding in findings)
    if unknown:
        known = len(findings) - unknown
        return verdict_text(
            Finding(
                "",
                FindingState.UNKNOWN,
                f"nothing presses in {known} checks; {unknown} cannot be judged here",
            )
        )
    return verdict_text(Finding("", FindingState.OK, f"nothing presses: {len(findings)} checks"))


def total_text(use: EphemeralUse) -> str:
    """The range in one line."""
    low, high = use.range
    more = f", {use.destination_count - len(use.destinations)} smaller destinations not shown"
    return (
        f"ephemeral ports {low}–{high}, {use.reserved} reserved, {use.usable} lent; "
        f"TCP {use.tcp.used} used ({use.tcp.time_wait} TIME_WAIT), UDP {use.udp.used} used"
        + (more if use.destination_count > len(use.destinations) else "")
    )


def share_text(row: DestinationUse) -> str:
    """The share in use as a bar and a number, with a symbol where it presses."""
    cells = min(_BAR, max(int(row.used > 0), round(row.share * _BAR)))
    verdict = verdict_of(row.share)
    symbol = " " if verdict is FindingState.OK else SYMBOLS[verdict][0]
    return f"{'█' * cells}{'░' * (_BAR - cells)} {row.share:>4.0%} {symbol}"


def _kind(row: DestinationUse) -> str:
    return {FindingState.FAIL: "fail", FindingState.WARN: "warn"}.get(verdict_of(row.share), "")


_COLUMNS: list[Column[DestinationUse]] = [
    Column("destination", "DESTINATION", 17, 0, lambda row: str(row.destination.remote), flexible=True),
    Column("from", "FROM", 15, 6, lambda row: row.destination.local, flexible=True),
    Column("used", "USED", 6, 1, lambda row: str(row.used), right=True, kind="number"),
    Column("time-wait", "TIME_WAIT", 9, 3, lambda row: str(row.time_wait), right=True),
    Column("again", "LENT AGAIN", 10, 7, lambda row: str(row.reusable), right=True, kind="dim"),
    Column("free", "FREE", 6, 2, lambda row: str(row.free), right=True, kind=_kind),
    Column("share", "IN USE", 17, 4, share_text, kind=_kind),
]
