"""The ephemeral ports of one destination in sentences and values."""

from __future__ import annotations

from netmon.engine.explain import Explanation, Fact
from netmon.engine.state import State
from netmon.model.finding import FindingState
from netmon.ports.pressure.ephemeral_use import DestinationUse, EphemeralUse
from netmon.ports.pressure.exhaustion import by_destination, place_of, verdict_of

_COUNTED = "netmon: counted from the sockets of this poll"


def explain_destination(row: DestinationUse, use: EphemeralUse, state: State) -> Explanation:
    """What one destination takes of the ports, and what follows from that.

    Args:
        row: The destination.
        use: The use of all ports.
        state: The state that it was counted in.
    """
    low, high = use.range
    sentences = [
        f"Connections to {place_of(row.destination)} have {row.used:,} of the {row.usable:,} ephemeral ports"
        f" that may be lent for it: {row.share:.0%}.",
        "Each destination has the whole range to itself: other destinations are not affected.",
    ]
    if verdict_of(row.share) is not FindingState.OK:
        (judged, *_) = by_destination(state, use._replace(destinations=(row,)))
        sentences += [f"{judged.why}", f"{judged.fix}"]
    facts = (
        Fact("live", f"{row.live:,} connections", _COUNTED),
        Fact("TIME_WAIT", f"{row.time_wait:,} ports", _COUNTED),
        Fact("lent again", f"{row.reusable:,} of those, after a second", "net.ipv4.tcp_tw_reuse"),
        Fact("free", f"{row.free:,} ports", _COUNTED),
        Fact("range", f"{low} to {high}, {use.reserved:,} of them reserved", "ip_local_port_range"),
    )
    return Explanation(tuple(sentences), facts, row.key)


def about_destination(row: DestinationUse, state: State) -> tuple[str, ...]:
    """What the ports are that connections to one destination take."""
    low, high = state.ephemeral
    place = place_of(row.destination)
    return (
        f"Each connection to {place} has an ephemeral port as its end here, out of {low}–{high}: the kernel"
        " lends it until the connection is over, and for another minute while it is in TIME_WAIT.",
        f"No two of them may have the same one, so that {row.free:,} more are possible now; connections to"
        " other places may use the same ports again.",
    )


def copied_destination(row: DestinationUse) -> str:
    """One line to paste elsewhere."""
    return (
        f"{place_of(row.destination)}: {row.used} of {row.usable} ephemeral ports used,"
        f" {row.time_wait} of them by TIME_WAIT, {row.free} free"
    )
