"""Walks from the anchor's zone down label by label: which zone is a name in, and are its keys believed?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from netmon.resolver.dnssec.cuts import Place, descend
from netmon.resolver.dnssec.verdict import TrustStatus
from netmon.resolver.dnssec.zones import Zone, anchored

if TYPE_CHECKING:
    import dns.name

    from netmon.resolver.dnssec.anchors import Anchor
    from netmon.resolver.dnssec.pursuit import Pursuit
    from netmon.resolver.dnssec.verdict import TrustStep


class Chain:
    """The zones below one anchor that were seen so far; each name is looked at once."""

    def __init__(self, anchor: Anchor, pursuit: Pursuit) -> None:
        self._anchor, self._pursuit = anchor, pursuit
        self._places: dict[dns.name.Name, Place] = {}

    def zone_of(self, name: dns.name.Name) -> Zone:
        """The zone that a name is in; the first on the way to it that is not secure, if one is not.

        What the proof for one label lacks, that for a longer name can bring: nsd proves nothing of an empty
        non-terminal that only unsigned delegations make (RFC 5155 section 7.1, opt-out), but proves those.
        """
        place = self._places.get(self._anchor.zone)
        if place is None:
            place = self._places[self._anchor.zone] = Place(anchored(self._pursuit, self._anchor))
        doubted: tuple[dns.name.Name, TrustStep] | None = None
        for cut in _between(self._anchor.zone, name):
            if place.is_end or place.zone.status is not TrustStatus.SECURE:
                break
            if cut not in self._places:
                self._places[cut] = descend(self._pursuit, place.zone, cut)
            place = self._places[cut]
            doubted = None if place.doubt is None else doubted or (cut, place.doubt)
        return place.zone if doubted is None else self._fail(*doubted)

    def _fail(self, cut: dns.name.Name, doubt: TrustStep) -> Zone:
        """Nothing further down was proved either."""
        self._pursuit.tell(doubt)
        self._places[cut] = Place(Zone(cut, doubt.status, doubt.summary), is_end=True)
        return self._places[cut].zone


def _between(zone: dns.name.Name, name: dns.name.Name) -> Iterator[dns.name.Name]:
    """The names below `zone` on the way to `name`, which is the last of them."""
    for depth in range(len(zone) + 1, len(name) + 1):
        yield name.split(depth)[1]
