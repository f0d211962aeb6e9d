"""One TTL for all records of a name and type, and a TTL at all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from netmon.model.finding import Finding
from netmon.resolver.rules.saying import line, listed, warns
from netmon.resolver.rules.view import Entry, ZoneView


def judge(view: ZoneView) -> Iterator[Finding]:
    """Every RRset; signatures follow the set that they cover and are passed over."""
    yield from _missing(view)
    for name, types in view.names.items():
        for kind, entries in types.items():
            stated = [entry for entry in entries if entry.ttl is not None]
            if kind != "RRSIG" and len({entry.ttl for entry in stated}) > 1:
                yield _finding(view, name, kind, _one_of_each(stated))


def _missing(view: ZoneView) -> Iterator[Finding]:
    """The records of a file before its first TTL; what is left of one in a cache is nothing to judge."""
    bare = [] if view.servers else [entry for entry in view.entries if entry.ttl is None]
    if bare:
        yield warns(
            "ttl-missing",
            bare,
            f"no TTL is stated for {bare[0].name} {bare[0].type}"
            + (f" and {len(bare) - 1} more records" if len(bare) > 1 else ""),
            "Each server takes another one then: BIND the minimum of the SOA, NSD an hour.",
            "begin the file with: $TTL 3600",
            "RFC 2308 section 4",
        )


def _one_of_each(entries: list[Entry]) -> list[Entry]:
    """The first record with each TTL comes first."""
    by_ttl: dict[int | None, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_ttl[entry.ttl].append(entry)
    return [group[0] for group in by_ttl.values()] + [e for group in by_ttl.values() for e in group[1:]]


def _finding(view: ZoneView, name: str, kind: str, entries: list[Entry]) -> Finding:
    ttls = sorted({entry.ttl for entry in entries if entry.ttl is not None})
    odd = next(entry for entry in entries if entry.ttl != ttls[0])
    return warns(
        "ttl-differs",
        entries,
        f"the {kind} records of {name} have different TTLs: {listed([*map(str, ttls)])} s",
        "They are cached and given out as one set. Servers take one of the TTLs for all, not all of them the "
        "same, and a cache that kept both would answer with half of the set.",
        line(view, name, kind, odd.data if len(odd.data) < 100 else "…", ttls[0]),
        "RFC 2181 section 5.2",
    )
