"""Whether a condition holds for a packet of which not everything is known."""

from __future__ import annotations

from enum import IntEnum


class Truth(IntEnum):
    """What is known of a condition; where several must hold, the lowest of them is what is known."""

    NO = 0
    STRANGE = 1
    """It is not understood, so it may hold or not."""
    DEPENDS = 2
    """It holds for some sources, or at some moments."""
    YES = 3

    def __invert__(self) -> Truth:
        return {Truth.NO: Truth.YES, Truth.YES: Truth.NO}.get(self, self)


def truth(value: bool) -> Truth:
    """YES or NO."""
    return Truth.YES if value else Truth.NO


def any_of(*found: Truth) -> Truth:
    """What is known where one of several conditions is to hold."""
    if Truth.YES in found:
        return Truth.YES
    return min((one for one in found if one is not Truth.NO), default=Truth.NO)


def all_of(*found: Truth) -> Truth:
    """What is known where all of several conditions are to hold."""
    return min(found, default=Truth.YES)
