"""The verdict on localhost at a glance: two scores with the check that sets each, a sentence, a step."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from netmon.loopback.report import BEST, Report, Score
from netmon.model.finding import FindingState
from netmon.tui.widgets.finding_list import SYMBOLS
from netmon.tui.widgets.line import Line


class ScoreView(Vertical):
    """Two scores as bars, one above the other, then what they come to in words."""

    DEFAULT_CSS = """
    ScoreView {
        height: auto;
        & > Line { padding: 0 1; }
        & > Static { padding: 0 1; height: auto; max-height: 2; }
        & > #score-sentence { text-style: bold; }
        & > #score-fix { color: $text-accent; }
        & > #score-fix.-empty { display: none; }
    }
    """

    def compose(self) -> ComposeResult:
        """A line for each score; sentence and step may take two."""
        yield Line(id="score-localhost")
        yield Line(id="score-ipv6")
        yield Static(id="score-sentence")
        yield Static(id="score-fix")

    def show(self, report: Report) -> None:
        """Show this verdict from now on."""
        for place, score in zip(("#score-localhost", "#score-ipv6"), report.scores, strict=True):
            self.query_one(place, Line).show(score_text(score))
        self._say(report.sentence, f"→ {report.fix}" if report.fix else "")

    def say(self, words: str) -> None:
        """Say this instead of a sentence on the scores."""
        self._say(words, "")

    def _say(self, sentence: str, fix: str) -> None:
        self.query_one("#score-sentence", Static).update(Content(sentence))
        step = self.query_one("#score-fix", Static)
        step.update(Content(fix))
        step.set_class(not fix, "-empty")


def score_text(score: Score) -> Content:
    """A score as bar, figure, title and the check that sets it: colour is not all there is to see."""
    style = _style(score.points)
    bar = ("█" * score.points, style), ("░" * (BEST - score.points), "$text-muted")
    figure = f" {score.points:>2}/{BEST} ", style
    return Content.assemble(*bar, figure, Content(f" {score.title}"), _because(score))


def _because(score: Score) -> Content:
    if score.worst is None:
        return Content("")
    symbol, style = SYMBOLS[score.worst.state]
    return Content.assemble(
        Content("   "), (f"{symbol} {score.worst.state}", style), Content(f" {score.worst.check}")
    )


def _style(points: int) -> str:
    state = (
        FindingState.OK if points == BEST else FindingState.WARN if points >= BEST / 2 else FindingState.FAIL
    )
    return SYMBOLS[state][1]
