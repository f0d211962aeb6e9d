"""What is to be said of answers beneath their records: findings, types without records, the application's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual.content import Content

from netmon.model.finding import FindingState
from netmon.resolver.answer import Answer
from netmon.resolver.enquiry import Outcome
from netmon.resolver.judgement import findings
from netmon.resolver.lifetimes.lasting import old_answers
from netmon.resolver.lifetimes.ttl import Lifetime, Moment, lifetimes
from netmon.resolver.system.scopes import choose, where
from netmon.resolver.watch import Change, What
from netmon.tui.widgets.finding_list import SYMBOLS, grounds_text, verdict_text
from netmon.tui.widgets.fit import printable

_SHOWN_CHANGES = 20
_SHOWN_ADDRESSES = 8
_NOT_ASKED = "what the zone's own servers say now: v to Chain, or s to tick authoritative"
_KNOWS = ("NOERROR", "NXDOMAIN")


def notes(outcome: Outcome, moment: Moment) -> Content:
    """Everything, the worst first.

    Args:
        outcome: What the servers said.
        moment: Now.
    """
    lines = list(old_lines(lifetimes(outcome), moment))
    for finding in findings(outcome):
        lines += [verdict_text(finding), *(Content("  ") + line for line in _lines(grounds_text(finding)))]
    lines += (_line(state, text) for state, text in _types(outcome))
    lines += (_line(FindingState.INFO, text) for text in _explanations(outcome))
    lines += (_line(state, text) for state, text in _application(outcome))
    lines += (_line(FindingState.INFO, f"{name} does not exist") for name in outcome.tried)
    lines += (_line(state, text) for state, text in _machine(outcome))
    lines += (_line(FindingState.INFO, note) for note in outcome.notes)
    if outcome.found and outcome.authority is None and not outcome.waiting:
        lines.append(_line(FindingState.INFO, _NOT_ASKED))
    return Content("\n").join(lines)


def old_lines(lives: Sequence[Lifetime], moment: Moment) -> Iterator[Content]:
    """Who has an old answer, and until when."""
    return (_line(FindingState.WARN, text) for text in old_answers(lives, moment))


def changes_text(changes: tuple[Change, ...]) -> Content:
    """The last changes, the newest first."""
    return Content("\n").join(change_line(each) for each in reversed(changes[-_SHOWN_CHANGES:]))


def change_line(change: Change) -> Content:
    """A change as time, sign, word and record."""
    mark, style = ("+", "$text-success") if change.what is What.ADDED else ("✕", "$text-error")
    record = f"{change.record.name} {change.record.type} {change.record.data}"
    time = f"{change.at.astimezone():%H:%M:%S}"
    text = printable(f"{change.what} at {change.server}: {record}")
    return Content.assemble(f"{time} ", (f"{mark} ", style), Content(text))


def _lines(content: Content) -> list[Content]:
    return list(content.split("\n")) if content.plain else []


def _line(state: FindingState, text: str) -> Content:
    symbol, style = SYMBOLS[state]
    return Content.assemble((f"{symbol} ", style), Content(printable(text)))


def _types(outcome: Outcome) -> Iterator[tuple[FindingState, str]]:
    """Why a type has no record at any server, those of which the same is to be said together."""
    said: dict[str, list[str]] = {}
    for kind, answers in _by_type(outcome).items():
        if all(answer.error for answer in answers):
            known = [answer for answer in answers if answer.rcode in _KNOWS]
            if known:
                said.setdefault(_without_type(known[0]), []).append(kind)
    for why, kinds in said.items():
        yield FindingState.INFO, f"{', '.join(kinds)}: {why}"


def _by_type(outcome: Outcome) -> dict[str, list[Answer]]:
    answers: dict[str, list[Answer]] = {}
    for each in outcome.replies:
        for said in each.said:
            answers.setdefault(said.answer.type, []).append(said.answer)
    return answers


def _without_type(answer: Answer) -> str:
    """So that types of which the same is to be said have the same text."""
    return (answer.error or "").replace(f"has no {answer.type} record", "has no such record")


def _explanations(outcome: Outcome) -> Iterator[str]:
    """What servers explain of answers that are none of their failures (those stand among the findings)."""
    told: dict[str, None] = {}
    for each in outcome.replies:
        for said in each.said:
            explained = said.extras.ede if said.answer.rcode in _KNOWS else ()
            for text in (*map(str, explained), *said.notes):
                told[f"{each.server}: {text}"] = None
    yield from told


def _application(outcome: Outcome) -> Iterator[tuple[FindingState, str]]:
    found = outcome.application
    if found is None or found.differs:  # what differs is a finding
        return
    if found.error is not None:
        yield FindingState.UNKNOWN, f"programs here get nothing (getaddrinfo: {found.error})"
        return
    same = {False: ", as DNS says", None: "; DNS was not asked for both families"}[found.differs]
    yield FindingState.OK, f"programs here get {_few(found.addresses)}{same}"


def _few(addresses: Sequence[str]) -> str:
    """The first of them, and how many more there are."""
    more = len(addresses) - _SHOWN_ADDRESSES
    return ", ".join(addresses[:_SHOWN_ADDRESSES]) + (f" and {more} more" if more > 0 else "")


def _machine(outcome: Outcome) -> Iterator[tuple[FindingState, str]]:
    """What this machine makes of the name: which names are tried in which order, and where it goes."""
    names = outcome.order.candidates
    if len(names) > 1:
        order = ", then ".join(each.name for each in names)
        yield FindingState.INFO, f"tried in this order: {order} ({names[0].why})"
        if outcome.order.musl is not None and outcome.order.completed(outcome.name) is not None:
            yield FindingState.INFO, outcome.order.musl
    scoped = outcome.scoped
    if scoped is None:
        return
    if scoped.error is not None:
        why = f"{scoped.source}: {scoped.error}"
        yield FindingState.UNKNOWN, f"which links have which servers is not known: {why}"
    else:
        yield FindingState.INFO, where(choose(outcome.name, scoped.scopes), outcome.name)
