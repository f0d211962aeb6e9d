"""What fits: strangers' text into an exact number of terminal cells."""

from __future__ import annotations

from rich.cells import get_character_cell_size

from netmon.model.text import clean

ELLIPSIS = "…"

_LIMIT = 4096
"""Characters of a text that are looked at; `clean` cuts the rest."""
_MARKS = 2
"""Combining marks kept on one character: more of them spill over the lines above and below."""
_SELECTORS = dict.fromkeys(range(0xFE00, 0xFE10))
"""Variation selectors, which terminals disagree on: the same emoji is one cell here and two there."""


def printable(text: str) -> str:
    """`text` without anything that a terminal acts on or whose width is in doubt."""
    if len(text) > _LIMIT or not text.isprintable():
        text = clean(text, _LIMIT)
    return text if text.isascii() else text.translate(_SELECTORS)


def fit(text: str, width: int, right: bool = False) -> str:
    """Exactly `width` cells of `text`: cleaned, then padded, or cut with an ellipsis.

    Args:
        text: Anything at all; it is data and never markup.
        width: Cells to fill; none if it is not positive.
        right: Align to the right instead of the left. What is cut is always the end.

    Returns:
        Plain text that occupies `width` cells on the screen.
    """
    if width <= 0:
        return ""
    if len(text) > _LIMIT or not text.isprintable():
        text = clean(text, _LIMIT)
    if not text.isascii():
        return _fit_wide(text.translate(_SELECTORS), width, right)
    if len(text) > width:
        return text[: width - 1] + ELLIPSIS
    return text.rjust(width) if right else text.ljust(width)


def _fit_wide(text: str, width: int, right: bool) -> str:
    """`fit` for text whose characters may take no cell, one or two."""
    used = cut = marks = 0
    kept: list[str] = []
    for character in text:
        size = get_character_cell_size(character)
        marks = 0 if size else marks + 1
        if marks > _MARKS:
            continue
        if used + size > width:
            text, used = "".join(kept[:cut]) + ELLIPSIS, _cells(kept[:cut]) + 1
            break
        kept.append(character)
        used += size
        if used < width:
            cut = len(kept)  # as far as this, the ellipsis still fits behind it
    else:
        text = "".join(kept)
    padding = " " * (width - used)
    return padding + text if right else text + padding


def _cells(characters: list[str]) -> int:
    return sum(map(get_character_cell_size, characters))
