"""The view Rules: what the rules find in the zone of the name, or in a zone file, the worst first."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event
from typing import Any

from textual.app import ComposeResult

from netmon.engine.explain import Explanation, Fact
from netmon.model.finding import Finding, FindingState
from netmon.model.text import clean
from netmon.model.units import format_age
from netmon.resolver.enquiry import Enquiry
from netmon.resolver.rules.judging import verdict_of
from netmon.resolver.rules.live_zone import GatherError
from netmon.resolver.rules.ruling import Ruling, rule
from netmon.resolver.rules.zone_open import ZoneFileError
from netmon.tui.dns_panes.base import Subject
from netmon.tui.dns_panes.running import Job, RunningPane
from netmon.tui.finding_columns import explain_finding, finding_columns
from netmon.tui.widgets.line import Line
from netmon.tui.widgets.live_table import LiveTable

Rule = Callable[[Enquiry, Event], Ruling]
"""What judges: `netmon.resolver.rules.ruling.rule`."""


_CHECK_WIDTH = len("private-ns-address")


class RulesPane(RunningPane):
    """Asks the servers of the zone itself, when it is first shown for a subject."""

    view = "rules"
    title = "Rules"
    work_name = "the look"
    nothing = "nothing was judged"
    refusals = (GatherError, ZoneFileError)

    DEFAULT_CSS = """
    RulesPane {
        & #rules-seen { display: none; padding: 0 1; color: $text-muted; }
        & #rules-seen.-known { display: block; }
    }
    """

    def __init__(self, judge: Rule = rule) -> None:
        """Make the view.

        Args:
            judge: Judges; called in a thread.
        """
        super().__init__()
        self._judge = judge
        self._ruling: Ruling | None = None

    def compose_main(self) -> ComposeResult:
        """How much of the zone was seen, and the findings."""
        yield Line(id="rules-seen")
        yield LiveTable[Finding](
            finding_columns(_CHECK_WIDTH), _key, empty_text="nothing has been asked yet", id="rules-findings"
        )

    # The rules

    def wish(self, subject: Subject) -> Enquiry:
        """The zone of what was typed."""
        return subject.enquiry

    def job(self) -> Job:
        """Look at the zone and judge it."""
        asked: Enquiry = self.asked
        return lambda _tell, stop: self._judge(asked, stop)

    def clear(self) -> None:
        """Show nothing of the look before."""
        self._ruling = None
        self._show_seen("")
        self.table.set_rows(())
        self.table.action_top()
        self.close_details()

    def begun(self) -> None:
        """Say so."""
        self.table.empty_text = "looking at the zone …"
        self.tick()

    def tick(self) -> None:
        """Let it be seen that it is still at work."""
        if self.runs:
            since = f" {int(self.spent_s)} s," if self.spent_s >= 1 else ""
            self.say(f"{clean(self.asked.text, 255)} · looking at its zone …{since} Esc ends it")

    def ended(self, ruling: Ruling, _took_s: float) -> None:
        """Show the findings and the verdict."""
        self._ruling = ruling
        self._show_seen(ruling.seen)
        self.table.set_rows(ruling.findings)
        worst = ruling.findings[0].state if ruling.findings else FindingState.OK
        self.say(_headline(ruling), worst if worst in ("ok", "warn", "fail") else "")

    def broken_off(self) -> None:
        """Say that nothing is known."""
        self.table.empty_text = self.nothing
        self.table.redraw()
        self.say("ended before the zone was judged: r looks again", "warn")

    def _show_seen(self, seen: str) -> None:
        line = self.query_one("#rules-seen", Line)
        line.show(seen)
        line.set_class(bool(seen), "-known")

    def explain_row(self, row: Any) -> Explanation:
        """A finding in words."""
        about = () if self._ruling is None else (Fact("zone", self._ruling.zone, ""),)
        return explain_finding(row, *about)._replace(key=_key(row))


def _key(row: Finding) -> tuple[str, str]:
    return row.check, row.summary


def _headline(ruling: Ruling) -> str:
    """Which zone, the verdict, and on what it rests."""
    by = f"{ruling.answered} of {ruling.servers} server addresses answered" if ruling.servers else "its file"
    took = format_age(ruling.took_s)
    return f"{ruling.zone} · {verdict_of(ruling.findings)} · {by}, in {took}"
