"""Sockets of one state by owner."""

from __future__ import annotations

from netmon.model.pressure import pile_up
from netmon.model.process import Process
from tests.builders import owner


def test_the_largest_pile_comes_first() -> None:
    leaky, other = owner(Process(1, "leaky")), owner(uid=33, unit="web.service")
    found = [(other, "port 80", True), (leaky, "to a", False), (leaky, "to a", True), (leaky, "to b", True)]
    piles = pile_up(found)
    assert [(pile.owner, pile.places, pile.sockets, pile.lasting) for pile in piles] == [
        (leaky, {"to a": 2, "to b": 1}, 3, 2),
        (other, {"port 80": 1}, 1, 1),
    ]


def test_units_of_one_user_are_told_apart() -> None:
    found = [(owner(uid=33, unit=unit), "port 80", True) for unit in ("a.service", "b.service")]
    assert len(pile_up(found)) == 2


def test_after_one_look_nothing_is_known_to_last() -> None:
    (pile,) = pile_up([(owner("x"), "port 80", None), (owner("x"), "port 80", True)])
    assert pile.lasting is None
    assert pile_up([]) == []
