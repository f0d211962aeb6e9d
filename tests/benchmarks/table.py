"""The table of results: ratio or share first, then its target, then the raw figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_HEADINGS = ("what", "ratio or share", "target", "", "raw: min / median / max")


@dataclass(frozen=True)
class Target:
    """What a figure may be at most, or has to be at least."""

    limit: float
    at_least: bool = False

    def met(self, figure: float) -> bool:
        """Whether a figure keeps to it."""
        return figure >= self.limit if self.at_least else figure <= self.limit


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    what: str
    figure: float | None
    """The ratio, share, time or size; None where it could not be had: `raw` then says why."""
    unit: str = "×"
    target: Target | None = None
    raw: str = ""

    def cells(self) -> tuple[str, ...]:
        """The line as text."""
        return self.what, self._figure(), self._target(), self._verdict(), self.raw

    def _figure(self) -> str:
        return "-" if self.figure is None else f"{_number(self.figure)} {self.unit}"

    def _target(self) -> str:
        if self.target is None:
            return ""
        return f"{'≥' if self.target.at_least else '≤'} {self.target.limit:g} {self.unit}"

    def _verdict(self) -> str:
        if self.target is None or self.figure is None:
            return ""
        return "met" if self.target.met(self.figure) else "MISSED"


def _number(value: float) -> str:
    if abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def table_text(rows: Sequence[Row]) -> str:
    """All rows under their headings, in columns; figures are right-aligned."""
    lines = [_HEADINGS, *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEADINGS))]
    return "\n".join(_line(line, widths).rstrip() for line in lines)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    what, *figures, verdict, raw = cells
    shown = [text.rjust(width) for text, width in zip(figures, widths[1:], strict=False)]
    return "  ".join([what.ljust(widths[0]), *shown, verdict.ljust(widths[3]), raw])
