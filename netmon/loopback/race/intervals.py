"""How sure a share of a few rounds is."""

from __future__ import annotations

import math
from typing import NamedTuple

_Z = 1.959964
"""The two-sided 95 % quantile of the normal distribution."""


class Share(NamedTuple):
    """A share with its 95 % interval, each from 0 to 1."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.0%} (95 %: {self.low:.0%}–{self.high:.0%})"


def wilson(wins: int, rounds: int) -> Share | None:
    """The share of `wins` with its interval (Wilson 1927, which holds for few rounds and near 0 and 1).

    None without a round.
    """
    if not rounds:
        return None
    share, square = wins / rounds, _Z * _Z
    middle = (share + square / (2 * rounds)) / (1 + square / rounds)
    spread = math.sqrt(share * (1 - share) / rounds + square / (4 * rounds * rounds))
    half = _Z * spread / (1 + square / rounds)
    return Share(share, max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half)))
