"""Connections that a process ought to have closed, judged."""

from __future__ import annotations

import pytest

from netmon.model.finding import FindingState
from netmon.model.pressure import ConnectionTally, Pile
from netmon.ports.pressure.leftovers import CLOSE_WAIT_MANY, close_wait
from tests.builders import owner, process

LEAKY = owner(process("leaky", 7))


def tally(*piles: Pile) -> ConnectionTally:
    return ConnectionTally({}, frozenset(), piles, {})


@pytest.mark.parametrize(
    ("sockets", "lasting", "verdict"),
    [
        (CLOSE_WAIT_MANY - 1, CLOSE_WAIT_MANY - 1, FindingState.OK),
        (CLOSE_WAIT_MANY, CLOSE_WAIT_MANY, FindingState.WARN),
        (500, CLOSE_WAIT_MANY - 1, FindingState.OK),  # they come and go
        (CLOSE_WAIT_MANY, None, FindingState.WARN),
        (CLOSE_WAIT_MANY - 1, None, FindingState.OK),
    ],
)
def test_many_that_last_are_a_leak(sockets: int, lasting: int | None, verdict: FindingState) -> None:
    (finding,) = close_wait(tally(Pile(LEAKY, {"port 80": sockets}, sockets, lasting)))
    assert finding.state is verdict
    assert "leaky (7)" in finding.summary + finding.evidence
    assert str(sockets) in finding.summary


def test_the_places_with_the_most_are_named() -> None:
    places = {"to a": 3, "port 80": 9, "to b": 2, "to c": 1, "to d": 1}
    (finding,) = close_wait(tally(Pile(LEAKY, places, 16, 16)))
    assert finding.evidence == (
        "CLOSE_WAIT at port 80 (9), to a (3), to b (2) and 2 more; 16 of them for 5 s or longer"
    )


def test_each_process_has_its_own() -> None:
    piles = [Pile(owner(process("p", pid)), {"port 1": 20}, 20, None) for pid in (1, 2)]
    findings = list(close_wait(tally(*piles, Pile(LEAKY, {"port 80": 1}, 1, 1))))
    assert [finding.summary.split()[1] for finding in findings] == ["(1)", "(2)"]


def test_none_at_all_is_fine() -> None:
    (finding,) = close_wait(tally())
    assert (finding.state, finding.evidence) == (FindingState.OK, "")
