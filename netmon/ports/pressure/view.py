"""Where ports are under pressure: what piles up at listeners, what is not closed, what runs out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import NamedTuple

from netmon.engine.state import State
from netmon.model.finding import Finding, FindingState
from netmon.ports.pressure.ephemeral_use import EphemeralUse, ephemeral_use
from netmon.ports.pressure.exhaustion import by_destination, in_total
from netmon.ports.pressure.leftovers import close_wait
from netmon.ports.pressure.queues import accept_queues, handshakes, listen_overflow
from netmon.ports.pressure.tally import tally_of

NAMED = 5
"""Findings of one check that are given one by one; the worst come first."""

_WORST_FIRST = (
    FindingState.FAIL,
    FindingState.WARN,
    FindingState.UNKNOWN,
    FindingState.INFO,
    FindingState.OK,
)


class PressureView(NamedTuple):
    """The judgements and the figures beneath them."""

    findings: tuple[Finding, ...]
    """The worst first; at least one of each check."""
    use: EphemeralUse

    @property
    def troubles(self) -> tuple[Finding, ...]:
        """Those that call for somebody to act."""
        return tuple(f for f in self.findings if f.state in (FindingState.WARN, FindingState.FAIL))


def pressure_view(state: State) -> PressureView:
    """Judge a state. Takes some milliseconds with 10,000 connections; meant for the poller's thread."""
    tally = tally_of(state)
    use = ephemeral_use(state, tally)
    found = chain(
        _bounded(accept_queues(state)),
        [listen_overflow(state)],
        _bounded(handshakes(state, tally)),
        _bounded(close_wait(tally)),
        _bounded(by_destination(state, use)),
        in_total(use),
    )
    return PressureView(tuple(sorted(found, key=lambda f: _WORST_FIRST.index(f.state))), use)


def pressure(state: State) -> list[Finding]:
    """The judgements `accept-queue`, `listen-overflow`, `syn-recv`, `close-wait`, `ephemeral-…`."""
    return list(pressure_view(state).findings)


def _bounded(found: Iterable[Finding]) -> Iterator[Finding]:
    """The first ones, and how many more there are."""
    rest = iter(found)
    yield from islice(rest, NAMED)
    if left := list(rest):
        yield Finding(left[0].check, left[0].state, f"and {len(left)} more of this kind", left[0].summary)
