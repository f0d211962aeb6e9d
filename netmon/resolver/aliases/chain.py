"""A name's chain of aliases (CNAME, DNAME) to its end, with each TTL and the one that counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from netmon.resolver.answer import Answer, Record

if TYPE_CHECKING:
    from netmon.resolver.ask import Replies, Said
    from netmon.resolver.enquiry import Outcome

LONG = 11
"""More aliases than these unbound does not follow (its MAX_RESTART_COUNT)."""
LONGEST = 16
"""More than these BIND does not follow (its max-query-restarts was so many, and is 11 since 9.20.1)."""
_ALIASES = ("CNAME", "DNAME")


class End(StrEnum):
    """How a chain ends."""

    ANSWER = "answer"
    NO_SUCH_NAME = "no_such_name"
    NO_DATA = "no_data"
    """The last name exists and has no record of any type that was asked for."""
    LOOP = "loop"
    TOO_LONG = "too_long"
    OPEN = "open"
    """Nobody who was asked said anything of the last name."""


class Link(NamedTuple):
    """One alias, or at the end the records of one type."""

    name: str
    type: str
    data: str
    """The target; of the last link all the records, separated by commas."""
    ttl: int | None
    """As configured: by a server of the zone itself; None where none was asked."""
    left: int | None
    """What the server below had left of it; None where only the zone's own were asked."""
    server: str
    """Whose word it is."""


class Chain(NamedTuple):
    """The way from a name to its records."""

    name: str
    links: tuple[Link, ...]
    """The aliases in order."""
    last: tuple[Link, ...]
    """The records at its end, a link for each type."""
    end: End
    target: str
    """The last name, or the first that comes again."""
    detail: str = ""
    """Why its end is open, in part of a sentence."""
    effective: int | None = None
    """Seconds after which a cache has to ask anew for some part of it: the least TTL, as it was left."""
    kinds: tuple[str, ...] = ()
    """The types that were asked for."""


class Heard(NamedTuple):
    """One answer with who gave it."""

    server: str
    own: bool
    """Whether it is one of the zone's own servers."""
    answer: Answer
    about: str
    """The name that was asked for."""


class Beyond(NamedTuple):
    """What was said of an alias target that was asked for on its own."""

    target: str
    replies: Replies


def chain_of(outcome: Outcome) -> Chain:
    """The chain of the name, by the resolver that says most of it, and by those of the zone beside it."""
    return follow_chain(outcome.name, heard_of(outcome.name, outcome.replies, outcome.beyond))


def heard_of(name: str, replies: Sequence[Replies], beyond: Sequence[Beyond] = ()) -> tuple[Heard, ...]:
    """Every answer that a chain can be read from, those about the name itself first."""
    further = (heard for each in beyond for heard in _heard(each.target, (each.replies,)))
    return (*_heard(name, replies), *further)


def _heard(name: str, replies: Sequence[Replies]) -> Iterator[Heard]:
    """Resolvers first, as theirs is what programs get; those with records before those without."""
    order = sorted(
        replies, key=lambda each: (not any(s.answer.records for s in each.said), bool(each.server.name))
    )
    for each in order:
        for said in each.said:
            if said.answer.type not in (*_ALIASES, "ANY") or _alone(said, each):
                yield Heard(str(each.server), bool(each.server.name), said.answer, name)


def _alone(said: Said, replies: Replies) -> bool:
    """Whether an alias is known only because it was asked for: its server fails when it has to follow it."""
    others = [each.answer for each in replies.said if each.answer.type not in (*_ALIASES, "ANY")]
    failed = any(answer.rcode not in ("NOERROR", "NXDOMAIN", None) for answer in others)
    return said.answer.type in _ALIASES and failed and not any(answer.records for answer in others)


def follow_chain(name: str, heard: Sequence[Heard]) -> Chain:
    """Follow the aliases among the answers; bounded, as they belong to strangers."""
    links: list[Link] = []
    seen = [name.lower()]
    at = name
    end: End | None = None
    while end is None and (link := _alias(at, heard)) is not None:
        links.append(link)
        at = link.data
        if at.lower() in seen:
            end = End.LOOP
        elif len(links) > LONGEST:
            end = End.TOO_LONG
        seen.append(at.lower())
    last = () if end else tuple(_records(at, heard))
    detail = ""
    if end is None:
        end, detail = (End.ANSWER, "") if last else _nothing(at, heard, is_target=bool(links))
    lives = [link.left if link.left is not None else link.ttl for link in (*links, *last)]
    effective = min((each for each in lives if each is not None), default=None)
    kinds = tuple(dict.fromkeys(each.answer.type for each in heard if each.answer.type not in _ALIASES))
    return Chain(name, tuple(links), last, end, at, detail, effective, kinds)


def _alias(name: str, heard: Sequence[Heard]) -> Link | None:
    """What `name` is an alias of, by CNAME or by a DNAME above it (RFC 6672)."""
    found = _first(heard, lambda r: r.type == "CNAME" and r.name.lower() == name.lower())
    above = _first(heard, lambda r: r.type == "DNAME" and _below(name, r.name))
    if above is not None:
        server, record = above
        target = name[: -len(record.name)] + record.data if record.name != "." else name + record.data
        if found is None or found[1].data.lower() == target.lower():
            return _link(record, "DNAME", target, server, heard, owner=name)
    return None if found is None else _link(found[1], "CNAME", found[1].data, found[0], heard)


def _below(name: str, owner: str) -> bool:
    """Whether `name` is strictly below `owner`, both as in zone files, where `\\.` ends no label."""
    lower, suffix = name.lower(), "." + owner.lower().lstrip(".")
    cut = len(lower) - len(suffix)
    return cut > 0 and lower.endswith(suffix) and lower[cut - 1] != "\\"


def _first(heard: Sequence[Heard], wanted: object) -> tuple[Heard, Record] | None:
    assert callable(wanted)
    return next(((each, r) for each in heard for r in each.answer.records if wanted(r)), None)


def _link(
    record: Record, kind: str, data: str, by: Heard, heard: Sequence[Heard], owner: str | None = None
) -> Link:
    key = (record.name.lower(), record.type, record.data.lower())
    configured = [
        r.ttl for each in heard if each.own and "AA" in each.answer.flags
        for r in each.answer.records if (r.name.lower(), r.type, r.data.lower()) == key
    ]  # fmt: skip
    left = None if by.own else record.ttl
    return Link(owner or record.name, kind, data, max(configured, default=None), left, by.server)


def _records(name: str, heard: Sequence[Heard]) -> Iterator[Link]:
    """The records at the end, type by type, each as the first that has some gives them."""
    done: set[str] = set()
    for each in heard:
        kind = each.answer.type
        found = [r for r in each.answer.records if r.type == kind and r.name.lower() == name.lower()]
        if found and kind not in done:
            done.add(kind)
            link = _link(found[0], kind, found[0].data, each, heard)
            left = None if link.left is None else min(r.ttl for r in found)
            yield link._replace(
                data=", ".join(sorted(r.data for r in found)), left=left, ttl=_own_ttl(name, kind, heard)
            )


def _own_ttl(name: str, kind: str, heard: Sequence[Heard]) -> int | None:
    ttls = [
        r.ttl for each in heard if each.own and "AA" in each.answer.flags
        for r in each.answer.records if r.type == kind and r.name.lower() == name.lower()
    ]  # fmt: skip
    return max(ttls, default=None)


def _nothing(name: str, heard: Sequence[Heard], *, is_target: bool) -> tuple[End, str]:
    """Why there is no record at the end: told by somebody who could know, or not told at all."""
    about = [each for each in heard if each.answer.type not in _ALIASES and _ends_at(each, name)]
    for each in about:
        if each.answer.rcode == "NXDOMAIN":
            return End.NO_SUCH_NAME, ""
        if each.answer.rcode == "NOERROR" and _is_told(each, name, is_target=is_target):
            return End.NO_DATA, ""
    failed = next((each for each in (*about, *heard) if each.answer.rcode != "NOERROR"), None)
    if failed is not None and failed.answer.error:
        return End.OPEN, f"{failed.server}: {failed.answer.error}"
    return End.OPEN, "no server that was asked knows it"


def _ends_at(each: Heard, name: str) -> bool:
    """Whether the aliases of an answer lead from what was asked to `name` and no further."""
    records = each.answer.records
    if not records:
        return each.about.lower() == name.lower()
    owners = {record.name.lower() for record in records}
    return {r.data.lower() for r in records if r.type == "CNAME"} - owners == {name.lower()}


def _is_told(each: Heard, name: str, *, is_target: bool) -> bool:
    """Whether an empty answer is about `name`: a zone's own server says nothing of what is in other zones."""
    soa = each.answer.soa
    if soa is not None and (soa.name == "." or soa.name.lower() == name.lower() or _below(name, soa.name)):
        return True
    return not is_target if each.own else "RA" in each.answer.flags
