"""What it means that a server gave its whole zone to whoever asked."""

from __future__ import annotations

from netmon.model.endpoint import Scope, scope_of
from netmon.model.finding import Finding, FindingState


def open_to_anybody(zone: str, server: str, address: str, records: int) -> Finding | None:
    """The finding about a public server that gave the zone without a key; None for a server of a network.

    Args:
        zone: the apex.
        server: who gave it, for people.
        address: where it was asked.
        records: how many there were.
    """
    try:
        if scope_of(address.partition("%")[0]) is not Scope.GLOBAL:
            return None
    except ValueError:
        return None
    return Finding(
        "axfr-open",
        FindingState.INFO,
        f"{server} gives all of {zone} to whoever asks, as far as can be told from here",
        f"{records} records came by AXFR from {address}, a public address, to this machine without a key",
        "Whoever asks gets a list of all names of the zone. That is no fault where it is meant so, and other "
        "machines may be refused where this one is known to the server.",
        "if it is not meant: name who may (BIND: allow-transfer, NSD: provide-xfr, Knot: acl)",
        "RFC 5936 section 5",
    )
