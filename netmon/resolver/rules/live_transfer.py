"""The whole zone as one of its servers gives it by transfer, as a view for the rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from threading import Event

from netmon.model.endpoint import Endpoint
from netmon.model.text import clean
from netmon.resolver.rules.live_targets import NEVER, find
from netmon.resolver.rules.names import within
from netmon.resolver.rules.view import Entry, Giver, ParentView, ServerView, Standing, ZoneView, divided
from netmon.resolver.server import Server
from netmon.resolver.transfer.result import Attempt
from netmon.resolver.transfer.transferring import Patience, transfer_from_any

SILENCE_S = 3.0
"""One that serves the zone but lets nobody connect takes so long, and the next is asked."""
_TIMES = 10
"""How many times as long all of it may take."""
_ASKED = 8
"""Addresses that are asked for the zone, one after the other: few zones have more."""


def ask_for_all(
    zone: str, servers: Sequence[tuple[str, Server]], ca_file: str | None, stop: Event | None = None
) -> tuple[Attempt, ...]:
    """Ask the servers of a zone for all of it, until one gives it, which is then the last.

    Once `stop` is set, the others are not asked.
    """
    patience = Patience.of(SILENCE_S, _TIMES, stop)
    return transfer_from_any(zone, servers[:_ASKED], patience, ca_file=ca_file)


def whole(
    attempt: Attempt,
    servers: Sequence[ServerView],
    resolvers: Sequence[Endpoint],
    stop: Event | None = None,
    parent: ParentView | None = None,
) -> ZoneView:
    """The view of a zone that was given.

    Args:
        attempt: that succeeded.
        servers: what the zone's name servers say otherwise.
        resolvers: who is asked for names that the zone points at and does not hold.
        stop: ends that early when it is set.
        parent: how it is delegated.
    """
    assert attempt.zone is not None
    origin, source = clean(attempt.zone.name).lower(), str(attempt)
    entries, problems = divided(
        origin,
        [Entry(each.name.lower(), each.ttl, each.type, each.data, source) for each in attempt.zone.records],
    )
    count = len(attempt.zone.records)
    return ZoneView(
        origin, entries, complete=True, problems=problems, servers=servers,
        known=_others(ZoneView(origin, entries, complete=True), resolvers, stop),
        seen=f"whole zone, {count} records, by transfer from {source}",
        giver=Giver(source, attempt.address or "", count), parent=parent,
    )  # fmt: skip


def _others(view: ZoneView, resolvers: Sequence[Endpoint], stop: Event | None) -> Mapping[str, Standing]:
    """How the targets stand that the zone itself says nothing of."""
    wanted = dict.fromkeys(
        entry.target
        for entry in view.entries
        if entry.target not in ("", ".", *view.names)
        and (not within(entry.target, view.origin) or view.cut_above(entry.target))
    )
    found = find(wanted, resolvers, stop) if resolvers else {}
    return {name: standing for name, standing in found.items() if standing is not NEVER}


def only(what: str, attempts: Sequence[Attempt]) -> str:
    """How much is seen of a zone that nobody gave, and why nobody did."""
    if not attempts:
        return f"only {what}: no server of the zone could be asked for a transfer"
    if all(attempt.is_refusal for attempt in attempts):
        return f"only {what}: no server allows a transfer"
    reasons = "; ".join(f"{attempt} {attempt.error}" for attempt in attempts if not attempt.is_refusal)
    return f"only {what}: no transfer: {reasons}"
