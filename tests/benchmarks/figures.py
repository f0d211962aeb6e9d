"""Series of measured values and what is said of them."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Series:
    """Values of one measurement, in the order in which they were taken."""

    values: tuple[float, ...]

    @classmethod
    def of(cls, values: Iterable[float]) -> Series:
        """A series of these values.

        Raises:
            ValueError: there is none.
        """
        series = cls(tuple(values))
        if not series.values:
            raise ValueError("nothing was measured")
        return series

    @property
    def median(self) -> float:
        """The middle value."""
        return statistics.median(self.values)

    @property
    def lowest(self) -> float:
        """The smallest value."""
        return min(self.values)

    @property
    def highest(self) -> float:
        """The largest value."""
        return max(self.values)

    def percentile(self, percent: float) -> float:
        """The value that `percent` of all do not exceed (nearest rank)."""
        ordered = sorted(self.values)
        return ordered[max(0, -(-int(percent * len(ordered)) // 100) - 1)]

    def text(self, show: Callable[[float], str]) -> str:
        """Smallest, middle and largest."""
        return f"{show(self.lowest)} / {show(self.median)} / {show(self.highest)}"


def milliseconds(seconds: float) -> str:
    """Seconds as milliseconds with three significant digits."""
    value = seconds * 1000
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:.0f}"


def percent(share: float) -> str:
    """A share of one as percent."""
    return f"{100 * share:.2f}"


def megabytes(count: float) -> str:
    """Bytes as MiB."""
    return f"{count / 2**20:.1f}"


def slope(points: Iterable[tuple[float, float]]) -> float:
    """How much the second value grows for each unit of the first (least squares)."""
    pairs = list(points)
    times, values = [time for time, _ in pairs], [value for _, value in pairs]
    return statistics.linear_regression(times, values).slope
