"""The text of a master file (RFC 1035 section 5) cut into its entries, each with the line it begins on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\f\v]+)
      | (?P<comment>;.*)
      | (?P<open>\()
      | (?P<close>\))
      | (?P<quoted>"(?:\\.|[^"\\])*")
      | (?P<word>(?:\\.|[^ \t\r\f\v;()"\\])+)
      | (?P<bad>.)""",
    re.VERBOSE | re.DOTALL,
)
_HIGH = re.compile(r"\\.|[\x80-\xff]", re.DOTALL)


class Line(NamedTuple):
    """One entry: a record or a directive, or what is wrong with it."""

    number: int
    """Of the line on which it begins, from 1."""
    same_owner: bool
    """Whether it begins with white space, and so belongs to the name before."""
    words: tuple[str, ...]
    """As written, quoted strings with their quotes; bytes outside ASCII as `\\DDD`."""
    error: str = ""
    """Why it makes no sense, in one sentence; `words` is then what was read until there."""


def entries(data: bytes) -> Iterator[Line]:
    """Every entry of a master file; never raises, and looks at no line more than twice."""
    lines = data.decode("latin-1").split("\n")
    at = 0
    while at < len(lines):
        line, at = _entry(lines, at)
        if line.words or line.error:
            yield line


def _entry(lines: list[str], start: int) -> tuple[Line, int]:
    """The entry that begins on a line, and the line behind it."""
    same_owner = lines[start][:1] in (" ", "\t")
    words: list[str] = []
    depth, at = 0, start
    while at < len(lines):
        found, depth_now, error = _words(lines[at], depth)
        if at > start and depth_now > depth:
            # Nobody opens a second group on a later line: the first was never closed. What it took in since
            # is read again as lines of their own, none of which opens a group: so this ends.
            break
        words += found
        depth, at = depth_now, at + 1
        if error:
            return _broken(start, same_owner, words, error), at
        if depth == 0:
            return Line(start + 1, same_owner, tuple(words)), at
    return _broken(start, same_owner, words, "its ( is never closed"), start + 1


def _broken(start: int, same_owner: bool, words: list[str], error: str) -> Line:
    return Line(start + 1, same_owner, tuple(words), error)


def _words(line: str, depth: int) -> tuple[list[str], int, str]:
    """The words of one line, how many groups are open behind it, and what is wrong with it."""
    words: list[str] = []
    key_ends = -1
    for match in _TOKEN.finditer(line):
        kind, text = match.lastgroup, match.group()
        if kind == "quoted" and match.start() == key_ends:
            words[-1] += _HIGH.sub(_escaped, text)
        elif kind in ("word", "quoted"):
            words.append(_HIGH.sub(_escaped, text))
            # `alpn="h2,h3"` is one word (RFC 9460 section 2.1).
            key_ends = match.end() if kind == "word" and text.endswith("=") else -1
        elif kind == "open":
            depth += 1
        elif kind == "close":
            depth -= 1
            if depth < 0:
                return words, 0, "it has a ) without a ("
        elif kind == "bad":
            what = "its quotation is never closed" if text == '"' else "it ends in a backslash"
            return words, 0, what
    return words, depth, ""


def _escaped(match: re.Match[str]) -> str:
    """A byte outside ASCII as the servers read it: as itself, in a name and in a string alike."""
    byte = match.group()[-1]
    return f"\\{ord(byte):03d}" if ord(byte) >= 0x80 else match.group()
