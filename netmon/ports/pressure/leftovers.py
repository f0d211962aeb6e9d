"""Judgements on connections that a process ought to have closed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from netmon.model.finding import Finding, FindingState
from netmon.model.pressure import ConnectionTally, Pile
from netmon.ports.holder import holder_of

CLOSE_WAIT_MANY = 10
"""So many of one process that last are a leak: a few may be slow work that goes on without its client."""
_PLACES_NAMED = 3


def close_wait(tally: ConnectionTally) -> Iterator[Finding]:
    """`close-wait`: connections whose peer has closed, but the process has not."""
    pressed = left_open(tally.close_wait)
    yield from pressed
    if not pressed:
        total = sum(pile.sockets for pile in tally.close_wait)
        largest = tally.close_wait[0] if tally.close_wait else None
        seen = f"most: {holder_of(largest.owner)} with {largest.sockets}" if largest else ""
        summary = f"no process leaves connections open that its peers closed: {total} in CLOSE_WAIT"
        yield Finding("close-wait", FindingState.OK, summary, seen, reference="tcp(7)")


def left_open(piles: Iterable[Pile]) -> list[Finding]:
    """A judgement on each pile that is a leak."""
    return [_left_open(pile) for pile in piles if _lasting(pile) >= CLOSE_WAIT_MANY]


def _lasting(pile: Pile) -> int:
    return pile.sockets if pile.lasting is None else pile.lasting


def _left_open(pile: Pile) -> Finding:
    who = holder_of(pile.owner)
    age = (
        "one look: since when is not known"
        if pile.lasting is None
        else f"{pile.lasting} of them for 5 s or longer"
    )
    named = sorted(pile.places.items(), key=lambda item: -item[1])
    places = ", ".join(f"{place} ({count})" for place, count in named[:_PLACES_NAMED])
    more = f" and {len(named) - _PLACES_NAMED} more" if len(named) > _PLACES_NAMED else ""
    return Finding(
        "close-wait",
        FindingState.WARN,
        f"{who} has not closed {pile.sockets} connections that its peers closed",
        f"CLOSE_WAIT at {places}{more}; {age}",
        why="Each keeps a descriptor and its memory until the process closes it; descriptors run out.",
        fix="The process must close(): look for a response body or connection that is never closed.",
        reference="tcp(7)",
    )
