"""A race as bars that fill in while it runs, then what falling back costs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from netmon.engine.connect import Outcome
from netmon.loopback.race.costs import Cost
from netmon.loopback.race.failures import Failure
from netmon.loopback.race.finding import race_finding
from netmon.loopback.race.profiles import PROFILES
from netmon.loopback.race.result import Alone, Contest, RaceResult
from netmon.loopback.race.verdict import costs_heading, duration, sentence
from netmon.model.finding import FindingState
from netmon.model.units import UNKNOWN, format_rtt
from netmon.tui.widgets.finding_list import SYMBOLS
from netmon.tui.widgets.fit import fit

_WIDE = 70
"""From this width on, costs stand beside each other and every round has a cell of its own."""
_CELLS = {Failure.REFUSED: 18, Failure.UNREACHABLE: 12, Failure.BLACK_HOLE: 18}
_OK, _WARN, _FAIL = (SYMBOLS[state][1] for state in (FindingState.OK, FindingState.WARN, FindingState.FAIL))


class RaceView(VerticalScroll):
    """Shows one race, as far as it has got."""

    DEFAULT_CSS = """
    RaceView {
        background: $surface;
        padding: 0 1;
        scrollbar-size-vertical: 1;
        border-left: vkey $panel;
        &:focus { border-left: vkey $primary; }
        & > Static { height: auto; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("k", "scroll_up", "Up", show=False, id="race.up"),
        Binding("j", "scroll_down", "Down", show=False, id="race.down"),
        Binding("g", "scroll_home", "Top", show=False, id="race.top"),
        Binding("G", "scroll_end", "Bottom", show=False, id="race.bottom"),
    ]

    def __init__(self, *, id: str | None = None) -> None:
        """Make an empty view."""
        super().__init__(id=id)
        self._result: RaceResult | None = None

    @property
    def result(self) -> RaceResult | None:
        """The race that is shown."""
        return self._result

    def compose(self) -> ComposeResult:
        """The text, as high as it needs to be."""
        yield Static()

    def on_resize(self) -> None:
        """Draw the bars for the width there is now."""
        self._draw()

    def show(self, result: RaceResult) -> None:
        """Show a race as it is now."""
        self._result = result
        self._draw()

    def _draw(self) -> None:
        if self._result is not None and self.is_mounted:
            self.query_one(Static).update(race_content(self._result, self.scrollable_content_region.width))


def race_content(result: RaceResult, width: int) -> Content:
    """Everything a race showed so far, for a width in cells."""
    return Content("\n").join(_lines(result, width))


def _lines(result: RaceResult, width: int) -> Iterator[Content]:
    yield Content.assemble((f"Race to {result.target}", "bold"), Content(f"  {_progress(result)}"))
    if result.done:
        yield Content(sentence(result))
        if step := race_finding(result).fix:
            yield Content.assemble((f"→ {step}", "$text-accent"))
    if result.alone:
        yield from (Content(""), Content("Each address alone, the median of five"))
        yield from (_alone(alone, width) for alone in result.alone)
    if any(contest.runs for contest in result.contests):
        yield from (Content(""), Content(f"Who wins, out of {result.rounds}, with the 95 % interval"))
        for contest in result.contests:
            yield from _contest(contest, result, width)
    if result.costs:
        yield from (Content(""), Content(costs_heading(result)))
        yield from _costs(result, width)


def _progress(result: RaceResult) -> str:
    if result.error:
        return "not run"
    if result.stopped:
        return f"ended early: {result.stopped}"
    if result.done:
        return "done"
    done = max((len(contest.runs) for contest in result.contests), default=0)
    return f"round {done} of {result.rounds} … Esc ends it" if done else "trying each address …"


def _alone(alone: Alone, width: int) -> Content:
    outcome = alone.outcome
    works = outcome is Outcome.CARRIES
    symbol = "✓" if works else "…" if outcome is None else "✕"
    words = format_rtt(alone.connect_us) if works else str(outcome or "not tried yet")
    marks = ("●" * len(alone.attempts)).ljust(5, "·")
    name = Content(f" {fit(alone.destination.endpoint.address, _name_width(width))} ")
    return Content.assemble(
        name, (f"{marks} {symbol} {words}", _OK if works else _WARN if symbol == "…" else _FAIL)
    )


def _contest(contest: Contest, result: RaceResult, width: int) -> Iterator[Content]:
    time = "" if contest.median_ms is None else f": median {duration(contest.median_ms)}"
    yield Content.assemble((f" {contest.profile.name}", "bold"), Content(time))
    cells = result.rounds if width >= _WIDE else 10
    for destination in result.destinations:
        wins, share = contest.wins(destination), contest.share(destination)
        filled = round(wins * cells / max(1, result.rounds))
        interval = f" ({share.low * 100:.0f}–{share.high * 100:.0f} %)" if share else ""
        yield Content.assemble(
            Content(f" {fit(destination.endpoint.address, _name_width(width))} "),
            ("█" * filled, _OK), ("░" * (cells - filled), "$text-muted"),
            Content(f" {wins:>2}{interval}"),
        )  # fmt: skip
    if contest.lost:
        yield Content.assemble((f" ✕ {contest.lost} reached nobody", _FAIL))


def _name_width(width: int) -> int:
    return 15 if width >= _WIDE else 10


def _costs(result: RaceResult, width: int) -> Iterator[Content]:
    table = {(cost.profile, cost.failure): cost for cost in result.costs}
    if width >= _WIDE:
        head = "".join(f"{failure:<{cells}}" for failure, cells in _CELLS.items())
        yield Content(f" {'':<20}{head}").stylize("$text-muted")
        for profile in PROFILES:
            shown = (_cost(table.get((profile, failure)), cells) for failure, cells in _CELLS.items())
            yield Content.assemble(Content(f" {profile.name:<20}"), *shown)
        return
    for profile in PROFILES:
        yield Content(f" {profile.name}")
        for failure in Failure:
            yield Content.assemble(Content(f"   {failure:<12}"), _cost(table.get((profile, failure)), 0))


def _cost(cost: Cost | None, width: int) -> Content:
    """A cost, in the colour of how much it hurts; its figures say so too."""
    if cost is None:
        return Content(UNKNOWN.ljust(width))
    measured = "" if cost.measured_ms is None else f" ({duration(cost.measured_ms)})"
    text = f"{duration(cost.predicted_ms)}{measured}".ljust(width)
    if cost.predicted_ms is None:
        return Content.assemble((text, _FAIL))
    return Content.assemble(
        (text, _OK if cost.predicted_ms < 10 else _WARN if cost.predicted_ms < 1000 else _FAIL)
    )
