"""The servers as rows: what each said of every type against the others, how fast, and all of it in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from netmon.engine.explain import Explanation, Fact
from netmon.resolver.ask import Replies, Said
from netmon.resolver.compare import Verdict
from netmon.resolver.enquiry import Outcome
from netmon.resolver.lifetimes.ttl import lifetimes
from netmon.resolver.server import Server
from netmon.resolver.watch import Watched, first_ms

_WORDS = {Verdict.ROTATED: "rotated"}
_KINDS = {
    "same": "ok",
    "rotated": "ok",
    "different": "warn",
    "missing": "warn",
    "old": "warn",
    "fails": "fail",
    "no answer": "fail",
    "none": "dim",
}
"""How a cell is coloured by its word."""
_MEANINGS = {
    Verdict.SAME: "the same as most servers say",
    Verdict.ROTATED: "round-robin: the same records as at the others, in another order",
    Verdict.DIFFERENT: "different from what most servers say",
    Verdict.MISSING: "missing here, while others have it",
    Verdict.FAILED: "fails: it cannot or does not want to say",
    Verdict.NO_ANSWER: "no answer",
}

_OLD = "old: the zone's own servers say something else by now"


class ServerRow(NamedTuple):
    """One server."""

    server: Server
    replies: Replies | None
    """None while it has not answered."""
    verdicts: Mapping[str, Verdict]
    """By type; empty where there is nothing to compare with."""
    ms: float | None
    latencies: tuple[float | None, ...]
    old: frozenset[str] = frozenset()
    """The types of which it has an old answer, by the zone's own servers."""

    @property
    def key(self) -> Server:
        """What makes it the same row."""
        return self.server

    def cell(self, kind: str) -> str:
        """What it says of a type, in a word."""
        said = self.said(kind)
        if said is None:
            return "asking …" if self.replies is None else "–"
        answer, verdict = said.answer, self.verdicts.get(kind)
        if answer.rcode is None:
            return "no answer"
        if answer.rcode not in ("NOERROR", "NXDOMAIN"):
            return "fails"
        if kind in self.old:
            return "old"
        if verdict in (None, Verdict.SAME) and not answer.records:
            return "none"
        if verdict is None:
            return str(len(answer.records))
        return _WORDS.get(verdict, str(verdict))

    def kind(self, kind: str) -> str:
        """How that is coloured."""
        return _KINDS.get(self.cell(kind), "")

    def is_telling(self, kind: str) -> bool:
        """Whether it has more to say of a type than that there is nothing."""
        return self.replies is not None and self.cell(kind) not in ("none", "–")

    def said(self, kind: str) -> Said | None:
        """What it said to the question for a type."""
        all_said = () if self.replies is None else self.replies.said
        return next((said for said in all_said if said.answer.type == kind), None)

    @property
    def transport(self) -> str:
        """Over what it answered; several where an answer was cut short."""
        found = () if self.replies is None else (s.answer.transport for s in self.replies.said)
        return "+".join(dict.fromkeys(each for each in found if each)) or self.server.scheme

    @property
    def flags(self) -> str:
        """The flags of any of its answers, but for the one that all answers have."""
        found = () if self.replies is None else (f for s in self.replies.said for f in s.answer.flags)
        return " ".join(flag for flag in dict.fromkeys(found) if flag != "QR")


def server_rows(outcome: Outcome, watched: Watched) -> tuple[ServerRow, ...]:
    """Those that have answered in the order asked, then those that have not."""
    verdicts: dict[Server, dict[str, Verdict]] = {}
    for each in outcome.compared:
        verdicts.setdefault(each.server, {})[each.type] = each.verdict
    lives = lifetimes(outcome)
    answered = [
        ServerRow(
            each.server,
            each,
            verdicts.get(each.server, {}),
            first_ms(outcome, each.server),
            watched.latencies.get(each.server, ()),
            frozenset(life.type for life in lives for held in life.old if held.server == str(each.server)),
        )
        for each in outcome.replies
    ]
    waiting = [ServerRow(server, None, {}, None, ()) for server in outcome.waiting]
    return (*answered, *waiting)


def types_of(outcome: Outcome) -> tuple[str, ...]:
    """The types that were asked."""
    return tuple(said.answer.type for said in outcome.replies[0].said) if outcome.replies else ()


def explain_server(row: ServerRow) -> Explanation:
    """Everything a server said."""
    return Explanation(tuple(_sentences(row)), tuple(_facts(row)), row.server)


def _sentences(row: ServerRow) -> Iterator[str]:
    replies = row.replies
    if replies is None:
        yield f"{row.server} has not answered yet."
        return
    if row.ms is None:
        yield f"{row.server} gave no answer: it {replies.said[0].answer.error}."
    else:
        yield f"{row.server} answered first after {row.ms:.1f} ms, and was done after {replies.ms:.1f} ms."
    if len(row.latencies) > 1:
        known = [ms for ms in row.latencies if ms is not None]
        lost = len(row.latencies) - len(known)
        spread = f": {min(known):.1f} to {max(known):.1f} ms" if known else ""
        silent = f"silent {lost} times" if lost else "never silent"
        yield f"It was asked {len(row.latencies)} times and was {silent}{spread}."


def _facts(row: ServerRow) -> Iterator[Fact]:
    replies = row.replies
    if replies is None:
        return
    for said in replies.said:
        kind = said.answer.type
        verdict = row.verdicts.get(kind)
        yield from _facts_of(said, _OLD if kind in row.old else "" if verdict is None else _MEANINGS[verdict])
    yield Fact("address", replies.address or "unknown: its name has none", "")
    for label, found in _options(replies).items():
        yield Fact(label, ", ".join(dict.fromkeys(found)), "EDNS")


def _facts_of(said: Said, meaning: str) -> Iterator[Fact]:
    answer = said.answer
    how = ", ".join((answer.rcode or "", answer.transport or "", f"{answer.ms or 0:.1f} ms", *answer.flags))
    origin = "" if answer.rcode is None else how
    if answer.error is not None:
        yield Fact(answer.type, answer.error, origin)
    elif meaning:
        yield Fact(answer.type, meaning, origin)
    for record in answer.records:
        label = record.type if answer.error is None and not meaning else ""
        yield Fact(label, f"{record.name} {record.ttl} s {record.type} {record.data}", "")
    for note in (*said.notes, *map(str, said.extras.ede)):
        yield Fact("", note, "note" if note in said.notes else "EDE, RFC 8914")


def _options(replies: Replies) -> dict[str, list[str]]:
    """What came back by EDNS beside explanations."""
    found: dict[str, list[str]] = {}
    for said in replies.said:
        extras = said.extras
        payload = None if extras.payload is None else f"takes {extras.payload} bytes over UDP"
        named = {"NSID": extras.nsid, "cookie": extras.cookie, "subnet": extras.subnet, "EDNS": payload}
        for label, text in named.items():
            if text is not None:
                found.setdefault(label, []).append(text)
    return found
