"""`$GENERATE`, by which a zone file of BIND stands for a run of records: the words of each of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

LIMIT = 65536
"""Records that one directive may stand for: as many as a /16 has addresses."""

_RANGE = re.compile(r"(\d{1,10})-(\d{1,10})(?:/(\d{1,10}))?", re.ASCII)
_PLACE = re.compile(
    r"""\\(?P<escaped>.) | \$\$
      | \$(?:\{(?P<offset>-?\d{1,10})(?:,(?P<width>\d{1,3})(?:,(?P<base>[doxXnN]))?)?\})?""",
    re.VERBOSE | re.DOTALL | re.ASCII,
)


class GenerateError(Exception):
    """The directive makes no sense; the text completes a sentence about it."""


def expand(arguments: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """The words of each record that the directive stands for, the owner first.

    Args:
        arguments: range, owner, and then as in any record, data of several words in quotes. `$` is the
            number, `${offset,width,base}` the number moved, filled up with zeros and in another base (BIND's
            manual, "The $GENERATE Directive").

    Raises:
        GenerateError: it makes no sense, or stands for too many.
    """
    found = _RANGE.fullmatch(arguments[0])
    if found is None or len(arguments) < 3:
        raise GenerateError("$GENERATE takes a range (1-9 or 0-90/10), a name, a type and its data")
    start, stop, step = int(found[1]), int(found[2]), int(found[3] or 1)
    if step == 0 or stop < start:
        raise GenerateError("the range of $GENERATE is empty or never ends")
    numbers = range(start, stop + 1, step)
    if len(numbers) > LIMIT:
        raise GenerateError(f"$GENERATE stands for {len(numbers)} records, more than {LIMIT} are not judged")
    words = list(arguments[1:])
    if words[-1].startswith('"'):
        words[-1:] = words[-1].strip('"').split()
    return (tuple(_filled(word, number) for word in words) for number in numbers)


def _filled(word: str, number: int) -> str:
    """`word` with the number in each of its places."""
    return _PLACE.sub(lambda place: _value(place, number), word)


def _value(place: re.Match[str], number: int) -> str:
    if place["escaped"]:
        # An escaped dollar is one; any other escape is the name's or the string's.
        return "$" if place["escaped"] == "$" else place.group()
    if place.group() == "$$":
        return "$"
    value, width = number + int(place["offset"] or 0), int(place["width"] or 0)
    base = place["base"] or "d"
    if base in "nN":
        return _nibbles(value, width, base)
    return f"{value:0{width}{base}}" if width else f"{value:{base}}"


def _nibbles(value: int, width: int, base: str) -> str:
    """Hexadecimal digits from the last to the first with dots between, as in ip6.arpa; `width` with dots."""
    digits = f"{value:0{(width + 1) // 2 or 1}{'x' if base == 'n' else 'X'}}"
    return ".".join(reversed(digits))
