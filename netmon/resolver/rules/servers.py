"""Whether all servers of the zone serve it, and serve the same zone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import TypeVar

from netmon.model.finding import Finding, FindingState
from netmon.resolver.rules.view import ServerView, ZoneView

K = TypeVar("K", bound=Hashable)


def judge(view: ZoneView) -> Iterator[Finding]:
    """The servers that were asked; nothing for a zone file."""
    for server in view.servers:
        if server.authoritative is None:
            yield _silent(view, server)
        elif not server.authoritative:
            yield _lame(view, server)
    serving = [server for server in view.servers if server.authoritative]
    serials = _grouped((server.serial, server) for server in serving if server.serial is not None)
    if len(serials) > 1:
        yield _serials(view, serials)
    sets = _grouped((server.servers, server) for server in serving if server.servers)
    if len(sets) > 1:
        yield _ns_sets(view, sets, same_serial=len(serials) <= 1)


def _grouped(pairs: Iterable[tuple[K, ServerView]]) -> dict[K, list[ServerView]]:
    groups: dict[K, list[ServerView]] = defaultdict(list)
    for key, server in pairs:
        groups[key].append(server)
    return dict(groups)


def _listed(servers: Sequence[ServerView]) -> str:
    return ", ".join(map(str, servers))


def _lame(view: ZoneView, server: ServerView) -> Finding:
    return Finding(
        "lame-server",
        FindingState.FAIL,
        f"{server} is named as a server of {view.origin} and does not serve it",
        f"{server} {server.error}",
        "Resolvers ask it as often as the others, wait, and ask again elsewhere.",
        f"let {server.name} serve the zone, or remove it from the NS records here and at the parent",
        "RFC 1912 section 2.8",
    )


def _silent(view: ZoneView, server: ServerView) -> Finding:
    return Finding(
        "lame-server",
        FindingState.UNKNOWN,
        f"cannot tell whether {server} serves {view.origin}: it {server.error}",
        f"{server} {server.error}",
        "It may be down, or only not reachable from here: that nobody answered does not make it fine.",
        "",
        "RFC 1912 section 2.8",
    )


def _serials(view: ZoneView, groups: dict[int, list[ServerView]]) -> Finding:
    numbers = ", ".join(str(serial) for serial in groups)
    return Finding(
        "serial-differs",
        FindingState.WARN,
        f"the servers of {view.origin} have different serials: {numbers}",
        "; ".join(f"{serial}: {_listed(servers)}" for serial, servers in groups.items()),
        "They serve different versions of the zone. For seconds after a change that is normal; if it lasts, "
        "transfers fail, and what users see depends on whom they ask.",
        "ask again in a minute; then look at the transfers (NOTIFY, allow-transfer) of those that are behind",
        "RFC 1034 section 4.3.5, RFC 1912 section 2.2",
    )


def _ns_sets(view: ZoneView, groups: dict[frozenset[str], list[ServerView]], *, same_serial: bool) -> Finding:
    union = sorted(set().union(*groups))
    return Finding(
        "ns-set-differs",
        FindingState.FAIL if same_serial else FindingState.WARN,
        f"the servers of {view.origin} name different sets of name servers",
        "; ".join(f"{', '.join(sorted(names))}: {_listed(servers)}" for names, servers in groups.items()),
        "Who is asked depends on who was asked before. "
        + ("Their serials are the same, so no transfer will mend it." if same_serial else
           "Their serials differ too: it may end with the next transfer."),
        f"give all of them the same set: {', '.join(union)}",
        "RFC 1034 section 4.2.2",
    )  # fmt: skip
