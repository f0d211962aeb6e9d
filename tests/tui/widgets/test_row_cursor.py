"""The cursor stays with its row, and says how far the view must move so that the row keeps its line."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from netmon.tui.widgets.row_cursor import RowCursor

PAGE = 20


def cursor_on(rows: Sequence[str | int], index: int | None = None) -> RowCursor[str | int]:
    """A cursor over rows that are their own keys; at the top if it was not moved to an index."""
    cursor = RowCursor[str | int](lambda row: row)
    cursor.set_rows(rows, 0, PAGE)
    if index is not None:
        cursor.move(index)
    return cursor


def test_without_rows_it_is_on_none() -> None:
    cursor = cursor_on([])
    assert (cursor.index, cursor.row, cursor.row_key, cursor.stays_at_top) == (0, None, None, True)
    assert not cursor.move(3)
    assert cursor.stays_at_top


def test_it_stays_at_the_top_until_it_is_moved() -> None:
    cursor = cursor_on("abc")
    assert cursor.set_rows("xabc", 0, PAGE) == 0
    assert (cursor.index, cursor.row) == (0, "x")


@pytest.mark.parametrize(("index", "row"), [(-5, "a"), (0, "a"), (2, "c"), (99, "e")])
def test_it_moves_to_the_nearest_row_there_is(index: int, row: str) -> None:
    cursor = cursor_on("abcde")
    assert cursor.move(index)
    assert (cursor.row, cursor.row_key, cursor.stays_at_top) == (row, row, False)


def test_it_follows_its_row_and_the_view_follows_it() -> None:
    cursor = cursor_on("abcde", 2)
    assert cursor.set_rows("xyabcde", 0, PAGE) == 2
    assert (cursor.index, cursor.row) == (4, "c")
    assert cursor.set_rows("edc", 0, PAGE) == -2


def test_back_at_the_top_it_follows_nobody() -> None:
    cursor = cursor_on("abc", 2)
    cursor.stay_at_top()
    assert cursor.set_rows("xabc", 0, PAGE) == 0
    assert (cursor.row, cursor.stays_at_top) == ("x", True)


def test_a_row_that_is_gone_leaves_its_line_to_the_next_which_is_followed_then() -> None:
    cursor = cursor_on("abcde", 2)
    assert cursor.set_rows("abde", 0, PAGE) == 0
    assert cursor.row == "d"
    assert cursor.set_rows("xabde", 0, PAGE) == 1
    assert cursor.row == "d"


def test_the_last_row_that_is_gone_leaves_the_cursor_on_the_last_there_is() -> None:
    cursor = cursor_on("abcde", 4)
    cursor.set_rows("ab", 0, PAGE)
    assert (cursor.index, cursor.row) == (1, "b")


def test_it_remembers_its_row_while_there_are_none() -> None:
    cursor = cursor_on("abcde", 2)
    assert cursor.set_rows("", 0, PAGE) == -2
    assert (cursor.index, cursor.row) == (0, None)
    cursor.set_rows("xxabcde", 0, PAGE)
    assert cursor.row == "c"


def test_out_of_view_the_top_row_keeps_its_line_instead() -> None:
    cursor = cursor_on(range(500), 1)
    assert cursor.set_rows([*range(-7, 500)], 100, PAGE) == 7
    assert cursor.row == 1


def test_a_top_row_that_is_gone_leaves_the_view_alone() -> None:
    cursor = cursor_on(range(500), 1)
    assert cursor.set_rows([row for row in range(-7, 500) if row != 100], 100, PAGE) == 0


@pytest.mark.parametrize("top", [0, 500])
def test_out_of_view_at_the_very_top_or_below_the_rows_the_view_stays(top: int) -> None:
    cursor = cursor_on(range(500), 300)
    assert cursor.set_rows([*range(-7, 500)], top, PAGE) == 0
    assert cursor.row == 300


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_row_is_found_wherever_it_goes(seed: int) -> None:
    chance = random.Random(seed)
    rows: list[str | int] = list(range(1000))
    cursor = cursor_on(rows, 500)
    for _ in range(50):
        before = cursor.index
        chance.shuffle(rows)
        assert cursor.set_rows(list(rows), before, PAGE) == cursor.index - before
        assert rows[cursor.index] == cursor.row == 500


def test_a_row_nearby_is_found_without_a_look_at_all_others() -> None:
    looked = 0

    def key(row: int) -> int:
        nonlocal looked
        looked += 1
        return row

    cursor = RowCursor(key)
    cursor.set_rows(range(10_000), 0, PAGE)
    cursor.move(5000)
    cursor.set_rows(range(-3, 10_000), 5000, PAGE)
    assert cursor.row == 5000
    assert looked < 200


def test_finds_a_row_by_its_key_however_far_it_is() -> None:
    cursor: RowCursor[int] = RowCursor(lambda row: row)
    cursor.set_rows(range(1000), 0, 10)
    assert (cursor.find(3), cursor.find(999), cursor.find(1000)) == (3, 999, None)
