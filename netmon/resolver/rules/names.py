"""Names as text, as zone files present them: lower case, fully qualified, `\\.` inside a label."""

from __future__ import annotations

import re
from functools import lru_cache

_LABEL = re.compile(r"(?:\\.|[^.\\])+", re.DOTALL)


@lru_cache(maxsize=4096)
def labels(name: str) -> tuple[str, ...]:
    """The labels of a fully qualified name without its root; none for the root."""
    return tuple(_LABEL.findall(name))


def joined(parts: tuple[str, ...]) -> str:
    """The fully qualified name of these labels."""
    return ".".join(parts) + "."


def within(name: str, zone: str) -> bool:
    """Whether `name` is `zone` or below it."""
    inner, outer = labels(name), labels(zone)
    return len(inner) >= len(outer) and inner[len(inner) - len(outer) :] == outer


def ancestors(name: str, zone: str) -> list[str]:
    """The names between `name` and `zone`, nearest first; `zone` is the last, `name` is not among them."""
    parts = labels(name)
    return [joined(parts[at:]) for at in range(1, len(parts) - len(labels(zone)) + 1)]


def relative(name: str, zone: str) -> str:
    """`name` as it is written in the file of `zone`: `@`, or without the zone behind it, or in full."""
    if name == zone:
        return "@"
    if not within(name, zone) or zone == ".":
        return name
    parts = labels(name)
    return ".".join(parts[: len(parts) - len(labels(zone))])
