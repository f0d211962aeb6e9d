"""The Loopback tab: what localhost means here, whether it works, and who does not listen there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static
from textual.worker import Worker, WorkerState, get_current_worker

from netmon.engine.state import State
from netmon.loopback.findings import findings, listener_family
from netmon.loopback.listeners import PortVerdict, holder, judge_listeners
from netmon.loopback.localhost import Localhost, examine
from netmon.loopback.probing import Probe
from netmon.model.connection import Connection
from netmon.model.finding import Finding, FindingState
from netmon.model.text import clean
from netmon.model.units import format_rtt
from netmon.tui.tabs.base import Tab
from netmon.tui.widgets.column import Column
from netmon.tui.widgets.finding_list import SYMBOLS, FindingList, verdict_text
from netmon.tui.widgets.line import Line
from netmon.tui.widgets.live_table import LiveTable

_GRAVITY = (
    FindingState.OK,
    FindingState.INFO,
    FindingState.UNKNOWN,
    FindingState.WARN,
    FindingState.FAIL,
)


class LoopbackTab(Tab):
    """Does localhost mean 127.0.0.1 or ::1 here, and which listeners does it not reach?"""

    name_in_bar = "Loopback"
    slug = "loopback"

    DEFAULT_CSS = """
    LoopbackTab {
        & > #loopback-headline { padding: 0 1; text-style: bold; }
        & > #loopback-seen { height: auto; max-height: 60%; }
        & #loopback-addresses { padding: 0 1; margin-bottom: 1; }
        & > #loopback-listeners { min-height: 4; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "examine", "Check again", id="loopback.examine"),
    ]

    @dataclass
    class Examined(Message):
        """The checks have ended."""

        seen: Localhost

    def __init__(self, *, examine: Callable[[], Localhost] = examine, id: str | None = None) -> None:
        """Make the tab.

        Args:
            examine: Looks at localhost; called in a thread.
            id: The widget's id.
        """
        super().__init__(id=id)
        self._look = examine
        self._seen: Localhost | None = None
        self._listeners: Sequence[Connection] | None = None
        """The listeners of the latest state; None before the first."""
        self._listening: tuple[object, ...] = ()
        """What of them the verdicts depend on."""
        self._findings: tuple[Finding, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The judgements that are shown."""
        return self._findings

    def compose(self) -> ComposeResult:
        """The verdict in a line, the addresses, the findings, the listeners that are not found."""
        yield Line(id="loopback-headline")
        with VerticalScroll(id="loopback-seen"):
            yield Static(id="loopback-addresses")
            yield FindingList()
        yield LiveTable[PortVerdict](_COLUMNS, lambda row: row.port, id="loopback-listeners")

    def on_mount(self) -> None:
        """Check at once."""
        self.action_examine()

    def focus_first(self) -> None:
        """Put the focus on the listeners."""
        self._table.focus()

    def action_examine(self) -> None:
        """Look at localhost again."""
        self._headline.show("looking at localhost …")
        self._run()

    @work(thread=True, exclusive=True, group="loopback", exit_on_error=False)
    def _run(self) -> None:
        worker = get_current_worker()
        seen = self._look()
        if not worker.is_cancelled:
            self.post_message(self.Examined(seen))

    @on(Examined)
    def _examined(self, message: Examined) -> None:
        self._seen = message.seen
        self.query_one("#loopback-addresses", Static).update(addresses_text(message.seen))
        self._judge(message.seen)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say so when the checks ended by a fault of ours."""
        event.stop()
        if event.state is WorkerState.ERROR:
            self._headline.show(f"✕ the checks failed: {clean(repr(event.worker.error), 255)}")

    def show_state(self, state: State) -> None:
        """Judge the listeners again if anything about them changed that matters here."""
        listening = tuple(
            (c.socket.local, c.socket.state, c.socket.v6only, c.socket.interface, c.owner)
            for c in state.listeners
            if c.socket.protocol == "tcp"
        )
        if self._listeners is not None and listening == self._listening:
            return
        self._listeners, self._listening = state.listeners, listening
        if self._seen is not None:
            self._judge(self._seen)

    def _judge(self, seen: Localhost) -> None:
        judged = findings(seen)
        if self._listeners is not None:
            verdicts = judge_listeners(seen.order, self._listeners)
            judged = (*judged, listener_family(seen.order, verdicts))
            self._table.empty_text = "no listener is missed by localhost's first address"
            self._table.set_rows([verdict for verdict in verdicts if verdict.amiss])
        else:
            self._table.empty_text = "waiting for the first look at the listeners …"
        self._show_findings(judged)

    def _show_findings(self, judged: tuple[Finding, ...]) -> None:
        self._findings = judged
        worst = max(judged, key=lambda finding: _GRAVITY.index(finding.state))
        self._headline.show(verdict_text(worst))
        self.query_one(FindingList).show(judged)

    @property
    def _headline(self) -> Line:
        return self.query_one("#loopback-headline", Line)

    @property
    def _table(self) -> LiveTable[PortVerdict]:
        return self.query_one("#loopback-listeners", LiveTable)


_COLUMNS: list[Column[PortVerdict]] = [
    Column("port", "PORT", 5, 0, lambda row: str(row.port), right=True, kind="number"),
    Column("holder", "HELD BY", 14, 1, lambda row: _holders(row), flexible=True),
    Column("binds", "LISTENS ON", 14, 3, lambda row: ", ".join(map(str, row.binds)), flexible=True),
    Column("answers", "CALLED AS LOCALHOST", 39, 2, lambda row: f"⚠ {row.answers}", kind="warn"),
]


def _holders(row: PortVerdict) -> str:
    return ", ".join(dict.fromkeys(map(holder, row.owners)))


def addresses_text(seen: Localhost) -> Content:
    """The addresses of localhost in the order that programs try them, then those it does not name."""
    named = list(dict.fromkeys(seen.plain.addresses))
    lines = [Content("localhost leads to, in this order:")]
    if not named:
        lines = [Content(f"localhost leads nowhere: {seen.plain.error}")]
    lines += [_address_text(f"{place}.", seen.probe(address)) for place, address in enumerate(named, 1)]
    rest = (probe for probe in seen.probes if probe.address not in named)
    lines += [_address_text(" ·", probe, " (not named)") for probe in rest]
    return Content("\n").join(lines)


def _address_text(place: str, probe: Probe, remark: str = "") -> Content:
    symbol, style = SYMBOLS[FindingState.OK if probe.works else FindingState.FAIL]
    time = f" in {format_rtt(probe.connect_us)}" if probe.connect_us is not None else ""
    words = Content(f"{probe.outcome}{time}{remark}")
    return Content.assemble(Content(f"  {place} {probe.address:<15} "), (symbol, style), " ", words)
