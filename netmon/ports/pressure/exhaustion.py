"""Judgements on ephemeral ports that run out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from netmon.engine.state import State
from netmon.model.finding import Finding, FindingState
from netmon.model.pressure import Destination, PortLimits
from netmon.ports.holder import holder_of
from netmon.ports.pressure.ephemeral_use import DestinationUse, EphemeralUse, PortSpace

WARN_SHARE = 0.80
"""From here on warn: the last fifth goes fast, since what uses so many opens many a second."""
FAIL_SHARE = 0.95
"""From here on `connect()` searches nearly the whole range, and fails at the next burst."""


def verdict_of(share: float) -> FindingState:
    """What it means that so much of the ports is in use, 0 to 1."""
    if share >= FAIL_SHARE:
        return FindingState.FAIL
    return FindingState.WARN if share >= WARN_SHARE else FindingState.OK


# -- for a destination


def by_destination(state: State, use: EphemeralUse) -> Iterator[Finding]:
    """`ephemeral-destination`: ports left for new connections to one place."""
    pressed = [one for one in use.destinations if verdict_of(one.share) is not FindingState.OK]
    for one in pressed:
        yield _running_out(state, use, one)
    if not pressed:
        fullest = use.destinations[0] if use.destinations else None
        seen = f"fullest: {place_of(fullest.destination)}, {_figures(fullest)}" if fullest else ""
        summary = f"ports are left for every destination: {use.destination_count} in use"
        yield Finding("ephemeral-destination", FindingState.OK, summary, seen, reference="ip(7)")


def place_of(where: Destination) -> str:
    """A destination in words."""
    return f"{where.remote} from {where.local}"


def _figures(one: DestinationUse) -> str:
    again = f", {one.reusable} of them lent again after 1 s" if one.reusable else ""
    return f"{one.live} live and {one.time_wait} TIME_WAIT{again}, {one.free} free of {one.usable}"


def _running_out(state: State, use: EphemeralUse, one: DestinationUse) -> Finding:
    users = _users(state, one.destination)
    out = one.used - one.reusable >= one.usable
    return Finding(
        "ephemeral-destination",
        verdict_of(one.share),
        f"{'no' if out else 'few'} ephemeral ports are left for connections to {one.destination.remote}: "
        f"{one.share:.0%} in use",
        f"{place_of(one.destination)}: {_figures(one)}; opened by {users}",
        why="When they are used up, connect() to it fails: EADDRNOTAVAIL, “Cannot assign requested address”.",
        fix=_fix(use, one, (state.limits or PortLimits()).tw_reuse),
        reference="ip(7), ip_local_port_range",
    )


def _fix(use: EphemeralUse, one: DestinationUse, tw_reuse: int | None) -> str:
    low, high = use.range
    pool = f"Keep connections alive or pool them, or widen net.ipv4.ip_local_port_range (now {low} {high})"
    if one.time_wait > one.live and tw_reuse in (0, 2) and not one.reusable:
        return f"{pool}; TIME_WAIT is lent again after 1 s with net.ipv4.tcp_tw_reuse=1 (now {tw_reuse})."
    return f"{pool}."


def _users(state: State, where: Destination) -> str:
    """The process with the most connections to a destination."""
    if state.tally is not None:
        return "processes that were not read (the app names them)"
    counts: Counter[str] = Counter()
    for row in state.connections:
        if row.socket.remote == where.remote and row.socket.local.address == where.local:
            held = row.owner if row.owner.processes or not row.owner.former else None
            counts[holder_of(held) if held else f"formerly {row.owner.former[0].name}"] += 1
    names = [f"{name} ×{count}" for name, count in counts.most_common(2)]
    return ", ".join(names) or "an unknown process"


# -- in total


def in_total(use: EphemeralUse) -> Iterator[Finding]:
    """`ephemeral-total`: ports left to `bind()` with port 0, and to UDP."""
    spaces = [("TCP", use.tcp), ("UDP", use.udp)]
    pressed = [(name, space) for name, space in spaces if verdict_of(space.share) is not FindingState.OK]
    for name, space in pressed:
        yield _scarce(name, space, use)
    if not pressed:
        seen = "; ".join(f"{name}: {_space(space)}" for name, space in spaces)
        yield Finding(
            "ephemeral-total",
            FindingState.OK,
            f"{min(use.tcp.free, use.udp.free)} of {use.usable} ephemeral ports are free",
            f"{seen}; {_range(use)}",
            reference="ip(7)",
        )


def _scarce(name: str, space: PortSpace, use: EphemeralUse) -> Finding:
    return Finding(
        "ephemeral-total",
        verdict_of(space.share),
        f"{space.share:.0%} of the ephemeral ports are in use by {name}",
        f"{_space(space)}; {_range(use)}",
        why="Who asks for any free port (bind to port 0; all of UDP) fails with EADDRINUSE when none is.",
        fix="Widen net.ipv4.ip_local_port_range"
        f" (now {use.range[0]} {use.range[1]}), or find the process that holds most of them.",
        reference="ip(7), ip_local_port_range",
    )


def _space(space: PortSpace) -> str:
    waiting = f", {space.time_wait} of them by TIME_WAIT alone" if space.time_wait else ""
    return f"{space.used} used{waiting}, {space.free} free"


def _range(use: EphemeralUse) -> str:
    reserved = f" without {use.reserved} reserved" if use.reserved else ""
    return f"range {use.range[0]}–{use.range[1]}{reserved}"
