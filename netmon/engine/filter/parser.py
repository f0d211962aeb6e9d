"""The filter language of the `/` box and of the command line.

Terms are separated by white space and all of them must hold. A term is a word, a `"quoted word"`, a
`/regular expression/`, an address with a colon in it, or `field:value`; a leading `-` excludes. Commas
inside a value mean "or".
"""

from __future__ import annotations

import re
from collections.abc import Callable

from netmon.engine.filter.fields import field_regex, field_values
from netmon.engine.filter.words import Predicate, address_word, regex_word, text_word
from netmon.model.connection import Connection
from netmon.model.text import clean

_TERM = re.compile(
    r"""
    (?P<exclude>-?)
    (?P<body>
        (?:(?P<field>[A-Za-z]+):)? /(?P<regex>(?:\\.|[^/\\])+)/ (?=\s|\Z)
        | "(?P<quoted>[^"]*)" (?=\s|\Z)
        | (?P<bare>(?:"[^"]*"|[^\s"])+) (?=\s|\Z)
        | (?P<empty>) (?=\s|\Z)
        | (?P<unclosed>.+)
    )""",
    re.VERBOSE | re.DOTALL,
)
_VALUE = re.compile(r'((?:"[^"]*"|[^",])*)(?:,|\Z)')


class FilterError(ValueError):
    """A filter that cannot be understood; the message is one line that names the term.

    Attributes:
        term: The term as it was typed.
        reason: What is wrong with it.
    """

    def __init__(self, term: str, reason: str) -> None:
        self.term = term
        self.reason = reason
        super().__init__(f"{clean(term, 80)}: {reason}")


class Filter:
    """A parsed filter; an empty one matches everything and is false."""

    __slots__ = ("matches", "terms", "text")

    matches: Callable[[Connection], bool]
    """Whether a connection passes every term."""
    terms: tuple[str, ...]
    """The terms as they were typed."""
    text: str
    """The filter as it was typed."""

    def __init__(self, text: str, terms: tuple[str, ...], predicates: list[Predicate]) -> None:
        self.text = text
        self.terms = terms
        self.matches = _all_of(predicates)

    def __bool__(self) -> bool:
        return bool(self.terms)

    def __repr__(self) -> str:
        return f"Filter({self.text!r})"


def parse_filter(text: str) -> Filter:
    """The filter that `text` says.

    Raises:
        FilterError: a term is not understood.
    """
    terms: list[str] = []
    ranked: list[tuple[int, Predicate]] = []
    position = 0
    while (position := _skip_space(text, position)) < len(text):
        match = _TERM.match(text, position)
        assert match is not None, "the last alternatives take anything"
        terms.append(match[0])
        ranked.append(_term(match))
        position = match.end()
    ranked.sort(key=lambda pair: pair[0])  # stable: the cheap ones first, else as typed
    return Filter(text, tuple(terms), [predicate for _, predicate in ranked])


def _term(match: re.Match[str]) -> tuple[int, Predicate]:
    """The predicate of one term, with its rank by cost."""
    try:
        rank, predicate = _positive(match)
    except ValueError as error:
        raise FilterError(match[0], str(error)) from None
    return rank, _negated(predicate) if match["exclude"] else predicate


def _positive(match: re.Match[str]) -> tuple[int, Predicate]:
    if match["unclosed"] is not None:
        raise ValueError("the quotation mark is not closed")
    if match["regex"] is not None:
        if match["field"]:
            return 2, field_regex(match["field"].lower(), match["regex"])
        return 3, regex_word(match["regex"])
    if match["quoted"] is not None:
        return 1, text_word(_present(match["quoted"]))
    return _bare(match["bare"] or "")


def _bare(text: str) -> tuple[int, Predicate]:
    """An address, `field:value` or a word; quotation marks hide a colon."""
    address = address_word(text)
    if address is not None:
        return 0, address
    field, colon, value = text.partition(":")
    if not colon or '"' in field:
        return 1, text_word(_present(text.replace('"', "")))
    values = [_present(part.replace('"', "")) for part in _split(value)]
    return 0, field_values(field.lower(), values)


def _split(value: str) -> list[str]:
    """The parts of a value between commas that are not quoted."""
    parts, position = [], 0
    while match := _VALUE.match(value, position):
        parts.append(match[1])
        position = match.end()
        if not match[0].endswith(","):
            break
    return parts


def _present(text: str) -> str:
    if not text:
        raise ValueError("a value is missing")
    return text


def _skip_space(text: str, position: int) -> int:
    while position < len(text) and text[position].isspace():
        position += 1
    return position


def _negated(predicate: Predicate) -> Predicate:
    return lambda connection: not predicate(connection)


def _all_of(predicates: list[Predicate]) -> Predicate:
    """One predicate for all; short filters, the usual ones, without a loop."""
    if not predicates:
        return lambda connection: True
    first, *rest = predicates
    if not rest:
        return first
    if len(rest) == 1:
        second = rest[0]
        return lambda connection: first(connection) and second(connection)
    others = _all_of(rest)
    return lambda connection: first(connection) and others(connection)
