"""What the resolvers say of the names that a zone points at: there, not there, or cannot be told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from threading import Event

from netmon.model.endpoint import Endpoint
from netmon.resolver.answer import Answer, Record
from netmon.resolver.plain.each import Question, Reply, ask_each
from netmon.resolver.rules.view import Existence, Standing

TIMEOUT_S = 4.0
"""For one round of questions, all at the same time."""

ROUNDS = 16
"""Aliases that are followed one after the other."""
_NAMES = 64
"""Names that are asked about in all."""
KINDS = ("CNAME", "A", "AAAA")
_TOLD = ("NOERROR", "NXDOMAIN")
NEVER = Standing(Existence.UNKNOWN, reason="it was not asked for: there are too many names")


def find(
    targets: Iterable[str], resolvers: Sequence[Endpoint], stop: Event | None = None
) -> dict[str, Standing]:
    """How each target stands, and each name that it is an alias of; ends early when `stop` is set."""
    known: dict[str, Standing] = {}
    wanted = list(dict.fromkeys(targets))
    for _ in range(ROUNDS):
        asked = wanted[: _NAMES - len(known)]
        known |= _round(asked, resolvers, stop)
        aliases = dict.fromkeys(known[name].alias for name in asked if known[name].alias)
        wanted = wanted[len(asked) :] + [alias for alias in aliases if alias not in known]
        if not asked or not wanted:
            break
    return known | {name: NEVER for name in wanted if name not in known}


def _round(names: Sequence[str], resolvers: Sequence[Endpoint], stop: Event | None) -> dict[str, Standing]:
    questions = [Question(name, kind) for name in names for kind in KINDS]
    replies = ask_each(questions, resolvers, TIMEOUT_S, stop)
    return {name: standing(name, [r for r in replies if r.question.name == name]) for name in names}


def standing(name: str, replies: Sequence[Reply]) -> Standing:
    """By the first resolver that knows, type by type."""
    said = {kind: told(replies, Question(name, kind)) for kind in KINDS}
    alias = next((r.data.lower() for r in _own(said["CNAME"], name) if r.type == "CNAME"), "")
    if alias:
        return Standing(Existence.EXISTS, alias=alias, reason="a resolver says so")
    unsaid = next((kind for kind, answer in said.items() if answer is None), None)
    addresses = tuple(
        record.data for kind in ("A", "AAAA") for record in _own(said[kind], name) if record.type == kind
    )
    if addresses:
        return Standing(Existence.EXISTS, addresses, reason="a resolver says so")
    if any(answer is not None and answer.rcode == "NXDOMAIN" for answer in said.values()):
        return Standing(Existence.ABSENT, reason="NXDOMAIN")
    if unsaid is not None:
        return Standing(Existence.UNKNOWN, reason=why_untold(replies, Question(name, unsaid)))
    return Standing(Existence.EXISTS, reason="a resolver says so")


def _own(answer: Answer | None, name: str) -> list[Record]:
    records = answer.records if answer is not None else ()
    return [record for record in records if record.name.lower() == name]


def told(replies: Sequence[Reply], question: Question) -> Answer | None:
    """The first answer to a question that says something of the name, or None."""
    for reply in replies:
        if reply.question == question and reply.answer is not None and reply.answer.rcode in _TOLD:
            return reply.answer
    return None


def why_untold(replies: Sequence[Reply], question: Question) -> str:
    """Why no resolver said anything of a name, each in its words."""
    return "; ".join(
        f"{reply.server.address} {reply.error or f'answers {reply.answer.rcode if reply.answer else None}'}"
        for reply in replies
        if reply.question == question
    )
