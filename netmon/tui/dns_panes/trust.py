"""The view Trust: whether the answer is authentic, link by link from the trust anchor as they are checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from textual import on, work
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.message import Message
from textual.worker import get_current_worker

from netmon.engine.explain import Explanation
from netmon.resolver.circle import NobodyError
from netmon.resolver.dnssec.inquiry import TrustWanted, Validator, trust_in, wanted
from netmon.resolver.dnssec.verdict import Trust, TrustStep
from netmon.resolver.questions import BadNameError
from netmon.tui.dns_panes.base import Subject
from netmon.tui.dns_panes.detailed import DetailedPane
from netmon.tui.dns_panes.trust_rows import KINDS, TrustRow, explain_step, trust_columns
from netmon.tui.widgets.finding_list import FindingList
from netmon.tui.widgets.live_table import LiveTable

_HINT = "nothing has been asked yet"


class TrustPane(DetailedPane):
    """Validates when it is first shown for a subject."""

    view = "trust"
    title = "Trust"

    DEFAULT_CSS = """
    TrustPane {
        & #trust-findings { height: auto; max-height: 45%; scrollbar-size-vertical: 1; }
    }
    """

    @dataclass
    class Stepped(Message):
        """A link was checked."""

        step: TrustStep
        number: int
        """Which validation of this view it is of: an older one may still be ending."""

    @dataclass
    class Ended(Message):
        """A validation has come to its end."""

        trust: Trust
        number: int

    @dataclass
    class CannotBegin(Message):
        """Nothing can be validated."""

        reason: str
        number: int

    def __init__(self, validate: Validator = trust_in) -> None:
        """Make the view.

        Args:
            validate: Validates; called in a thread.
        """
        super().__init__()
        self._validate = validate
        self._number = 0
        """Counts the validations."""
        self._subject = -1
        self._wanted: TrustWanted | None = None
        self._rows: list[TrustRow] = []
        self.runs = False
        """Whether a validation is under way."""

    def compose_main(self) -> ComposeResult:
        """The chain, and the findings beneath it."""
        yield LiveTable[TrustRow](trust_columns(), lambda row: row.key, empty_text=_HINT, id="trust-chain")
        with VerticalScroll(id="trust-findings"):
            yield FindingList()

    # The subject

    def show_subject(self, subject: Subject) -> None:
        """Validate a subject that is new; one whose name the servers have completed is validated anew."""
        try:
            asked = wanted(subject.enquiry, "" if subject.outcome is None else subject.outcome.name)
        except BadNameError as error:
            self.forget()
            self._clear()
            self.fail(str(error))
            return
        if (subject.number, asked) != (self._subject, self._wanted):
            self._subject, self._wanted = subject.number, asked
            self.again()

    def again(self) -> None:
        """Validate once more."""
        if self._wanted is None:
            return
        self._number += 1
        self.runs = True
        self._clear()
        self.table.empty_text = "asking for the keys of the trust anchor …"
        self.say(f"{self._wanted.text}: validating …")
        self._run(self._wanted, self._number)

    def _clear(self) -> None:
        """Show nothing of the validation before."""
        self._rows = []
        self.table.set_rows(())
        self.query_one(FindingList).show(())
        self.close_details()

    def forget(self) -> None:
        """Give up the validation that is under way, and what it was about."""
        self.stop()
        self._subject, self._wanted = -1, None

    def stop(self) -> bool:
        """End the validation that is under way, with what it has shown so far."""
        if not self.runs:
            return False
        self._number += 1
        self.runs = False
        self.workers.cancel_group(self, "dns-trust")
        self.say("broken off: how far the answer can be believed is not known", "warn")
        self.table.empty_text = "ended before anything was checked"
        return True

    # The validation

    @work(thread=True, exclusive=True, group="dns-trust", exit_on_error=False, description="the validation")
    def _run(self, asked: TrustWanted, number: int) -> None:
        def tell(step: TrustStep) -> None:
            self.post_message(self.Stepped(step, number))

        try:
            trust = self._validate(asked, tell, get_current_worker().cancelled_event)
        except (BadNameError, NobodyError) as error:
            self.post_message(self.CannotBegin(str(error), number))
        else:
            self.post_message(self.Ended(trust, number))

    @on(Stepped)
    def _stepped(self, message: Stepped) -> None:
        if message.number == self._number:
            self._rows = [*self._rows, TrustRow(len(self._rows), message.step)]
            self.table.set_rows(self._rows)

    @on(Ended)
    def _ended(self, message: Ended) -> None:
        if message.number != self._number:
            return
        trust, self.runs = message.trust, False
        self.say(f"{trust.name} {trust.type} is {trust.status}: {trust.reason}", KINDS[trust.status])
        self.query_one(FindingList).show(trust.findings)

    @on(CannotBegin)
    def _cannot_begin(self, message: CannotBegin) -> None:
        if message.number == self._number:
            self.fail(message.reason)

    def fail(self, reason: str) -> None:
        """Show that nothing comes any more, and why."""
        self.runs = False
        self.table.empty_text = "nothing was validated"
        self.table.set_rows(self._rows)
        self.say(reason, "fail")

    def explain_row(self, row: Any) -> Explanation:
        """A link in words."""
        return explain_step(row)
