"""What is typed to ask: a name, types behind it, `@server` as in dig; checked before any packet leaves."""

from __future__ import annotations

from typing import NamedTuple

from netmon.resolver.enquiry import TYPES
from netmon.resolver.questions import questions
from netmon.resolver.server import Server, parse_server


class Typed(NamedTuple):
    """What was meant."""

    text: str
    """The name or address."""
    types: tuple[str, ...] = TYPES
    servers: tuple[Server, ...] = ()
    """Those that are to be asked instead of the ticked ones; empty where none was named."""


def read_typed(line: str) -> Typed:
    """`example.com MX TXT @1.1.1.1` as a question.

    Raises:
        BadNameError: the name or a type is none.
        BadServerError: a server is none.
    """
    words = line.split()
    servers = tuple(dict.fromkeys(parse_server(word[1:]) for word in words if word.startswith("@")))
    text, *types = [word for word in words if not word.startswith("@")] or [""]
    kinds, _ = questions(text, types or TYPES, (), 1)
    return Typed(text, tuple(dict.fromkeys(kinds)), servers)
