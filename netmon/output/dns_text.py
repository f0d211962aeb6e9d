"""The answer of `netmon dns` for people at 80 columns: the records first, then who said what and how."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TextIO

from netmon.output.dns_life import chain_lines, lifetime_lines
from netmon.output.dns_scopes import scope_lines, search_lines
from netmon.output.layout import Column, cut, terminal_width, text_width, wrap, write_line, write_table
from netmon.resolver.answer import Record
from netmon.resolver.ask import Replies, Said
from netmon.resolver.compare import Compared, Verdict
from netmon.resolver.enquiry import Outcome
from netmon.resolver.judgement import next_steps, system_findings
from netmon.resolver.lifetimes.ttl import Moment
from netmon.resolver.system.application import Application

WIDTH = 80
_INDENT = "    "
_SERVER_WIDTH = 34
_CELLS = {Verdict.NO_ANSWER: "-"}
"""Verdicts that need no word: the reason stands above."""


def write_text(stream: TextIO, outcome: Outcome, moment: Moment | None = None) -> None:
    """Write the answer, then every server, then how they compare."""
    width = max(40, min(terminal_width(stream) or WIDTH, 120))
    for line in _head(outcome, width):
        write_line(stream, line)
    write_line(stream, "")
    write_table(stream, _COLUMNS, outcome.replies, width)
    best = _best(outcome)
    for replies in outcome.replies:
        for line in _remarks(replies, width, told=replies is best):
            write_line(stream, line)
    for line in (*_grid(outcome.compared, width), *_others(outcome, width), *chain_lines(outcome, width)):
        write_line(stream, line)
    moment = moment or Moment(time.monotonic(), datetime.now(UTC))
    for line in (*lifetime_lines(outcome, width, moment), *_tail(outcome, width)):
        write_line(stream, line)


# The answer


def _head(outcome: Outcome, width: int) -> Iterator[str]:
    yield from wrap(outcome.name, width)
    if outcome.tried:
        when = "first" if outcome.order.before else "afterwards"
        yield from wrap(f"the search list was tried {when}: no {', '.join(outcome.tried)}", width, rest="  ")
    yield from search_lines(outcome.order, outcome.name, width)
    best = _best(outcome)
    if best is None:
        yield "  no server answered"
        return
    yield from _record_lines(best.records(), outcome.name, width)
    yield from _absent(best, width)


def _best(outcome: Outcome) -> Replies | None:
    """The first server that found anything, else the first that knows there is nothing, else any at all."""
    answered = [each for each in outcome.replies if each.answered]
    return max(answered, key=_worth, default=None)


def _worth(replies: Replies) -> int:
    answers = [said.answer for said in _answered(replies)]
    if any(answer.error is None for answer in answers):
        return 2
    return int(any(answer.rcode in ("NOERROR", "NXDOMAIN") for answer in answers))


def _record_lines(found: Sequence[Record], name: str, width: int) -> Iterator[str]:
    kinds = max((len(record.type) for record in found), default=0)
    ttls = max((len(str(record.ttl)) for record in found), default=0)
    for record in found:
        head = f"  {record.type:<{kinds}}  {record.ttl:>{ttls}}  "
        owner = "" if record.name.lower() == name.lower() else f"  (of {record.name})"
        yield from wrap(record.data + owner, width, first=head, rest=" " * len(head))


def _absent(replies: Replies, width: int) -> Iterator[str]:
    """The types without a record, those with the same reason in one line."""
    reasons: dict[str, list[str]] = {}
    for said in replies.said:
        if said.answer.error is not None:
            plain = said.answer.error.endswith(f" has no {said.answer.type} record")
            reasons.setdefault("" if plain else said.answer.error, []).append(said.answer.type)
    for reason, kinds in reasons.items():
        if reason == "":
            yield from wrap(f"no {', '.join(kinds)}", width, first="  ", rest="     ")
        elif len(kinds) == len(replies.said):
            yield from wrap(reason, width, first="  ", rest="     ")
        else:
            yield from wrap(f"{', '.join(kinds)}: {reason}", width, first="  ", rest="     ")


# Who said it


def _answered(replies: Replies) -> list[Said]:
    return [said for said in replies.said if said.answer.rcode is not None]


def _rcodes(replies: Replies) -> str:
    return "/".join(dict.fromkeys(said.answer.rcode or "" for said in _answered(replies))) or "no answer"


def _transports(replies: Replies) -> str:
    used = dict.fromkeys(str(said.answer.transport) for said in _answered(replies))
    return "+".join(used) or replies.server.scheme


def _ms(replies: Replies) -> str:
    times = [said.answer.ms for said in _answered(replies) if said.answer.ms is not None]
    return f"{min(times, default=replies.ms):.1f}"


def _flags(replies: Replies) -> str:
    """Those of every answer: what only some have is not said of all."""
    sets = [said.answer.flags for said in _answered(replies)]
    return " ".join(flag for flag in sets[0] if all(flag in other for other in sets)) if sets else ""


_COLUMNS: Sequence[Column[Replies]] = (
    Column("SERVER", lambda each: str(each.server), least=16),
    Column("OVER", _transports),
    Column("RCODE", _rcodes, least=8),
    Column("MS", _ms, right=True),
    Column("FLAGS", lambda each: _flags(each).lower(), rank=1),
)


def _remarks(replies: Replies, width: int, *, told: bool) -> Iterator[str]:
    """What else is to be said of one server: the address behind its name, failures, explanations, EDNS.

    Args:
        replies: what it said.
        width: of the terminal.
        told: whether its reasons stand above already, where the answer is.
    """
    texts: dict[str, list[str]] = {}
    if replies.address and replies.address != replies.server.host:
        texts[f"asked at {replies.address}"] = []
    for said in replies.said:
        for text in _said_texts(said, told=told):
            texts.setdefault(text, []).append(said.answer.type)
    for text, kinds in texts.items():
        some = 0 < len(kinds) < len(replies.said)
        line = f"{replies.server}: {', '.join(kinds) + ': ' if some else ''}{text}"
        yield from wrap(line, width, first="  ", rest=_INDENT)


def _said_texts(said: Said, *, told: bool) -> Iterator[str]:
    if said.answer.rcode is None and said.answer.error:
        yield said.answer.error
    yield from said.notes
    for explanation in said.extras.ede:
        if not (told and said.answer.error and said.answer.ede):
            yield f"explains (EDE): {explanation}"
    for what, value in (("NSID", said.extras.nsid), ("cookie", said.extras.cookie)):
        if value is not None:
            yield f"{what} {value}"
    if said.extras.subnet is not None:
        everywhere = said.extras.subnet.endswith("/0")  # RFC 7871 section 7.2.1: the answer suits all
        where = "everywhere" if everywhere else f"in {said.extras.subnet}"
        yield f"answers for clients {where}"


# How they compare


def _grid(compared: Sequence[Compared], width: int) -> Iterator[str]:
    """A row for each server and a column for each type that any of them has, in as many parts as it takes."""
    kinds = [kind for kind in dict.fromkeys(each.type for each in compared) if _tells(compared, kind)]
    cells = {(each.server, each.type): _CELLS.get(each.verdict, each.verdict.value) for each in compared}
    servers = list(dict.fromkeys(each.server for each in compared))
    names = min(max((text_width(str(server)) for server in servers), default=0), _SERVER_WIDTH)
    sizes = {kind: max(len(kind), *(len(cells[server, kind]) for server in servers)) for kind in kinds}
    for part in _parts(kinds, sizes, width - names):
        yield ""
        for server in (None, *servers):
            name = "COMPARED" if server is None else cut(str(server), names)
            words = [f"{kind if server is None else cells[server, kind]:<{sizes[kind]}}" for kind in part]
            yield "  ".join([f"{name:<{names}}", *words]).rstrip()


def _tells(compared: Sequence[Compared], kind: str) -> bool:
    """Whether servers have something of this type, or disagree."""
    silent = (Verdict.NO_ANSWER, Verdict.FAILED)
    answers = [each for each in compared if each.type == kind and each.verdict not in silent]
    return any(not each.empty or each.verdict is not Verdict.SAME for each in answers)


def _parts(kinds: Sequence[str], sizes: Mapping[str, int], room: int) -> Iterator[list[str]]:
    """The columns in runs that fit beside each other."""
    part: list[str] = []
    for kind in kinds:
        if part and sum(sizes[each] + 2 for each in (*part, kind)) > room:
            yield part
            part = []
        part.append(kind)
    if part:
        yield part


def _others(outcome: Outcome, width: int) -> Iterator[str]:
    """What servers say that differs from the answer above, once for those that say the same."""
    best = _best(outcome)
    shown = {(r.name.lower(), r.type, r.data) for r in best.records()} if best else set()
    groups: dict[frozenset[tuple[str, str, str]], tuple[list[str], list[Record]]] = {}
    for replies in outcome.replies:
        other = {(r.name.lower(), r.type, r.data): r for r in replies.records()}
        left = frozenset(other.keys() - shown)
        if replies is not best and left:
            records = [record for key, record in other.items() if key in left]
            groups.setdefault(left, ([], records))[0].append(str(replies.server))
    for servers, records in groups.values():
        yield ""
        yield from wrap(f"only from {', '.join(servers)}", width, rest=_INDENT)
        yield from _record_lines(records, outcome.name, width)


def _tail(outcome: Outcome, width: int) -> Iterator[str]:
    if outcome.application is not None:
        yield ""
        yield from wrap(f"programs here get: {_program(outcome.application)}", width, rest=_INDENT)
    for note in outcome.notes:
        yield from wrap(note, width, rest=_INDENT)
    for at, step in enumerate(next_steps(outcome)):
        yield from [""] if at == 0 else []
        yield from wrap(f"→ {step}", width, rest="  ")
    for finding in system_findings(outcome):
        yield from wrap(f"{finding.state}: {finding.summary} {finding.why}", width, rest=_INDENT)
    if outcome.scoped is not None:
        yield from scope_lines(outcome.scoped, outcome.name, width)


def _program(found: Application) -> str:
    got = ", ".join(found.addresses) or f"nothing ({found.error})"
    if found.differs is None:
        return got
    return (
        f"{got}, not what DNS says; what differs: {found.source}" if found.differs else f"{got}, as from DNS"
    )
