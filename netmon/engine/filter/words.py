"""Terms without a field: they are looked for anywhere in a row, the cheapest place first."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from netmon.engine.filter.safe_regex import compile_regex, search_any
from netmon.engine.filter.values import parse_address_word
from netmon.model.connection import Connection, Direction
from netmon.model.process import Owner, Process
from netmon.model.socket import SocketRecord, SocketState

Predicate = Callable[[Connection], bool]
T = TypeVar("T")

HAYSTACK_LIMIT = 4096
"""Characters of a process's text (name, pid, command line) that words are looked for in."""

_REMEMBERED = 16384
_LABELS = tuple(str(label) for label in ("tcp", "udp", *Direction, *SocketState))
_ENDPOINT_CHARACTERS = frozenset("0123456789abcdef.:[]")


def remembered(test: Callable[[T], bool]) -> Callable[[T], bool]:
    """`test`, asked once for each owner or process.

    They stay the same objects while nothing about them changes, so their identity is the key: hashing
    them would cost more than most tests. An entry keeps its object, so that no other gets its identity.
    """
    known: dict[int, tuple[T, bool]] = {}

    def answer(thing: T) -> bool:
        entry = known.get(id(thing))
        if entry is None:
            if len(known) >= _REMEMBERED:
                known.clear()
            entry = known[id(thing)] = (thing, test(thing))
        return entry[1]

    return answer


def text_word(text: str) -> Predicate:
    """A word anywhere, in any case: in the owner or the peer's, an endpoint, a label, a name."""
    word = text.casefold()
    labels = frozenset(label for label in _LABELS if word in label)
    in_owner = _word_in_owner(word)
    in_endpoints = _word_in_endpoints(word)

    def matches(connection: Connection) -> bool:
        socket = connection.socket
        return (
            in_owner(connection.owner)
            or (bool(labels) and _has_label(connection, labels))
            or (in_endpoints is not None and in_endpoints(socket))
            or _name_has(connection, word)
            or (connection.peer is not None and in_owner(connection.peer.owner))
        )

    return matches


def regex_word(text: str) -> Predicate:
    """A regular expression on each item of the row by itself.

    Raises:
        ValueError: the expression is unusable; with the reason.
    """
    pattern = compile_regex(text)
    in_owner = _regex_in_owner(pattern)

    def matches(connection: Connection) -> bool:
        if in_owner(connection.owner) or search_any(pattern, _row_items(connection)):
            return True
        return connection.peer is not None and in_owner(connection.peer.owner)

    return matches


def address_word(text: str) -> Predicate | None:
    """An address with a colon, or a network, on either side; None if `text` is neither."""
    word = parse_address_word(text)
    if word is None:
        return None
    is_address, port = word

    def matches(connection: Connection) -> bool:
        for end in (connection.socket.remote, connection.socket.local):
            if end is not None and (port is None or end.port == port) and is_address(end.address):
                return True
        return False

    return matches


def _has_label(connection: Connection, labels: frozenset[str]) -> bool:
    socket = connection.socket
    return socket.state in labels or connection.direction in labels or socket.protocol in labels


def _word_in_endpoints(word: str) -> Callable[[SocketRecord], bool] | None:
    """A test of both endpoints, or None where no endpoint could have such a word in it."""
    if not _ENDPOINT_CHARACTERS.issuperset(word):
        return None
    if not word.isdigit():
        return lambda s: word in str(s.local) or (s.remote is not None and word in str(s.remote))

    def matches(socket: SocketRecord) -> bool:  # a number is in an address or in a port
        address, port = socket.local
        if word in address or word in str(port):
            return True
        if socket.remote is None:
            return False
        address, port = socket.remote
        return word in address or word in str(port)

    return matches


def _name_has(connection: Connection, word: str) -> bool:
    service, interface = connection.service, connection.interface
    if service is not None and word in service.casefold():
        return True
    return interface is not None and word in interface.casefold()


def _word_in_owner(word: str) -> Callable[[Owner], bool]:
    def search(process: Process) -> bool:
        return word in "\n".join(_items(process))[:HAYSTACK_LIMIT].casefold()

    in_process = remembered(search)

    def found(owner: Owner) -> bool:
        _, _, _, user, unit, former = owner
        for process in owner.processes + former if former else owner.processes:
            if in_process(process):
                return True
        if user is not None and word in user.casefold():
            return True
        return unit is not None and word in unit.casefold()

    return found


def _regex_in_owner(pattern: re.Pattern[str]) -> Callable[[Owner], bool]:
    def search(process: Process) -> bool:
        return search_any(pattern, _items(process))

    in_process = remembered(search)

    def found(owner: Owner) -> bool:
        if any(map(in_process, owner.processes)) or any(map(in_process, owner.former)):
            return True
        return search_any(pattern, (text for text in (owner.user, owner.unit) if text))

    return found


def _items(process: Process) -> list[str]:
    """The texts of a process; the short ones first, so that a limit cuts only the command line."""
    items = (process.name, str(process.pid), process.user, process.unit, " ".join(process.command))
    return [text for text in items if text]


def _row_items(connection: Connection) -> list[str]:
    socket = connection.socket
    items = [str(socket.local), socket.state, socket.protocol, connection.direction]
    items += [str(socket.remote)] if socket.remote else []
    return items + [text for text in (connection.service, connection.interface) if text]
