"""The ways back from one tab to another, as one jumped."""

from __future__ import annotations

from typing import NamedTuple

from netmon.tui.tabs.base import Place, Tab

LIMIT = 16
"""Jumps that are remembered."""


class WayBack(NamedTuple):
    """Where a jump came from, and what it found."""

    slug: str
    place: Place
    jumped_to: str
    """The tab that it led to."""
    as_it_was: Place
    """Where that tab was before."""


class WaysBack:
    """Jumps in the order in which they were made; the last is taken back first."""

    def __init__(self) -> None:
        self._ways: list[WayBack] = []

    def leave(self, tab: Tab, to: str, as_it_was: Place) -> None:
        """Remember where a tab is, on the way to another, and where that one was."""
        self._ways = [*self._ways, WayBack(tab.slug, tab.place(), to, as_it_was)][-LIMIT:]

    def take(self) -> WayBack | None:
        """The last way back, which is forgotten by that; None where there is none."""
        return self._ways.pop() if self._ways else None

    def leads_from(self, slug: str) -> bool:
        """Whether the last jump led to this tab."""
        return bool(self._ways) and self._ways[-1].jumped_to == slug

    def forget(self) -> None:
        """Forget all of them."""
        self._ways = []
