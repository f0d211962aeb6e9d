"""The view Rules: what the rules find in the zone of the name, or in a zone file, the worst first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Event
from typing import Any

from textual import on, work
from textual.app import ComposeResult
from textual.message import Message
from textual.worker import get_current_worker

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
from netmon.tui.dns_panes.detailed import DetailedPane
from netmon.tui.finding_columns import explain_finding, finding_columns
from netmon.tui.widgets.line import Line
from netmon.tui.widgets.live_table import LiveTable

Rule = Callable[[Enquiry, Event], Ruling]
"""What judges: `netmon.resolver.rules.ruling.rule`."""


_CHECK_WIDTH = len("private-ns-address")


class RulesPane(DetailedPane):
    """Asks the servers of the zone itself, when it is first shown for a subject."""

    view = "rules"
    title = "Rules"

    DEFAULT_CSS = """
    RulesPane {
        & #rules-seen { display: none; padding: 0 1; color: $text-muted; }
        & #rules-seen.-known { display: block; }
    }
    """

    @dataclass
    class Ruled(Message):
        """All rules have been applied."""

        ruling: Ruling
        number: int
        """Which look of this view it was: an older one may still be ending."""

    @dataclass
    class CannotRule(Message):
        """The zone could not be looked at."""

        reason: str
        number: int

    def __init__(self, judge: Rule = rule) -> None:
        """Make the view.

        Args:
            judge: Judges; called in a thread.
        """
        super().__init__()
        self._judge = judge
        self._number = 0
        """Counts the looks at a zone."""
        self._subject = -1
        self._asked: Enquiry | None = None
        self._began_at: float | None = None
        """When the look that is under way began; None while there is none."""
        self._ruling: Ruling | None = None

    @property
    def runs(self) -> bool:
        """Whether a zone is being looked at."""
        return self._began_at is not None

    def compose_main(self) -> ComposeResult:
        """How much of the zone was seen, and the findings."""
        yield Line(id="rules-seen")
        yield LiveTable[Finding](
            finding_columns(_CHECK_WIDTH), _key, empty_text="nothing has been asked yet", id="rules-findings"
        )

    # The subject

    def show_subject(self, subject: Subject) -> None:
        """Judge the zone of a subject that is new."""
        if subject.number != self._subject:
            self._subject, self._asked = subject.number, subject.enquiry
            self.again()

    def again(self) -> None:
        """Look at the zone once more."""
        if self._asked is None:
            return
        self._number += 1
        self._began_at = self.clock()
        self._ruling = None
        self.table.empty_text = "looking at the zone …"
        self._show_seen("")
        self.table.set_rows(())
        self.table.action_top()
        self.close_details()
        self.tick()
        self._run(self._asked, self._number)

    def forget(self) -> None:
        """Give up the look that is under way, and what it was about."""
        self.stop()
        self._subject, self._asked = -1, None

    def stop(self) -> bool:
        """End the look that is under way."""
        if not self.runs:
            return False
        self._number += 1
        self.workers.cancel_group(self, "dns-rules")
        self._nothing("ended before the zone was judged: r looks again", "warn")
        return True

    def tick(self) -> None:
        """Let it be seen that it is still at work."""
        if self._began_at is not None and self._asked is not None:
            spent = int(self.clock() - self._began_at)
            since = f" {spent} s," if spent else ""
            self.say(f"{clean(self._asked.text, 255)} · looking at its zone …{since} Esc ends it")

    # The rules

    @work(thread=True, exclusive=True, group="dns-rules", exit_on_error=False, description="the look")
    def _run(self, asked: Enquiry, number: int) -> None:
        try:
            ruling = self._judge(asked, get_current_worker().cancelled_event)
        except (GatherError, ZoneFileError) as error:
            self.post_message(self.CannotRule(str(error), number))
        else:
            self.post_message(self.Ruled(ruling, number))

    @on(Ruled)
    def _ruled(self, message: Ruled) -> None:
        if message.number != self._number:
            return
        self._began_at = None
        self._ruling = ruling = message.ruling
        self._show_seen(ruling.seen)
        self.table.set_rows(ruling.findings)
        worst = ruling.findings[0].state if ruling.findings else FindingState.OK
        self.say(_headline(ruling), worst if worst in ("ok", "warn", "fail") else "")

    def _show_seen(self, seen: str) -> None:
        line = self.query_one("#rules-seen", Line)
        line.show(seen)
        line.set_class(bool(seen), "-known")

    @on(CannotRule)
    def _cannot_rule(self, message: CannotRule) -> None:
        if message.number == self._number:
            self.fail(message.reason)

    def fail(self, reason: str) -> None:
        """Show that nothing comes any more, and why."""
        self._nothing(reason, "fail")

    def _nothing(self, reason: str, kind: str) -> None:
        self._began_at = None
        self.table.empty_text = "nothing was judged"
        self.table.redraw()
        self.say(reason, kind)

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
