"""Judgements one beneath the other: symbol, word, sentence, and what speaks for it."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from netmon.model.finding import Finding, FindingState

SYMBOLS = {
    FindingState.OK: ("✓", "$text-success"),
    FindingState.INFO: ("i", "$text-accent"),
    FindingState.WARN: ("⚠", "$text-warning"),
    FindingState.FAIL: ("✕", "$text-error"),
    FindingState.UNKNOWN: ("?", "$text-muted"),
}
"""How each verdict looks; its word always stands beside it."""


class FindingView(Vertical):
    """One finding: symbol, word and sentence; unless all is well, also its grounds and what to do."""

    DEFAULT_CSS = """
    FindingView {
        height: auto;
        padding: 0 1;
        & > .finding--more { padding-left: 10; color: $text-muted; }
    }
    """

    def __init__(self, finding: Finding, *, always_grounds: bool = False) -> None:
        """Make the view.

        Args:
            finding: What it shows at first.
            always_grounds: Whether the grounds are shown even if all is well.
        """
        super().__init__()
        self._finding = finding
        self._always_grounds = always_grounds

    def compose(self) -> ComposeResult:
        """The verdict, then the rest, indented."""
        yield Static(classes="finding--verdict")
        yield Static(classes="finding--more")

    def on_mount(self) -> None:
        """Show what was handed over meanwhile."""
        self._draw()

    def show(self, finding: Finding) -> None:
        """Show the finding as it is now."""
        if finding != self._finding:
            self._finding = finding
            if self.is_mounted:
                self._draw()

    def _draw(self) -> None:
        self.query_one(".finding--verdict", Static).update(verdict_text(self._finding))
        more, grounds = self.query_one(".finding--more", Static), grounds_text(self._finding)
        more.update(grounds)
        wanted = self._always_grounds or self._finding.state is not FindingState.OK
        more.display = wanted and bool(grounds.plain)


class FindingList(Vertical):
    """Findings in the order in which they are handed over, as high as they need."""

    DEFAULT_CSS = """
    FindingList { height: auto; }
    """

    def __init__(self, *, always_grounds: bool = False, id: str | None = None) -> None:
        """Make an empty list.

        Args:
            always_grounds: Whether the grounds are shown even if all is well.
            id: The widget's id.
        """
        super().__init__(id=id)
        self._always_grounds = always_grounds
        self._views: list[FindingView] = []
        """One for each place; those of places that are not taken are hidden."""

    def show(self, findings: Sequence[Finding]) -> None:
        """Show these from now on; the list must be mounted."""
        for view, finding in zip(self._views, findings, strict=False):
            view.show(finding)
            view.display = True
        for view in self._views[len(findings) :]:
            view.display = False
        added = [
            FindingView(finding, always_grounds=self._always_grounds)
            for finding in findings[len(self._views) :]
        ]
        if added:
            self._views += added
            self.mount(*added)


def verdict_text(finding: Finding) -> Content:
    """A finding as symbol, word and sentence."""
    symbol, style = SYMBOLS[finding.state]
    return Content.assemble((f"{symbol} {finding.state:<7} ", style), Content(finding.summary))


def grounds_text(finding: Finding) -> Content:
    """What was seen, what it means and what to do, a line each."""
    lines = (finding.evidence, finding.why, finding.fix and f"→ {finding.fix}")
    return Content("\n").join(Content(line) for line in lines if line)
