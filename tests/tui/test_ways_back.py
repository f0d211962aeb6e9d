"""The way back from one tab to another."""

from __future__ import annotations

from netmon.tui.tabs.base import Place, Tab
from netmon.tui.ways_back import LIMIT, WayBack, WaysBack


class Somewhere(Tab):
    """A tab at a place."""

    name_in_bar = "Somewhere"
    slug = "somewhere"
    text = "here"

    def place(self) -> Place:
        """As it is told."""
        return Place(text=self.text)


def test_the_last_jump_is_taken_back_first() -> None:
    ways, tab = WaysBack(), Somewhere()
    ways.leave(tab, "ports", Place(text="as it was"))
    tab.text = "there"
    ways.leave(tab, "dns", Place())
    assert (ways.leads_from("dns"), ways.leads_from("ports")) == (True, False)
    assert ways.take() == WayBack("somewhere", Place(text="there"), "dns", Place())
    assert ways.leads_from("ports")
    assert ways.take() == WayBack("somewhere", Place(text="here"), "ports", Place(text="as it was"))
    assert ways.take() is None
    assert not ways.leads_from("ports")


def test_only_so_many_are_remembered_and_all_can_be_forgotten() -> None:
    ways, tab = WaysBack(), Somewhere()
    for number in range(LIMIT + 5):
        tab.text = str(number)
        ways.leave(tab, "ports", Place())
    taken = []
    while (way := ways.take()) is not None:
        taken.append(way.place.text)
    assert (len(taken), taken[0], taken[-1]) == (LIMIT, str(LIMIT + 4), "5")
    ways.leave(tab, "ports", Place())
    ways.forget()
    assert ways.take() is None
