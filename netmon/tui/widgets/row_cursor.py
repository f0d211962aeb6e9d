"""Which row of a table the cursor is on, while the rows are replaced under it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar

R = TypeVar("R")

_NEAR = 64
"""A row is looked for this far around its old index before all rows are searched."""


class RowCursor(Generic[R]):
    """A place in a sequence of rows that belongs to a row's *key*, and not to its index.

    Until it is moved it stays on the top line, whatever row comes there.
    """

    def __init__(self, key: Callable[[R], Hashable]) -> None:
        """Start without rows.

        Args:
            key: What makes a row the same row in the next sequence.
        """
        self._key = key
        self._rows: Sequence[R] = ()
        self._index = 0
        self._held: Hashable | None = None
        """The key of the row it stays on; None while it stays at the top."""

    @property
    def rows(self) -> Sequence[R]:
        """The rows as they were handed over."""
        return self._rows

    @property
    def index(self) -> int:
        """Where it is in `rows`; 0 if there are none."""
        return self._index

    @property
    def row(self) -> R | None:
        """The row it is on, or None if there are no rows."""
        return self._rows[self._index] if self._rows else None

    @property
    def row_key(self) -> Hashable | None:
        """The key of the row it is on, or None if there are no rows."""
        return self._key(self._rows[self._index]) if self._rows else None

    @property
    def stays_at_top(self) -> bool:
        """Whether it stays on the top line, whatever row comes there."""
        return self._held is None

    def move(self, index: int) -> bool:
        """Move to the row at `index`, or the nearest there is, and stay on that row.

        Returns:
            Whether there was a row to move to.
        """
        if not self._rows:
            return False
        self._index = max(0, min(index, len(self._rows) - 1))
        self._held = self.row_key
        return True

    def find(self, key: Hashable) -> int | None:
        """The index of the row with this key; None if there is none."""
        return self._find(key, self._index)

    def stay_at_top(self) -> None:
        """Move to the top line, to stay there."""
        self._index, self._held = 0, None

    def set_rows(self, rows: Sequence[R], top: int, page: int) -> int:
        """Replace all rows; the cursor goes where its row went.

        One row should keep its line on the screen: that of the cursor, or the one at the top of the view
        where the user has scrolled away from the cursor.

        Args:
            rows: Filtered and sorted, and never modified after this call.
            top: The index of the row at the top of the view.
            page: How many rows are in view.

        Returns:
            How far the view must scroll for that; 0 to leave it alone.
        """
        anchor = self._anchor(top, page)
        self._rows = rows
        self._relocate()
        return 0 if anchor is None else self._shift(*anchor)

    def _anchor(self, top: int, page: int) -> tuple[Hashable, int] | None:
        """The row that must keep its line, as its key and index."""
        if self._held is not None and top <= self._index < top + page:
            return self._held, self._index
        if 0 < top < len(self._rows):
            return self._key(self._rows[top]), top
        return None

    def _shift(self, key: Hashable, index: int) -> int:
        """How far the anchor moved; nothing if it is gone, so that its line stays in place."""
        if key == self._held:
            return self._index - index
        found = self._find(key, index)
        return 0 if found is None else found - index

    def _relocate(self) -> None:
        if not self._rows or self._held is None:
            self._index = 0
            return
        found = self._find(self._held, self._index)
        if found is None:  # it is gone: keep the line and adopt who lives there now
            found = min(self._index, len(self._rows) - 1)
            self._held = self._key(self._rows[found])
        self._index = found

    def _find(self, wanted: Hashable, hint: int) -> int | None:
        """The index of a row by its key; most rows do not travel far between two refreshes."""
        key, rows = self._key, self._rows
        for index in range(max(0, hint - _NEAR), min(len(rows), hint + _NEAR + 1)):
            if key(rows[index]) == wanted:
                return index
        return next((index for index, row in enumerate(rows) if key(row) == wanted), None)
