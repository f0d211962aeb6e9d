"""Columns give way one by one as the width shrinks, and never exceed it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.tui.widgets.column import Column, lay_out


def _columns(*specs: tuple[str, int, int, bool]) -> list[Column[str]]:
    return [
        Column(key, key, width, priority, str, flexible=flexible) for key, width, priority, flexible in specs
    ]


def _laid_out(columns: list[Column[str]], width: int) -> dict[str, int]:
    return {column.key: cells for column, cells in lay_out(columns, width)}


@pytest.mark.parametrize(
    ("width", "expected"),
    [
        (40, {"a": 15, "b": 5, "c": 5, "d": 12}),
        (36, {"a": 13, "b": 5, "c": 5, "d": 10}),
        (25, {"a": 11, "c": 5, "d": 7}),
        (16, {"a": 10, "c": 5}),
        (10, {"a": 10}),
        (4, {"a": 4}),
        (0, {"a": 0}),
        (-1, {"a": 0}),
    ],
)
def test_columns_go_least_useful_first_and_flexible_ones_share_the_rest(
    width: int, expected: dict[str, int]
) -> None:
    columns = _columns(("a", 8, 0, True), ("b", 5, 3, False), ("c", 5, 1, False), ("d", 5, 2, True))
    assert _laid_out(columns, width) == expected


def test_of_equal_columns_the_last_goes_first() -> None:
    assert _laid_out(_columns(("a", 5, 1, False), ("b", 5, 1, False)), 10) == {"a": 5}


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 9), st.booleans()), max_size=8),
    st.integers(-1, 200),
)
def test_columns_never_exceed_the_width(specs: list[tuple[int, int, bool]], width: int) -> None:
    columns = _columns(*((str(i), cells, priority, flex) for i, (cells, priority, flex) in enumerate(specs)))
    placed = lay_out(columns, width)
    assert sum(cells for _, cells in placed) + len(placed) - 1 <= max(0, width)
    assert bool(placed) == bool(columns)
    if any(column.flexible for column, _ in placed):
        assert sum(cells for _, cells in placed) + len(placed) - 1 == max(0, width)
