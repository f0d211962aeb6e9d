"""What the rules look at, whichever way it was found: a zone's records, and what is known of other names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from netmon.resolver.rules.names import ancestors, joined, labels, within

_TARGET_FIELD = {"CNAME": 0, "DNAME": 0, "NS": 0, "MX": 1, "SRV": 3}
"""Where in the data of a type the name stands that it points at."""

_DNAME_LIMIT = 8


class Entry(NamedTuple):
    """One record of the zone, and where it was seen."""

    name: str
    """Fully qualified, lower case."""
    ttl: int | None
    """Seconds; None where the file states none."""
    type: str
    data: str
    """In presentation format, its names fully qualified."""
    source: str
    """`file:line`, or the server that gave it."""

    @property
    def target(self) -> str:
        """The name that the record points at, lower case; empty for types that point at none."""
        field = _TARGET_FIELD.get(self.type)
        words = self.data.split(maxsplit=4) if field is not None else []
        return words[field].lower() if field is not None and field < len(words) else ""

    def __str__(self) -> str:
        ttl = "" if self.ttl is None else f" {self.ttl}"
        data = self.data if len(self.data) <= 120 else self.data[:119] + "…"
        return f"{self.name}{ttl} IN {self.type} {data}"


class Existence(StrEnum):
    """Whether a name is there; that nobody answered is no answer."""

    EXISTS = "exists"
    ABSENT = "absent"
    UNKNOWN = "unknown"


class Standing(NamedTuple):
    """What is known of a name that something points at."""

    existence: Existence
    addresses: tuple[str, ...] = ()
    alias: str = ""
    """The name that it is an alias of; empty if it is none."""
    reason: str = ""
    """Who says so, or why it cannot be told."""


class ServerView(NamedTuple):
    """What one address of one of the zone's name servers says of the zone."""

    name: str
    address: str
    authoritative: bool | None
    """None where it cannot be told: nobody answered."""
    error: str = ""
    """What is wrong, where it is not authoritative; completes a sentence that the server begins."""
    serial: int | None = None
    servers: frozenset[str] = frozenset()
    """Its NS set of the zone."""

    def __str__(self) -> str:
        return f"{self.name} ({self.address})"


class ParentView(NamedTuple):
    """How the zone above delegates the zone."""

    zone: str
    """The apex of the zone above; empty where that is not known."""
    source: str = ""
    """The server of it that said so."""
    servers: tuple[str, ...] = ()
    """The NS set that it gives; empty where it has no such name."""
    glue: tuple[tuple[str, str], ...] = ()
    """Names of servers with the addresses that it gives for them."""
    missing: tuple[str, ...] = ()
    """Servers inside the zone for which it gives no address."""
    unknown: str = ""
    """Why nothing is known of the delegation, in one sentence; empty where it is."""

    def addresses(self, server: str) -> tuple[str, ...]:
        """The glue of one server."""
        return tuple(address for name, address in self.glue if name == server)


class Giver(NamedTuple):
    """Who gave the whole zone by transfer."""

    server: str
    """Its name and address, for people."""
    address: str
    records: int


class Problem(NamedTuple):
    """Something in a zone file that is no record, or none of the zone."""

    check: str
    source: str
    what: str
    """One sentence."""


class ZoneView:
    """A zone as far as it is known. Every name in it is lower case and fully qualified."""

    def __init__(
        self,
        origin: str,
        entries: Sequence[Entry],
        *,
        complete: bool = False,
        known: Mapping[str, Standing] | None = None,
        servers: Sequence[ServerView] = (),
        problems: Sequence[Problem] = (),
        seen: str = "",
        giver: Giver | None = None,
        parent: ParentView | None = None,
    ) -> None:
        """Take the records together by name and type.

        Args:
            origin: the apex of the zone.
            entries: in the order of the source.
            complete: whether a name of the zone that is not among `entries` is absent.
            known: what was found out about names that are not in `entries`.
            servers: the zone's name servers, one for each address.
            problems: what the reader of a zone file stumbled over.
            seen: how much of the zone this is and where it is from, in one line; empty for a zone file.
            giver: who gave the zone, where it came by transfer.
            parent: how the zone above delegates this one; None where that was not looked at.
        """
        self.origin = origin
        self.entries = tuple(entries)
        self.complete = complete
        self.known = dict(known or {})
        self.servers = tuple(servers)
        self.problems = tuple(problems)
        self.seen = seen
        self.giver = giver
        self.parent = parent
        self._standings: dict[str, Standing] = {}

    @cached_property
    def names(self) -> dict[str, dict[str, list[Entry]]]:
        """The entries by name, then by type; the same data twice counts once."""
        found: dict[str, dict[str, list[Entry]]] = defaultdict(lambda: defaultdict(list))
        seen = set()
        for entry in self.entries:
            key = (entry.name, entry.type, entry.data.lower(), entry.ttl)
            if key not in seen:
                seen.add(key)
                found[entry.name][entry.type].append(entry)
        return {name: dict(types) for name, types in found.items()}

    @cached_property
    def inner_names(self) -> frozenset[str]:
        """Every name that exists because one below it does (RFC 4592 section 2.2.2)."""
        return frozenset(
            above
            for name in self.names
            if within(name, self.origin)
            for above in ancestors(name, self.origin)
        )

    @property
    def is_unanswered(self) -> bool:
        """Whether the zone's servers were asked, and not one of them said anything."""
        return bool(self.servers) and all(server.authoritative is None for server in self.servers)

    def of_type(self, *types: str) -> list[Entry]:
        """The records of these types, in the order of the source."""
        return [entry for name in self.names.values() for kind in types for entry in name.get(kind, ())]

    def cut_above(self, name: str) -> str:
        """The delegation that `name` is at or below; empty if it is the zone's own."""
        if not within(name, self.origin):
            return ""
        for above in reversed((name, *ancestors(name, self.origin))):
            if above != self.origin and "NS" in self.names.get(above, {}):
                return above
        return ""

    def standing(self, name: str, depth: int = 0) -> Standing:
        """What is known of a name; `depth` counts the DNAMEs that led there."""
        if depth:
            return self._standing(name, depth)
        if name not in self._standings:
            self._standings[name] = self._standing(name, 0)
        return self._standings[name]

    def _standing(self, name: str, depth: int) -> Standing:
        if name in self.known:
            return self.known[name]
        if name in self.names:
            return self._own(self.names[name], "it is in the zone")
        if not within(name, self.origin):
            return Standing(Existence.UNKNOWN, reason="it is outside the zone and was not looked up")
        if not self.complete:
            return Standing(Existence.UNKNOWN, reason="not all of the zone could be read")
        if cut := self.cut_above(name):
            return Standing(Existence.UNKNOWN, reason=f"{cut} is delegated to other servers")
        if name in self.inner_names:
            return Standing(Existence.EXISTS, reason="there are names below it")
        return self._synthesised(name, depth)

    def _own(self, types: Mapping[str, Sequence[Entry]], reason: str) -> Standing:
        addresses = tuple(entry.data for kind in ("A", "AAAA") for entry in types.get(kind, ()))
        aliases = types.get("CNAME", ())
        return Standing(Existence.EXISTS, addresses, aliases[0].target if aliases else "", reason)

    def _synthesised(self, name: str, depth: int) -> Standing:
        """By the DNAME or the wildcard at the closest name above that exists."""
        for above in ancestors(name, self.origin):
            dnames = self.names.get(above, {}).get("DNAME")
            if dnames:
                if depth >= _DNAME_LIMIT:
                    return Standing(Existence.UNKNOWN, reason="it leads through too many DNAMEs")
                front = labels(name)[: len(labels(name)) - len(labels(above))]
                return self.standing(joined((*front, *labels(dnames[0].target))), depth + 1)
            if above in self.names or above in self.inner_names:
                wild = self.names.get(f"*.{above}")
                if wild is not None:
                    return self._own(wild, f"by the wildcard *.{above}")
                break
        return Standing(Existence.ABSENT, reason="the zone has no such name")


def divided(origin: str, entries: Sequence[Entry]) -> tuple[list[Entry], list[Problem]]:
    """The records that are in a zone, and that the others are not."""
    inside: list[Entry] = []
    outside: list[Problem] = []
    for entry in entries:
        if within(entry.name, origin):
            inside.append(entry)
        else:
            what = f"{entry.name} is not in the zone {origin}: servers ignore it"
            outside.append(Problem("out-of-zone", entry.source, what))
    return inside, outside
