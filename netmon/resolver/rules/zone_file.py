"""Reads a zone file into a view, and keeps what a server's loader would refuse or tidy away.

A loader stops at two CNAMEs or other data beside one, and makes the TTLs of an RRset equal: those are the
facts that the rules are about. So only the data of each record is parsed with dnspython, never the zone.
"""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from typing import TYPE_CHECKING

from netmon.model.text import clean
from netmon.resolver.rules.generate import LIMIT, GenerateError, expand
from netmon.resolver.rules.view import Entry, Problem, ZoneView, divided
from netmon.resolver.rules.zone_open import DEPTH_LIMIT, Files, ZoneFileError
from netmon.resolver.rules.zone_text import Line, entries

if TYPE_CHECKING:
    import dns.name
    import dns.rdatatype

_CLASSES = {"IN", "CH", "HS", "CS", "ANY"}
_AFFIXES = ("db.", "zone.", "pri.", "named.", "master."), (".zone", ".db", ".txt", ".hosts", ".dns")


_MARK = "it begins with a byte order mark, which servers take for a part of its first word"
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class _LineError(Exception):
    """A line makes no sense; the text completes a sentence about it."""


def read_zone(path: str, origin: str | None = None) -> ZoneView:
    """The zone in a file.

    Args:
        path: of the zone file.
        origin: of names before any `$ORIGIN`; None to go by the name of the file.

    Raises:
        ZoneFileError: the file cannot be read, or holds no record.
    """
    files = Files(path)
    reader = _Reader(files, _guess(files.path.name) if origin is None else _given(origin))
    data = files.main()
    if data.startswith(_WIDE):
        raise ZoneFileError(f"{clean(path, 200)} is UTF-16 text, and zone files are ASCII")
    reader.read(data, clean(str(files.path)), 0)
    if not reader.found:
        why = f": {reader.problems[0].source}: {reader.problems[0].what}" if reader.problems else ""
        raise ZoneFileError(f"{clean(path, 200)} holds no record that could be read{why}")
    return reader.view()


def _given(origin: str) -> dns.name.Name:
    try:
        return _parse_name(origin, None)
    except _LineError as error:
        raise ZoneFileError(f"bad origin: {error}") from None


def _guess(file_name: str) -> dns.name.Name:
    """The zone that a file of this name most likely holds; the root if the name says nothing."""
    front, back = _AFFIXES
    for affix in front:
        file_name = file_name.removeprefix(affix)
    for affix in back:
        file_name = file_name.removesuffix(affix)
    try:
        return _parse_name(file_name, None)
    except _LineError:
        return _parse_name(".", None)


def _parse_name(text: str, origin: dns.name.Name | None) -> dns.name.Name:
    """A name; an origin of None is the root.

    Raises:
        _LineError: it is none.
    """
    import dns.exception
    import dns.name

    try:
        return dns.name.from_text(text, origin if origin is not None else dns.name.root)
    except (dns.exception.DNSException, ValueError) as error:
        raise _LineError(f"{clean(text, 80)} is no name: {_reason(error)}") from None


def _reason(error: Exception) -> str:
    reason = clean(str(error) or type(error).__name__, 160).rstrip(".")
    return reason[:1].lower() + reason[1:]


def _text(name: dns.name.Name) -> str:
    return clean(name.to_text()).lower()


class _Reader:
    """What is in force while a zone file is read (RFC 1035 section 5.1), and what came of it."""

    def __init__(self, files: Files, origin: dns.name.Name) -> None:
        self._files = files
        self._origin = origin
        self._owner: dns.name.Name | None = None
        self._default_ttl: int | None = None
        self._last_ttl: int | None = None
        self._generated = 0
        self.found: list[Entry] = []
        self.problems: list[Problem] = []

    def read(self, data: bytes, source: str, depth: int) -> None:
        """Take in every entry of a file."""
        if data.startswith(codecs.BOM_UTF8):
            self.problems.append(Problem("syntax", f"{source}:1", _MARK))
            data = data.removeprefix(codecs.BOM_UTF8)
        for line in entries(data):
            where = f"{source}:{line.number}"
            try:
                self._take(line, where, depth)
            except (_LineError, ZoneFileError) as error:
                self.problems.append(Problem("syntax", where, str(error)))

    def view(self) -> ZoneView:
        """The zone: at the owner of the SOA, or else of the first record."""
        soa = next((entry for entry in self.found if entry.type == "SOA"), self.found[0])
        inside, outside = divided(soa.name, self.found)
        return ZoneView(soa.name, inside, complete=not self.problems, problems=[*self.problems, *outside])

    def _take(self, line: Line, where: str, depth: int) -> None:
        if line.error:
            raise _LineError(line.error)
        if line.words[0].startswith("$") and not line.same_owner:
            self._direct(line.words, where, depth)
        else:
            self._take_record(line.words, where, same_owner=line.same_owner)

    def _take_record(self, words: Sequence[str], where: str, *, same_owner: bool) -> None:
        rest = list(words)
        if not same_owner:
            self._owner = self._name(rest.pop(0))
        if self._owner is None:
            raise _LineError("it begins with white space, but no name stands before it")
        ttl, kind, data = self._head(rest)
        self._record(self._owner, ttl, kind, data, where)

    def _name(self, word: str) -> dns.name.Name:
        return self._origin if word == "@" else _parse_name(word, self._origin)

    def _head(self, words: Sequence[str]) -> tuple[int | None, str, Sequence[str]]:
        """The TTL, the type and the data: TTL and class may come in either order, or not at all."""
        ttl = None
        for at, word in enumerate(words):
            if word.upper() in _CLASSES and at < 2:
                if word.upper() != "IN":
                    raise _LineError(f"its class is {word.upper()}, and only IN is judged")
            elif word[0].isdigit() and ttl is None and at < 2:
                ttl = self._last_ttl = _ttl(word)
            else:
                return self._ttl(ttl), word, words[at + 1 :]
        raise _LineError("it has no type")

    def _ttl(self, stated: int | None) -> int | None:
        """RFC 2308 section 4: what the record says, or else `$TTL`, or else what the one before says."""
        if stated is not None:
            return stated
        return self._last_ttl if self._default_ttl is None else self._default_ttl

    def _record(
        self, owner: dns.name.Name, ttl: int | None, kind: str, words: Sequence[str], where: str
    ) -> None:
        import dns.exception
        import dns.rdata
        import dns.rdataclass
        import dns.rdatatype

        number = _type(kind)
        try:
            rdata = dns.rdata.from_text(
                dns.rdataclass.IN, number, " ".join(words), self._origin, relativize=False
            )
            data = clean(rdata.to_text())
        except (dns.exception.DNSException, ValueError) as error:
            raise _LineError(
                f"its data is no {dns.rdatatype.to_text(number)} data: {_reason(error)}"
            ) from None
        self.found.append(Entry(_text(owner), ttl, dns.rdatatype.to_text(number), data, where))

    def _direct(self, words: Sequence[str], where: str, depth: int) -> None:
        """Obey `$ORIGIN`, `$TTL`, `$INCLUDE` or `$GENERATE`."""
        directive, arguments = words[0].upper(), words[1:]
        if directive not in ("$ORIGIN", "$TTL", "$INCLUDE", "$GENERATE"):
            raise _LineError(f"{clean(directive, 40)} is not understood: what it stands for is not judged")
        if not arguments:
            raise _LineError(f"{directive} says nothing")
        if directive == "$ORIGIN":
            self._origin = self._name(arguments[0])
        elif directive == "$TTL":
            self._default_ttl = _ttl(arguments[0])
        elif directive == "$GENERATE":
            self._generate(arguments, where)
        else:
            self._include(arguments, depth)

    def _generate(self, arguments: Sequence[str], where: str) -> None:
        """Take in every record that the directive stands for; the owner is afterwards what it was."""
        owner = self._owner
        try:
            for words in expand(arguments):
                self._generated += 1
                if self._generated > LIMIT:
                    raise _LineError(f"more than {LIMIT} records of $GENERATE are not judged")
                self._take_record(words, where, same_owner=False)
        except GenerateError as error:
            raise _LineError(str(error)) from None
        finally:
            self._owner = owner

    def _include(self, arguments: Sequence[str], depth: int) -> None:
        """Read another file; origin and owner are afterwards what they were (RFC 1035 section 5.1)."""
        if depth >= DEPTH_LIMIT:
            raise _LineError(f"$INCLUDE goes deeper than {DEPTH_LIMIT} files")
        name = clean(arguments[0].strip('"'), 200)
        data = self._files.included(name)
        origin, owner = self._origin, self._owner
        if len(arguments) > 1:
            self._origin = self._name(arguments[1])
        self.read(data, name, depth + 1)
        self._origin, self._owner = origin, owner


def _type(word: str) -> dns.rdatatype.RdataType:
    """The type of this name that records can have.

    Raises:
        _LineError: there is none.
    """
    import dns.exception
    import dns.rdatatype

    try:
        number = dns.rdatatype.from_text(word)
    except (dns.exception.DNSException, ValueError):
        raise _LineError(f"there is no record type called {clean(word, 40)}") from None
    if dns.rdatatype.is_metatype(number):
        raise _LineError(f"{clean(word, 40)} is not a type that records have")
    return number


def _ttl(word: str) -> int:
    """Seconds, also from `1h30m`.

    Raises:
        _LineError: it is no TTL.
    """
    import dns.ttl

    try:
        return dns.ttl.from_text(word)
    except dns.ttl.BadTTL:
        raise _LineError(f"{clean(word, 40)} is no TTL") from None
