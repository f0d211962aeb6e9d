"""The lines of the DNS tab above its views: who is asked, what came of it, which views there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from textual.content import Content

from netmon.model.finding import FindingState
from netmon.model.text import clean
from netmon.resolver.answer import follow
from netmon.resolver.ask import Replies
from netmon.resolver.enquiry import Outcome
from netmon.resolver.lifetimes.lasting import old_until
from netmon.resolver.lifetimes.ttl import Moment, lifetimes
from netmon.resolver.server import Server
from netmon.resolver.system.servers import System
from netmon.tui.dns_panes.base import Subject
from netmon.tui.widgets.finding_list import SYMBOLS
from netmon.tui.widgets.fit import printable

_KNOWS = ("NOERROR", "NXDOMAIN")


def marked(state: FindingState | str, text: str) -> Content:
    """A text behind the symbol of a verdict; none for an empty one."""
    if not isinstance(state, FindingState):
        return Content(printable(text))
    symbol, style = SYMBOLS[state]
    return Content.assemble((f"{symbol} ", style), Content(printable(text)))


def ticks_text(ticks: Mapping[Server, bool]) -> Content:
    """The servers, the ticked ones first: nothing is asked of the others."""
    in_order = sorted(ticks.items(), key=lambda item: not item[1])
    words = (f"[{'x' if ticked else ' '}] {server}" for server, ticked in in_order)
    return Content("  ").join(Content(printable(word)) for word in words)


def named_text(servers: Sequence[Server]) -> Content:
    """Servers that were named behind a name: they alone are asked for it."""
    return Content(printable("only " + "  ".join(f"@{server}" for server in servers)))


def views_text(titles: Sequence[str], current: str) -> Content:
    """The names of the views, the one in view between brackets and in bold."""
    words = (
        Content.assemble((f"▸{title}◂", "bold reverse")) if title == current else Content(f" {title} ")
        for title in titles
    )
    return Content(" ").join(words)


def introduction(system: System) -> Content:
    """Who would be asked, before anyone was."""
    if system.error is not None:
        return marked(FindingState.FAIL, system.error)
    search = f", with {' '.join(system.search)} behind short names" if system.search else ""
    return Content(printable(f"system is {', '.join(map(str, system.servers))}{search}"))


def status(subject: Subject, watching: tuple[float | None, bool] | None, moment: Moment) -> Content:
    """What came of it in one line: the name and its aliases, who answered, how fast, when it is asked again.

    Args:
        subject: with an outcome.
        watching: seconds until it is asked again, and whether it is being asked now; None while not watched.
        moment: now.
    """
    outcome = subject.whole
    assert outcome is not None
    records = [r for each in outcome.replies for said in each.said for r in said.answer.records]
    chain = follow(outcome.name, records)
    between = [f"({len(chain) - 2} more)"] if len(chain) > 2 else []
    shown = " → ".join(dict.fromkeys((chain[0], *between, chain[-1])))
    until = old_until(lifetimes(outcome), moment)
    old = () if until is None else (f"old answers may last until {until}",)
    parts = [*old, clean(shown, 400), *_nothing(outcome), *_who(outcome.replies)]
    if outcome.waiting:
        parts.append(f"waiting for {', '.join(map(str, outcome.waiting))} …")
    if watching is not None:  # in front: that is what one waits for, and the end may be cut off
        parts.insert(0, _watching(*watching, len(subject.watched.changes)))
    well = until is None and all(map(_knows_all, outcome.replies))
    good = FindingState.OK if well else FindingState.WARN
    return marked(good if outcome.found else FindingState.FAIL, " · ".join(parts))


def _nothing(outcome: Outcome) -> Iterator[str]:
    """That there is nothing, where somebody knows it."""
    if outcome.found or outcome.waiting or not outcome.answered:
        return
    rcodes = {said.answer.rcode for each in outcome.replies for said in each.said}
    yield "has no such record" if "NOERROR" in rcodes else "does not exist"


def _who(replies: Sequence[Replies]) -> Iterator[str]:
    """Who answered and how fast, and how many did not."""
    knowing = [each for each in replies if _knows(each)]
    failing = sum(each.answered for each in replies) - len(knowing)
    partly = sum(not _knows_all(each) for each in knowing)
    silent = sum(not each.answered for each in replies)
    if knowing:
        slowest = max(each.ms for each in knowing)
        who = str(knowing[0].server) if len(knowing) == 1 else f"{len(knowing)} servers"
        yield f"answered by {who} in {slowest:.0f} ms"
    if partly:
        yield f"{partly} {'fails' if partly == 1 else 'fail'} in part"
    if failing:
        yield f"{failing} {'fails' if failing == 1 else 'fail'}"
    if silent:
        yield f"{silent} did not answer" if silent < len(replies) else "nobody answered"


def _knows(replies: Replies) -> bool:
    """Whether it said something of the name, if only that there is none."""
    return any(said.answer.rcode in _KNOWS for said in replies.said)


def _knows_all(replies: Replies) -> bool:
    """Whether it said something of every type."""
    return all(said.answer.rcode in _KNOWS for said in replies.said)


def _watching(left: float | None, asking: bool, changes: int) -> str:
    when = "asking again …" if asking or left is None else f"asks again in {max(0.0, left):.0f} s"
    told = "no change" if not changes else f"{changes} change{'' if changes == 1 else 's'}"
    return f"watching: {when}, {told}"
