"""The ends that a packet may come to in a firewall, and what a rule or chain makes of it."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple


class Fate(StrEnum):
    """What becomes of a packet."""

    ACCEPTED = "accepted"
    DROPPED = "dropped"
    REJECTED = "rejected"
    ELSEWHERE = "elsewhere"
    STRANGE = "strange"


class End(NamedTuple):
    """One end that a packet may come to."""

    fate: Fate
    words: Callable[[], str]
    """Gives what decides it in words; made only where asked for, as most of a thousand rules never are."""
    strange: str | None = None
    """Why it is not sure that a packet comes there: an expression on the way that is not understood."""


class Passage(NamedTuple):
    """What a rule or chain does to a packet."""

    ends: tuple[End, ...] = ()
    goes_on: bool = True
    """Whether the next rule may be read."""
    returns: bool = False
    """Whether it may go back to where the chain was called from."""
