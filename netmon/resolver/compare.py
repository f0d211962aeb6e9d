"""Whether several servers say the same of a name, type by type."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from netmon.resolver.answer import Answer
from netmon.resolver.ask import Replies
from netmon.resolver.server import Server


class Verdict(StrEnum):
    """How one server's answer stands to the one that most servers give."""

    SAME = "same"
    ROTATED = "round-robin"
    """The same records in another order, as servers spread load."""
    DIFFERENT = "different"
    MISSING = "missing"
    """It has no record where others have some."""
    FAILED = "fails"
    """It answers that it cannot or does not want to say (SERVFAIL, REFUSED)."""
    NO_ANSWER = "no answer"


class Compared(NamedTuple):
    """One server's answer for one type against the others'."""

    server: Server
    type: str
    verdict: Verdict
    empty: bool
    """Whether it is an answer without records, so that `same` means nothing there either."""


_KNOWS = ("NOERROR", "NXDOMAIN")
"""Answers that say something of the name."""
_Content = tuple[str | None, frozenset[tuple[str, str, str]]]


def compare(replies: Sequence[Replies]) -> tuple[Compared, ...]:
    """Every server against what most of them say (the first of them, where that is a draw), type by type.

    Where the zone's own servers are among them, against what most of those say.
    """
    if len(replies) < 2:
        return ()
    found = []
    for at in range(len(replies[0].said)):
        answers = [each.said[at].answer for each in replies]
        told = [answer for answer in answers if answer.rcode in _KNOWS and not answer.referral]
        own = [a for each, a in zip(replies, answers, strict=True) if each.server.name and _is_own(a)]
        if any(_is_cut(answer) for answer in own):  # what lies in other zones only resolvers tell
            owners = {record.name.lower() for answer in own for record in answer.records}
            answers = [_within(answer, owners) for answer in answers]
            told, own = [_within(answer, owners) for answer in told], [_within(a, owners) for a in own]
        votes = Counter(_content(answer) for answer in own or told)
        usual = votes.most_common(1)[0][0] if votes else None
        first = next((answer for answer in answers if _content(answer) == usual), None)
        for each, answer in zip(replies, answers, strict=True):
            verdict = _judge(answer, usual, first)
            found.append(Compared(each.server, answer.type, verdict, not answer.records))
    return tuple(found)


def _is_own(answer: Answer) -> bool:
    return answer.rcode in _KNOWS and "AA" in answer.flags


def _is_cut(answer: Answer) -> bool:
    """Whether it ends at an alias, as the target is not in a zone of that server."""
    return bool(answer.records) and answer.error is not None and answer.soa is None


def _within(answer: Answer, owners: set[str]) -> Answer:
    records = tuple(record for record in answer.records if record.name.lower() in owners)
    return answer._replace(records=records, rcode="NOERROR" if records else answer.rcode)


def _judge(answer: Answer, usual: _Content | None, first: Answer | None) -> Verdict:
    if answer.rcode is None:
        return Verdict.NO_ANSWER
    if answer.rcode not in _KNOWS or answer.referral or usual is None or first is None:
        return Verdict.FAILED
    content = _content(answer)
    if content == usual:
        in_order = [record.data for record in answer.records] == [record.data for record in first.records]
        return Verdict.SAME if in_order else Verdict.ROTATED
    return Verdict.DIFFERENT if content[1] or not usual[1] else Verdict.MISSING


def _content(answer: Answer) -> _Content:
    """What is compared: no TTLs, as they count down, and no signatures, as servers may make their own."""
    records = ((r.name.lower(), r.type, r.data) for r in answer.records if r.type != "RRSIG")
    return answer.rcode, frozenset(records)
