"""The view Trust: whether the answer is authentic, link by link from the trust anchor as they are checked."""

from __future__ import annotations

from typing import Any

from textual.app import ComposeResult
from textual.containers import VerticalScroll

from netmon.engine.explain import Explanation
from netmon.resolver.circle import NobodyError
from netmon.resolver.dnssec.inquiry import TrustWanted, Validator, trust_in, wanted
from netmon.resolver.dnssec.verdict import Trust, TrustStep
from netmon.resolver.questions import BadNameError
from netmon.tui.dns_panes.base import Subject
from netmon.tui.dns_panes.running import Job, RunningPane
from netmon.tui.dns_panes.trust_rows import KINDS, TrustRow, explain_step, trust_columns
from netmon.tui.widgets.finding_list import FindingList
from netmon.tui.widgets.live_table import LiveTable

_HINT = "nothing has been asked yet"


class TrustPane(RunningPane):
    """Validates when it is first shown for a subject."""

    view = "trust"
    title = "Trust"
    work_name = "the validation"
    nothing = "nothing was validated"
    refusals = (BadNameError, NobodyError)

    DEFAULT_CSS = """
    TrustPane {
        & #trust-findings { height: auto; max-height: 45%; scrollbar-size-vertical: 1; }
    }
    """

    def __init__(self, validate: Validator = trust_in) -> None:
        """Make the view.

        Args:
            validate: Validates; called in a thread.
        """
        super().__init__()
        self._validate = validate
        self._rows: list[TrustRow] = []

    def compose_main(self) -> ComposeResult:
        """The chain, and the findings beneath it."""
        yield LiveTable[TrustRow](trust_columns(), lambda row: row.key, empty_text=_HINT, id="trust-chain")
        with VerticalScroll(id="trust-findings"):
            yield FindingList()

    # The validation

    def wish(self, subject: Subject) -> TrustWanted:
        """The first type of the name, as far as it is known."""
        return wanted(subject.enquiry, "" if subject.outcome is None else subject.outcome.name)

    def job(self) -> Job:
        """Validate it."""
        asked: TrustWanted = self.asked
        return lambda tell, stop: self._validate(asked, tell, stop)

    def clear(self) -> None:
        """Show nothing of the validation before."""
        self._rows = []
        self.table.set_rows(())
        self.query_one(FindingList).show(())
        self.close_details()

    def begun(self) -> None:
        """Say what is asked for first."""
        self.table.empty_text = "asking for the keys of the trust anchor …"
        self.say(f"{self.asked.text}: validating …")

    def stepped(self, step: TrustStep) -> None:
        """Add a link."""
        self._rows = [*self._rows, TrustRow(len(self._rows), step)]
        self.table.set_rows(self._rows)

    def ended(self, trust: Trust, _took_s: float) -> None:
        """Say how far the answer can be believed."""
        self.say(f"{trust.name} {trust.type} is {trust.status}: {trust.reason}", KINDS[trust.status])
        self.query_one(FindingList).show(trust.findings)

    def broken_off(self) -> None:
        """Say that it is not known."""
        self.say("broken off: how far the answer can be believed is not known", "warn")
        self.table.empty_text = "ended before anything was checked"

    def explain_row(self, row: Any) -> Explanation:
        """A link in words."""
        return explain_step(row)
