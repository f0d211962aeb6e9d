"""A zone as its servers and the resolvers of this machine show it: the view of a name for the rules."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import TYPE_CHECKING, NamedTuple

from netmon.model.endpoint import Endpoint
from netmon.model.text import clean
from netmon.resolver.answer import Configuration
from netmon.resolver.plain.each import Question, ask_each
from netmon.resolver.questions import BadNameError, questions
from netmon.resolver.rules.live_parent import find_parent
from netmon.resolver.rules.live_servers import ask_servers
from netmon.resolver.rules.live_targets import TIMEOUT_S, find, told, why_untold
from netmon.resolver.rules.live_transfer import ask_for_all, only, whole
from netmon.resolver.rules.names import ancestors, labels
from netmon.resolver.rules.view import Entry, Existence, ParentView, ServerView, Standing, ZoneView
from netmon.resolver.server import Server
from netmon.resolver.system.configuration import configuration

if TYPE_CHECKING:
    from netmon.resolver.trace.hints import Hints

_PORT = 53
_RESOLVERS = 3
"""More are not asked, as the C library does."""
_CANDIDATES = 16
"""Names above the one that was asked at which the apex is looked for."""
_NAME_SERVERS = 13


class GatherError(Exception):
    """The zone could not be found; the text is one sentence that says why."""


def gather(
    name: str,
    resolvers: Sequence[Endpoint] | None = None,
    port: int = _PORT,
    *,
    hints: Hints | None = None,
    stop: Event | None = None,
) -> ZoneView:
    """The zone of a name: all of it where one of its servers gives it, or else what bears on that name.

    Blocks for some ten seconds at most, and as long as the transfer takes.

    Args:
        name: as typed; a short one is completed by the search list.
        resolvers: who is asked for what is not the zone's; None for those of this machine.
        port: where the zone's servers serve.
        hints: where the trace begins that shows how the zone is delegated; None to leave that out.
        stop: gives up at once when it is set.

    Raises:
        GatherError: nobody could be asked, there is no such zone, or it was given up.
    """
    stop = stop or Event()
    asked = _resolvers(resolvers)
    full = _full_name(name, asked, stop, use_search=resolvers is None)
    zone = _apex(full, asked, stop)
    named = _named(zone, asked, hints, stop)
    known, addresses = named.known, named.addresses()
    served = ask_servers(zone, full, addresses, port, stop)
    servers = (*served.servers, *_unfound(addresses, known))
    attempts = ask_for_all(zone, _serving(served.servers, port), None, stop)
    if attempts and attempts[-1].zone is not None:
        return whole(attempts[-1], servers, asked, stop, named.parent)
    entries = served.entries or named.entries
    known |= find([e.target for e in entries if e.target not in (*known, "", ".")], asked, stop)
    if stop.is_set():
        raise GatherError("it was given up")
    seen = only("the apex" if full == zone else f"the apex and {full}", attempts)
    return ZoneView(zone, entries, known=known, servers=servers, seen=seen, parent=named.parent)


class _Named(NamedTuple):
    """Who is said to serve the zone."""

    entries: tuple[Entry, ...]
    """The NS records as the resolvers know them."""
    known: dict[str, Standing]
    """Where the servers are, as the resolvers know it."""
    parent: ParentView | None

    def addresses(self) -> dict[str, tuple[str, ...]]:
        """Each server with its addresses; where the resolvers know none, those that the parent gives."""
        found = {entry.target: _addresses(entry.target, self.known) for entry in self.entries}
        if self.parent is not None:
            for name in self.parent.servers:
                found[name] = _addresses(name, self.known) or self.parent.addresses(name)
        return found


def _named(zone: str, resolvers: Sequence[Endpoint], hints: Hints | None, stop: Event) -> _Named:
    """By the resolvers, and by the zone above."""
    with ThreadPoolExecutor(1, thread_name_prefix="parent") as pool:
        # The trace takes its time while the resolvers take theirs.
        tracing = pool.submit(find_parent, zone, hints, stop) if hints is not None else None
        entries = _ns(zone, resolvers, stop)
        known = find([entry.target for entry in entries], resolvers, stop)
        parent = tracing.result() if tracing is not None else None
    others = [name for name in parent.servers if name not in known] if parent is not None else []
    return _Named(tuple(entries), known | find(others, resolvers, stop), parent)


def _serving(servers: Sequence[ServerView], port: int) -> list[tuple[str, Server]]:
    """Those that serve the zone, the newest version of it first."""
    serving = sorted((each for each in servers if each.authoritative), key=lambda each: -(each.serial or 0))
    return [(each.name, Server("tcp", each.address, port)) for each in serving]


def name_servers(zone: str, resolvers: Sequence[Endpoint] | None = None) -> dict[str, tuple[str, ...]]:
    """The name servers of a zone and their addresses, as the resolvers know them.

    Args:
        zone: the apex, fully qualified, in lower case.
        resolvers: who is asked; None for those of this machine.

    Raises:
        GatherError: nobody could be asked, or the zone has none.
    """
    asked = _resolvers(resolvers)
    named = _ns(zone, asked, Event())
    known = find([entry.target for entry in named], asked)
    return {entry.target: _addresses(entry.target, known) for entry in named}


def _resolvers(given: Sequence[Endpoint] | None) -> Sequence[Endpoint]:
    if given is not None:
        return given
    system = configuration()
    if system.error is not None or not system.servers:
        raise GatherError(system.error or "no nameservers: there is nobody to ask")
    return system.servers[:_RESOLVERS]


def _full_name(name: str, resolvers: Sequence[Endpoint], stop: Event, *, use_search: bool) -> str:
    """The name as the search list completes it.

    Raises:
        GatherError: it is no name, or an address.
    """
    if _is_address(name):
        raise GatherError(f"bad name: {clean(name, 80)} is an address, and the rules are about names")
    system = configuration() if use_search else Configuration()
    try:
        _, tried = questions(name, ("SOA",), system.search, system.ndots)
    except BadNameError as error:
        raise GatherError(str(error)) from None
    names = [clean(each.to_text()).lower() for each in tried]
    asked = [Question(each, "SOA") for each in names] if len(names) > 1 else []
    replies = ask_each(asked, resolvers, TIMEOUT_S, stop)
    there = (q.name for q in asked if (said := told(replies, q)) is not None and said.rcode == "NOERROR")
    # None exists: speak of the name as it was typed, the one without a suffix.
    return next(there, min(names, key=len))


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text.strip().strip("[]").partition("%")[0])
    except ValueError:
        return False
    return True


def _apex(name: str, resolvers: Sequence[Endpoint], stop: Event) -> str:
    """The zone that a name is in: the nearest name above it, or itself, that has an SOA of its own."""
    candidates = [name, *ancestors(name, ".")][-_CANDIDATES:]
    candidates = [each for each in candidates if labels(each)] or ["."]
    replies = ask_each([Question(each, "SOA") for each in candidates], resolvers, TIMEOUT_S, stop)
    for each in candidates:
        question = Question(each, "SOA")
        answer = told(replies, question)
        if answer is None:
            raise GatherError(f"the zone of {name} cannot be found: {why_untold(replies, question)}")
        if any(record.type == "SOA" and record.name.lower() == each for record in answer.records):
            return each
    raise GatherError(f"there is no zone that {name} is in: no name above it has an SOA")


def _ns(zone: str, resolvers: Sequence[Endpoint], stop: Event) -> list[Entry]:
    """The name servers of the zone as the resolvers know them."""
    question = Question(zone, "NS")
    replies = ask_each([question], resolvers, TIMEOUT_S, stop)
    answer = told(replies, question)
    if answer is None:
        raise GatherError(f"the name servers of {zone} cannot be found: {why_untold(replies, question)}")
    source = str(answer.server)
    # The TTL is what is left of it in a cache: nothing to judge.
    found = [
        Entry(record.name.lower(), None, "NS", record.data, source)
        for record in answer.records
        if record.type == "NS"
    ]
    if not found:
        raise GatherError(f"{zone} has no name servers: {answer.error}")
    return found[:_NAME_SERVERS]


def _addresses(name: str, known: dict[str, Standing]) -> tuple[str, ...]:
    """The addresses of a name server, through an alias too, so that it can be asked all the same."""
    seen: set[str] = set()
    while name in known and name not in seen:
        seen.add(name)
        if not known[name].alias:
            return known[name].addresses
        name = known[name].alias
    return ()


def _unfound(addresses: dict[str, tuple[str, ...]], known: dict[str, Standing]) -> list[ServerView]:
    """The name servers that could not be asked because nobody could tell their addresses."""
    return [
        ServerView(name, "no address", None, f"could not be asked: {known[name].reason}")
        for name, found in addresses.items()
        if not found and known[name].existence is Existence.UNKNOWN
    ]
