"""Regular expressions from the filter box, refused where Python's `re` could search for ever.

`re` cannot be interrupted and holds the interpreter while it searches, so one bad expression would
freeze every view. An expression is therefore weighed before it is used, and what it is matched on is
bounded by `HAYSTACK_LIMIT` (see `search_any`).
"""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Iterable

HAYSTACK_LIMIT = 256
"""Characters of one field that an expression is matched on."""

_PATTERN_LIMIT = 200
_WEIGHT_LIMIT = 2.5
"""Two endless repetitions and some short ones. Of 40,000 random expressions that pass, the worst took 0.5 s
on texts made to be slow; one repetition more took over a minute."""

_PIECE = re.compile(
    r"(?P<open>\((?:\?(?:P<\w+>|<[=!]|[:=!>]|[a-zA-Z-]+:))?)"
    r"|(?P<close>\))"
    r"|(?P<bar>\|)"
    r"|(?P<repeat>[*+?]|\{(?=[\d,])\d*,?\d*\})[?+]?"
    r"|(?P<atom>\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|.)",
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
    """The exponent, roughly, of the longest search: the ways to go wrong are HAYSTACK_LIMIT ** weight.

    An endless repetition weighs 1, a short one less, an alternative 1 at most; a repetition multiplies
    what it repeats, and an endless one of something that has weight is infinite.
    """
    pieces = list(_PIECE.finditer(text))
    frames = [0.0]
    last, scan = 0.0, 0.0
    for at, piece in enumerate(pieces):
        kind = piece.lastgroup
        if kind == "repeat":
            frames[-1] -= last
            if last == 0.0 and _has_one_end(pieces, at):
                scan = 1.0  # tried once, though to its end; two of these do not multiply
            else:
                last = _repeated(last, piece["repeat"])
            frames[-1] += last
            continue
        last = 0.0
        if kind == "open":
            frames.append(0.0)
        elif kind == "bar":
            frames[-1] += 1
        elif kind == "close" and len(frames) > 1:
            last = frames.pop()
            frames[-1] += last
    return sum(frames) + scan


def _has_one_end(pieces: list[re.Match[str]], at: int) -> bool:
    """Whether a repetition is followed by a character that it cannot itself take, as in `[0-9]+:`.

    There is then one place where it can end, so that nothing is tried twice.
    """
    following = pieces[at + 1 : at + 3]
    repeated = pieces[at - 1] if at else None
    if repeated is None or repeated.lastgroup != "atom" or not following:
        return False
    if len(following) == 2 and following[1].lastgroup == "repeat":
        return False
    literal = _literal(following[0][0])
    try:
        return literal is not None and re.match(repeated[0], literal, re.IGNORECASE) is None
    except re.error:  # a reference to a group that is not in this piece
        return False


def _literal(piece: str) -> str | None:
    """The character that a piece stands for, if it is one and always the same."""
    if len(piece) == 1 and piece not in "^$.()|":
        return piece
    return piece[1] if len(piece) == 2 and piece[0] == "\\" and not piece[1].isalnum() else None


def _repeated(inner: float, quantifier: str) -> float:
    low, high = _bounds(quantifier)
    if inner:
        return inner * min(high, 1000.0)  # as good as infinite, and can still be subtracted
    return min(1.0, math.log(high - low + 1, HAYSTACK_LIMIT))


def _bounds(quantifier: str) -> tuple[float, float]:
    endless = float("inf")
    if quantifier in "*+?":
        return {"*": (0.0, endless), "+": (1.0, endless), "?": (0.0, 1.0)}[quantifier]
    low, comma, high = quantifier[1:-1].partition(",")
    least = float(low or 0)
    return least, (float(high or endless) if comma else least)
