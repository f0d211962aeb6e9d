"""The columns of a table: what they show, and which of them fit into a width."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

R = TypeVar("R")


@dataclass(frozen=True)
class Column(Generic[R]):
    """How one column is named, sized and turned into text."""

    key: str
    label: str
    width: int
    """Cells it needs at least."""
    priority: int
    """The lower, the longer it is kept as the table becomes narrow."""
    text: Callable[[R], str]
    right: bool = False
    kind: Callable[[R], str] | str = ""
    """Suffix of a component class (`live-table--<kind>`) for its colour, or empty."""
    flexible: bool = False
    """Whether it takes a share of the cells that the others leave."""
    part_of: str = ""
    """An order by several columns together that this one has a part in, and is marked by."""


def lay_out(columns: Sequence[Column[R]], width: int) -> list[tuple[Column[R], int]]:
    """The columns that fit into `width` cells, one cell apart, each with the width it gets."""
    kept = list(enumerate(columns))
    while len(kept) > 1 and _needed(kept) > width:
        kept.remove(max(kept, key=lambda item: (item[1].priority, item[0])))
    spare = width - _needed(kept)
    if spare < 0:  # a single column that is too wide
        return [(column, max(0, width)) for _, column in kept]
    flexible = [index for index, column in kept if column.flexible]
    share, rest = divmod(spare, len(flexible) or 1)
    extra = {index: share + (turn < rest) for turn, index in enumerate(flexible)}
    return [(column, column.width + extra.get(index, 0)) for index, column in kept]


def _needed(columns: Sequence[tuple[int, Column[R]]]) -> int:
    return sum(column.width + 1 for _, column in columns) - 1
