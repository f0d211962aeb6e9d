"""Aliases: alone at their name, one each, and leading somewhere in a few steps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from netmon.model.finding import Finding
from netmon.resolver.rules.saying import fails, line, warns
from netmon.resolver.rules.view import Entry, ZoneView

_BESIDE = {"RRSIG", "NSEC", "SIG", "NXT", "KEY"}
"""What may stand beside a CNAME: DNSSEC's own records (RFC 4034 section 3 and 4, RFC 2181 section 10.1)."""

LONGEST = 8
"""Aliases in a row that every resolver follows: some give up after 8, most between 10 and 16."""

_FOLLOWED = 64
"""Steps after which a way is not followed any more, whatever is at its end."""


def judge(view: ZoneView) -> Iterator[Finding]:
    """Every alias of the zone."""
    for name, types in view.names.items():
        if "CNAME" not in types:
            continue
        aliases = types["CNAME"]
        others = [
            entry for kind, found in types.items() if kind not in {"CNAME", *_BESIDE} for entry in found
        ]
        if name == view.origin:
            yield _at_apex(view, aliases)
        elif others:
            yield _other_data(aliases, others)
        if len({entry.target for entry in aliases}) > 1:
            yield _twice(view, aliases)
    yield from _ways(view)


def _at_apex(view: ZoneView, aliases: list[Entry]) -> Finding:
    target = aliases[0].target
    return fails(
        "cname-apex",
        aliases,
        f"{view.origin}, the apex of the zone, is an alias of {target}",
        "SOA and NS must stand at the apex and nothing may stand beside a CNAME: servers refuse the zone, "
        "or mail and the delegation break.",
        f"replace it by the addresses of {target}: {line(view, view.origin, 'A', '…')}, or the provider's "
        "ALIAS or flattening",
        "RFC 1034 section 3.6.2, RFC 2181 section 10.1",
    )


def _other_data(aliases: list[Entry], others: list[Entry]) -> Finding:
    name = aliases[0].name
    kinds = ", ".join(sorted({entry.type for entry in others}))
    return fails(
        "cname-other-data",
        [*aliases, *others],
        f"{name} is an alias, and has other records too ({kinds})",
        f"A resolver that has the CNAME looks for everything at {aliases[0].target}: the other records are "
        "found only now and then. Servers refuse such a zone.",
        f"remove the CNAME of {name}, or move its {kinds} to {aliases[0].target}",
        "RFC 1034 section 3.6.2, RFC 2181 section 10.1",
    )


def _twice(view: ZoneView, aliases: list[Entry]) -> Finding:
    name = aliases[0].name
    return fails(
        "cname-twice",
        aliases,
        f"{name} is an alias of {len(aliases)} names at once",
        "A name has one canonical name: resolvers take either, and servers refuse the zone. It spreads no "
        "load.",
        f"keep one: {line(view, name, 'CNAME', aliases[0].target, aliases[0].ttl)}",
        "RFC 2181 section 10.1",
    )


class _End(NamedTuple):
    """What a way through aliases comes to."""

    steps: int
    name: str
    """Where it ends, or a name of the loop that it runs into."""
    loops: bool


def _ways(view: ZoneView) -> Iterator[Finding]:
    """What each way through the aliases comes to; a loop is told once, a long way where it begins."""
    ends: dict[str, _End] = {}
    told: set[str] = set()
    aliases = view.of_type("CNAME")
    inner = {entry.target for entry in aliases}
    for entry in aliases:
        end = _end_of(view, entry, ends)
        if end.loops and end.name not in told:
            told.add(end.name)
            yield _loop(view, entry, way_from(view, entry, end.steps + 1)[0])
        elif not end.loops and end.steps > LONGEST and entry.name not in inner:
            way, _ = way_from(view, entry, 3)
            yield _chain(view, entry, [*way[:3], "…", end.name], end.steps)


def _end_of(view: ZoneView, entry: Entry, ends: dict[str, _End]) -> _End:
    """Where the way of an alias ends; whatever of it was walked before is in `ends` and not walked again."""
    way = {entry.name: 0}
    target = entry.target
    while target and target not in way and target not in ends:
        way[target] = len(way)
        target = view.standing(target).alias
    names = list(way)
    if target in way:
        end = _End(0, target, loops=True)
        # The whole loop is one place, so that ways into it at any point are told of as one.
        for name in names[way[target] :]:
            ends[name] = _End(len(way) - way[target], target, loops=True)
        names = names[: way[target]]
        end = ends[target]
    else:
        end = ends.get(target) or _End(-1, names[-1], loops=False)
    for name in reversed(names):
        end = ends[name] = end._replace(steps=end.steps + 1)
    return ends[entry.name]


def way_from(view: ZoneView, entry: Entry, most: int = _FOLLOWED) -> tuple[list[str], bool]:
    """The names from an alias on (the first steps, `most` of them), and whether they come round again."""
    way = {entry.name: None}
    target = entry.target
    while target and len(way) <= most:
        if target in way:
            return [*way, target], True
        way[target] = None
        target = view.standing(target).alias
    return list(way), False


def _loop(view: ZoneView, entry: Entry, way: list[str]) -> Finding:
    shown = way if len(way) <= LONGEST else [*way[:3], f"… ({len(way) - 4} more) …", way[-1]]
    entries = [e for name in dict.fromkeys(way) for e in view.names.get(name, {}).get("CNAME", ())]
    return fails(
        "cname-loop",
        entries or [entry],
        f"{entry.name} leads back to itself: {' → '.join(shown)}",
        "Resolvers give up and answer SERVFAIL: nothing at these names can be found.",
        f"end it with an address: {line(view, way[-1], 'A', '…')}",
        "RFC 1034 section 3.6.2",
    )


def _chain(view: ZoneView, entry: Entry, way: list[str], steps: int) -> Finding:
    return warns(
        "cname-chain",
        [entry],
        f"{entry.name} leads through {steps} aliases: {' → '.join(way)}",
        f"Each is one more question, and resolvers give up after some number of them (more than {LONGEST} "
        "is not safe everywhere).",
        f"point it at the end: {line(view, entry.name, 'CNAME', way[-1], entry.ttl)}",
        "RFC 1034 section 3.6.2",
    )
