"""Aligned columns of plain text, as wide as they need to be or as the terminal allows."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable, Sequence
from typing import Generic, NamedTuple, TextIO, TypeVar

from netmon.model.text import clean

T = TypeVar("T")

_GAP = "  "


class Column(NamedTuple, Generic[T]):
    """One column: what stands in it, and how it gives way on a narrow terminal."""

    title: str
    text: Callable[[T], str]
    rank: int = 0
    """The order in which columns go when there is no room, highest first; 0 never goes."""
    least: int = 0
    """The width to which it may be cut; 0 if it is never cut."""
    right: bool = False
    """Whether it is aligned to the right, as numbers are."""


def terminal_width(stream: TextIO) -> int | None:
    """The columns of the terminal behind a stream, or None where there is none."""
    if not stream.isatty():
        return None
    try:
        return max(1, os.get_terminal_size(stream.fileno()).columns)
    except (OSError, ValueError):  # a stand-in for a terminal has no file descriptor
        return 80


def write_table(stream: TextIO, columns: Sequence[Column[T]], rows: Sequence[T], width: int | None) -> None:
    """Write a header and the rows, in full if `width` is None."""
    texts = [[clean(column.text(row)) for column in columns] for row in rows]
    widths = [
        max(text_width(column.title), *(text_width(line[at]) for line in texts), 0)
        for at, column in enumerate(columns)
    ]
    shown = _fit(columns, widths, width)
    for line in ([column.title for column in columns], *texts):
        cells = [_cell(line[at], widths[at], columns[at].right) for at in shown]
        write_line(stream, _GAP.join(cells).rstrip())


def write_line(stream: TextIO, text: str) -> None:
    """Write one line, with `?` for what the stream's encoding does not have."""
    encoding = getattr(stream, "encoding", None)
    if encoding and not text.isascii():
        text = text.encode(encoding, "replace").decode(encoding)
    stream.write(text + "\n")


def text_width(text: str) -> int:
    """The columns that a terminal needs for a text: two for wide characters, none for combining ones."""
    if text.isascii():
        return len(text)
    return sum(map(_character_width, text))


def cut(text: str, width: int) -> str:
    """`text`, or its beginning and an ellipsis if it is wider than `width`."""
    if text_width(text) <= width:
        return text
    kept, room = "", width - 1
    for character in text:
        room -= _character_width(character)
        if room < 0:
            break
        kept += character
    return kept + "…"


def wrap(text: str, width: int, *, first: str = "", rest: str = "") -> list[str]:
    """`text` in lines of at most `width` columns, broken at spaces; a longer word has a line of its own.

    Args:
        text: What to write.
        width: The columns there are.
        first: What the first line begins with.
        rest: What every other line begins with.
    """
    lines, line, is_empty = [], first, True
    for word in text.split(" "):
        if not is_empty and text_width(line) + 1 + text_width(word) > width:
            lines.append(line)
            line, is_empty = rest, True
        line += word if is_empty else f" {word}"
        is_empty = False
    return [*lines, line.rstrip()]


def _character_width(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _fit(columns: Sequence[Column[T]], widths: list[int], width: int | None) -> list[int]:
    """The columns to show; `widths` becomes narrower where they are cut."""
    shown = list(range(len(columns)))
    if width is None:
        return shown
    while _least(columns, widths, shown) > width:
        going = max(shown, key=lambda at: columns[at].rank)
        if columns[going].rank == 0:
            break
        shown.remove(going)
    while _total(widths, shown) > width:
        cuttable = [at for at in shown if 0 < columns[at].least < widths[at]]
        if not cuttable:
            break
        widths[max(cuttable, key=widths.__getitem__)] -= 1
    return shown


def _least(columns: Sequence[Column[T]], widths: list[int], shown: list[int]) -> int:
    """The width that these columns need when each is cut as far as it may be."""
    return _total([min(w, columns[at].least or w) for at, w in enumerate(widths)], shown)


def _total(widths: list[int], shown: list[int]) -> int:
    return sum(widths[at] for at in shown) + len(_GAP) * (len(shown) - 1)


def _cell(text: str, width: int, right: bool) -> str:
    text = cut(text, width)
    padding = " " * (width - text_width(text))
    return padding + text if right else text + padding
