"""The verdict at a glance."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult
from textual.widgets import Static

from netmon.loopback.report import Report, Score, report
from netmon.model.finding import Finding, FindingState
from netmon.tui.widgets.line import Line
from netmon.tui.widgets.score_view import ScoreView, score_text

WORST = Finding("lo-v6", FindingState.WARN, "::1 does not exist here", fix="Switch it on")
SOUND = report([Finding("lo-v4", FindingState.OK, "fine")])


class ViewApp(App[None]):
    """The view alone."""

    def compose(self) -> ComposeResult:
        """The view alone."""
        yield ScoreView()


def shown(app: App[None]) -> list[str]:
    scores = [line.text for line in app.query(Line)]
    words = [str(line.render()) for line in app.query(Static) if line.display]
    return [*scores, *words]


@pytest.mark.parametrize(
    ("score", "text"),
    [
        (Score("ready for IPv6", 10, None), "██████████ 10/10  ready for IPv6"),
        (Score("ready for IPv6", 0, WORST), "░░░░░░░░░░  0/10  ready for IPv6   ⚠ warn lo-v6"),
        (Score("works", 6, WORST), "██████░░░░  6/10  works   ⚠ warn lo-v6"),
    ],
)
def test_a_score_is_a_bar_a_figure_and_the_check_that_sets_it(score: Score, text: str) -> None:
    assert score_text(score).plain == text


async def test_two_scores_a_sentence_and_a_step() -> None:
    async with ViewApp().run_test(size=(100, 10)) as pilot:
        view = pilot.app.query_one(ScoreView)
        view.show(report([WORST]))
        await pilot.pause()
        first, second, sentence, step = shown(pilot.app)
        assert first.startswith("██████░░░░  6/10  localhost works for every program here")
        assert second.startswith("░░░░░░░░░░  0/10  ready for IPv6")
        assert "::1 does not exist here" in sentence
        assert step == "→ Switch it on"
        view.show(SOUND)
        await pilot.pause()
        assert shown(pilot.app)[0].startswith("██████████ 10/10")
        assert len(shown(pilot.app)) == 3
        assert view.size.height == 3


async def test_words_that_are_not_ours_are_no_markup() -> None:
    async with ViewApp().run_test() as pilot:
        pilot.app.query_one(ScoreView).show(Report((), SOUND.scores, "[/x] fails", "[bold]do"))
        await pilot.pause()
        assert shown(pilot.app)[2:] == ["[/x] fails", "→ [bold]do"]
        pilot.app.query_one(ScoreView).say("looking …")
        await pilot.pause()
        assert shown(pilot.app)[2:] == ["looking …"]
