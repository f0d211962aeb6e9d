"""A network of numbers keeps its own time."""

from __future__ import annotations

import math

from netmon.engine.connect import Attempt, Outcome
from netmon.loopback.race.imagined import Behaviour, Imagined
from tests.loopback.race.staged import FOUR, SIX


def test_its_clock_goes_to_what_happens_next() -> None:
    network = Imagined({SIX: Behaviour(Outcome.TIMED_OUT, math.inf), FOUR: Behaviour(Outcome.CARRIES, 0.5)})
    network.start(SIX, 2.0)
    network.start(FOUR, 2.0)
    assert network.wait(0.25) == []
    assert network.now() == 0.25
    assert network.wait(9.0) == [(FOUR, Attempt(Outcome.CARRIES, 500_000))]
    assert network.now() == 0.5
    assert network.wait(9.0) == [(SIX, Attempt(Outcome.TIMED_OUT))]
    assert network.now() == 2.0


def test_what_is_taken_back_does_not_happen() -> None:
    network = Imagined({FOUR: Behaviour(Outcome.REFUSED, 0.5)})
    network.start(FOUR, 2.0)
    network.abort(FOUR)
    assert network.wait(1.0) == []
    assert network.now() == 1.0
