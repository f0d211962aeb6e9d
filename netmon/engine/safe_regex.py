"""Regular expressions from the filter box, refused where Python's `re` could search for ever.

`re` cannot be interrupted and holds the interpreter while it searches, so one bad expression would
freeze every view. An expression is therefore weighed before it is used, and what it is matched on is
bounded by `HAYSTACK_LIMIT` (see `search_any`).
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable

HAYSTACK_LIMIT = 256
"""Characters of one field that an expression is matched on."""

_PATTERN_LIMIT = 200
_WEIGHT_LIMIT = 10.0
"""Enough for an IPv6 address in groups, `([0-9a-f]{1,4}:){7}…`, or for three `.*`."""
_MANY = 10
"""From this many repetitions on, a repeated repetition counts as endless."""

_PIECE = re.compile(
    r"(?P<open>\((?:\?(?:P<\w+>|<[=!]|[:=!>]|[a-zA-Z-]+:))?)"
    r"|(?P<close>\))"
    r"|(?P<bar>\|)"
    r"|(?P<repeat>[*+?]|\{(?=[\d,])\d*,?\d*\})[?+]?"
    r"|(?P<wide>\.|\\[SWD]|\[\^\]?(?:\\.|[^\]\\])*\])"
    r"|(?P<atom>\\.|\[\]?(?:\\.|[^\]\\])*\]|.)",
    re.DOTALL,
)


def compile_regex(text: str) -> re.Pattern[str]:
    """The compiled, case-insensitive expression.

    Raises:
        ValueError: it is not an expression, or one that could take very long; with the reason.
    """
    if len(text) > _PATTERN_LIMIT:
        raise ValueError(f"a regular expression may have at most {_PATTERN_LIMIT} characters")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "possible nested set" is about a future Python
            pattern = re.compile(text, re.IGNORECASE)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"not a regular expression: {' '.join(str(error).split())}") from None
    if _weight(text) > _WEIGHT_LIMIT:
        raise ValueError("this regular expression could take very long: repeat less inside repetitions")
    return pattern


def search_any(pattern: re.Pattern[str], texts: Iterable[str]) -> bool:
    """Whether the expression is found in the bounded beginning of any of `texts`."""
    return any(pattern.search(text, 0, HAYSTACK_LIMIT) for text in texts)


def _weight(text: str) -> float:
    """How many ways there are to go wrong: the exponent, roughly, of the longest search.

    A variable repetition weighs 1, one of nearly any character 3, an alternative 1; a repetition
    multiplies what it repeats, and an endless one of something that is not fixed is infinite.
    """
    frames = [0.0]
    last, wide = 0.0, False
    for piece in _PIECE.finditer(text):
        kind = piece.lastgroup
        if kind == "repeat":
            heavier = _repeated(last, wide, piece["repeat"])
            frames[-1] += heavier - last
            last = heavier
            continue
        last, wide = 0.0, kind == "wide"
        if kind == "open":
            frames.append(0.0)
        elif kind == "bar":
            frames[-1] += 1
        elif kind == "close" and len(frames) > 1:
            last = frames.pop()
            frames[-1] += last
    return sum(frames)


def _repeated(inner: float, wide: bool, quantifier: str) -> float:
    low, high = _bounds(quantifier)
    if inner:
        return inner * high if high <= _MANY else float("inf")
    if low == high:
        return 0.0
    return 3.0 if wide and high > 1 else 1.0


def _bounds(quantifier: str) -> tuple[float, float]:
    endless = float("inf")
    if quantifier in "*+?":
        return {"*": (0.0, endless), "+": (1.0, endless), "?": (0.0, 1.0)}[quantifier]
    low, comma, high = quantifier[1:-1].partition(",")
    least = float(low or 0)
    return least, (float(high or endless) if comma else least)
