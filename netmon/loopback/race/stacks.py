"""How programs connect to a name with several addresses, each way a few numbers to one mechanism.

RFC 8305 (Happy Eyeballs) section 5 overlaps attempts; most programs try one address after the other; Node.js
takes an attempt back when it starts the next.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from itertools import zip_longest
from typing import NamedTuple

from netmon.engine.connect import Attempt, Outcome
from netmon.loopback.race.attempt import Destination, Network


class Strategy(NamedTuple):
    """When the next address is tried."""

    stagger_s: float | None = None
    """How long an attempt may take before the next begins; None if the next waits until it fails."""
    overlap: bool = True
    """Whether an attempt goes on when the next begins; if not, it is taken back."""
    interleave: bool = False
    """Whether families take turns (RFC 8305 section 4); else the order is the resolver's."""
    first_only: bool = False
    """Whether only the first address is tried."""
    refused_s: float = 0.0
    """How long the system goes on asking an address that refuses."""

    def arranged(self, destinations: Sequence[Destination]) -> list[Destination]:
        """The addresses in the order in which they are tried."""
        if not self.interleave:
            return list(destinations[:1] if self.first_only else destinations)
        first = [d for d in destinations if d.family == destinations[0].family]
        other = [d for d in destinations if d.family != destinations[0].family]
        return [d for turn in zip_longest(first, other) for d in turn if d is not None]


class Run(NamedTuple):
    """What came of connecting once."""

    winner: Destination | None
    """The address that the program ends up with; None if every one failed."""
    took_s: float
    ended: tuple[tuple[Destination, Attempt], ...] = ()
    """What came of the attempts that came to an end, in that order; the winner's is the last."""


def connect_by(
    strategy: Strategy, destinations: Sequence[Destination], network: Network, attempt_s: float
) -> Run:
    """Connect once as a program of that strategy does.

    Args:
        strategy: When it tries the next address.
        destinations: The addresses in the resolver's order.
        network: Where, and by which clock.
        attempt_s: How long one attempt may take at most: the system's own limit, or a shorter one.

    Raises:
        StoppedError: the network says that nobody waits any more.
    """
    began = due = network.now()
    waiting, pending = deque(strategy.arranged(destinations)), set[Destination]()
    ended: list[tuple[Destination, Attempt]] = []
    while waiting or pending:
        if waiting and network.now() >= due:
            if not strategy.overlap:
                _abort(network, pending)
            network.start(waiting[0], attempt_s)
            pending.add(waiting.popleft())
            due = math.inf if strategy.stagger_s is None else network.now() + strategy.stagger_s
        for destination, attempt in network.wait(due if waiting else math.inf):
            pending.discard(destination)
            ended.append((destination, attempt))
            if attempt.outcome is Outcome.CARRIES:
                took_s = network.now() - began
                _abort(network, pending)
                return Run(destination, took_s, tuple(ended))
            held_s = strategy.refused_s if attempt.outcome is Outcome.REFUSED else 0.0
            due = min(due, network.now() + held_s)
    return Run(None, max(network.now(), due if due < math.inf else 0.0) - began, tuple(ended))


def _abort(network: Network, pending: set[Destination]) -> None:
    for destination in pending:
        network.abort(destination)
    pending.clear()
