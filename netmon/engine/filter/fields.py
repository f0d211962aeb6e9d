"""Terms with a field: which part of a connection each names, and which values it can have."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from netmon.engine.filter.safe_regex import compile_regex, search_any
from netmon.engine.filter.values import AddressTest, NumberTest, address_test, number_test, port_test
from netmon.engine.filter.words import Predicate, remembered
from netmon.model.connection import Connection, Direction
from netmon.model.endpoint import Endpoint
from netmon.model.process import Owner, Process
from netmon.model.socket import SocketState
from netmon.model.text import clean

_PROTOCOLS = {"tcp": "tcp", "udp": "udp"}
_DIRECTIONS = {**{d.value: d.value for d in Direction}, "in": "inbound", "out": "outbound"}
_STATES = {
    **{s.value: s.value for s in SocketState},
    "estab": "established",
    "listening": "listen",
    "syn_received": "syn_recv",
    "fin_wait_1": "fin_wait1",
    "fin_wait_2": "fin_wait2",
    "close": "closed",
    "unconn": "unconnected",
}


def field_values(field: str, values: Sequence[str]) -> Predicate:
    """`field:value,value`: any of the values.

    Raises:
        ValueError: the field is unknown, or it cannot have such a value; with the reason.
    """
    _require(field)
    if field in _CHOICES:
        return _CHOICES[field](values)
    predicates = [_FIELDS[field](value) for value in values]
    if len(predicates) == 1:
        return predicates[0]
    return lambda connection: any(predicate(connection) for predicate in predicates)


def field_regex(field: str, text: str) -> Predicate:
    """`field:/regex/`: the expression on the texts of that field alone.

    Raises:
        ValueError: the field is unknown or the expression unusable; with the reason.
    """
    _require(field)
    pattern = compile_regex(text)
    if field in _OWNER_TEXTS:
        owner_texts = _OWNER_TEXTS[field]
        return _owner(lambda owner: search_any(pattern, owner_texts(owner)))
    texts = _TEXTS[field]
    return lambda connection: search_any(pattern, texts(connection))


def _require(field: str) -> None:
    if field not in _OWNER_TEXTS and field not in _TEXTS:
        known = " ".join((*_OWNER_TEXTS, *_TEXTS))
        raise ValueError(f"there is no field {clean(field, 40)!r}, only {known}; quote it to search for it")


# What an owner says


def _processes(owner: Owner) -> tuple[Process, ...]:
    return owner.processes + owner.former


def _users(owner: Owner) -> list[str]:
    holders: list[Owner | Process] = [owner, *_processes(owner)]
    return [text for h in holders for text in (h.user, None if h.uid is None else str(h.uid)) if text]


def _units(owner: Owner) -> list[str]:
    holders: list[Owner | Process] = [owner, *_processes(owner)]
    return [holder.unit for holder in holders if holder.unit]


_OWNER_TEXTS: Mapping[str, Callable[[Owner], list[str]]] = {
    "proc": lambda owner: [process.name for process in _processes(owner)],
    "pid": lambda owner: [str(process.pid) for process in _processes(owner)],
    "user": _users,
    "unit": _units,
}


def _owner(test: Callable[[Owner], bool]) -> Predicate:
    holds = remembered(test)
    return lambda connection: holds(connection.owner)


def _process(test: Callable[[Process], bool]) -> Predicate:
    """A test of each process that holds the socket, or held it."""
    holds = remembered(test)

    def matches(connection: Connection) -> bool:
        owner = connection.owner
        for process in owner.processes + owner.former if owner.former else owner.processes:
            if holds(process):
                return True
        return False

    return matches


def _proc(value: str) -> Predicate:
    part = value.casefold()
    return _process(lambda process: part in process.name.casefold())


def _pid(value: str) -> Predicate:
    test = number_test(value)
    return _process(lambda process: test(process.pid))


def _part_of(texts: Callable[[Owner], list[str]], value: str) -> Predicate:
    part = value.casefold()
    return _owner(lambda owner: any(part in text.casefold() for text in texts(owner)))


def _user(value: str) -> Predicate:
    """Part of a login name; a number is a whole uid."""
    if value.isdigit():
        return _owner(lambda owner: value in _users(owner))
    return _part_of(_users, value)


# What a socket says


def _ends(connection: Connection) -> list[Endpoint]:
    return _local(connection) + _remote(connection)


def _local(connection: Connection) -> list[Endpoint]:
    return [connection.socket.local]


def _remote(connection: Connection) -> list[Endpoint]:
    remote = connection.socket.remote
    return [] if remote is None else [remote]


_TEXTS: Mapping[str, Callable[[Connection], list[str]]] = {
    "port": lambda c: [str(end.port) for end in _ends(c)],
    "lport": lambda c: [str(end.port) for end in _local(c)],
    "rport": lambda c: [str(end.port) for end in _remote(c)],
    "addr": lambda c: [end.address for end in _ends(c)],
    "laddr": lambda c: [end.address for end in _local(c)],
    "raddr": lambda c: [end.address for end in _remote(c)],
    "state": lambda c: [c.socket.state],
    "dir": lambda c: [c.direction],
    "proto": lambda c: [c.socket.protocol],
}


def _port(test: NumberTest) -> Predicate:
    def matches(connection: Connection) -> bool:
        socket = connection.socket
        return test(socket.local.port) or (socket.remote is not None and test(socket.remote.port))

    return matches


def _rport(test: NumberTest) -> Predicate:
    def matches(connection: Connection) -> bool:
        remote = connection.socket.remote
        return remote is not None and test(remote.port)

    return matches


def _addr(test: AddressTest) -> Predicate:
    def matches(connection: Connection) -> bool:
        socket = connection.socket
        return test(socket.local.address) or (socket.remote is not None and test(socket.remote.address))

    return matches


def _raddr(test: AddressTest) -> Predicate:
    def matches(connection: Connection) -> bool:
        remote = connection.socket.remote
        return remote is not None and test(remote.address)

    return matches


def _lport(test: NumberTest) -> Predicate:
    return lambda connection: test(connection.socket.local.port)


def _laddr(test: AddressTest) -> Predicate:
    return lambda connection: test(connection.socket.local.address)


_FIELDS: Mapping[str, Callable[[str], Predicate]] = {
    "proc": _proc,
    "pid": _pid,
    "user": _user,
    "unit": lambda value: _part_of(_units, value),
    "port": lambda value: _port(port_test(value)),
    "lport": lambda value: _lport(port_test(value)),
    "rport": lambda value: _rport(port_test(value)),
    "addr": lambda value: _addr(address_test(value)),
    "laddr": lambda value: _laddr(address_test(value)),
    "raddr": lambda value: _raddr(address_test(value)),
}


# Fields with a fixed set of words


def _chosen(values: Sequence[str], words: Mapping[str, str], noun: str) -> frozenset[str]:
    chosen = set()
    for value in values:
        word = words.get(value.lower().replace("-", "_"))
        if word is None:
            known = " ".join(dict.fromkeys(words.values()))
            raise ValueError(f"{clean(value, 40)!r} is not a {noun}; there are {known}")
        chosen.add(word)
    return frozenset(chosen)


def _state(values: Sequence[str]) -> Predicate:
    states = _chosen(values, _STATES, "state")
    return lambda connection: connection.socket.state in states


def _direction(values: Sequence[str]) -> Predicate:
    directions = _chosen(values, _DIRECTIONS, "direction")
    return lambda connection: connection.direction in directions


def _protocol(values: Sequence[str]) -> Predicate:
    protocols = _chosen(values, _PROTOCOLS, "protocol")
    return lambda connection: connection.socket.protocol in protocols


_CHOICES: Mapping[str, Callable[[Sequence[str]], Predicate]] = {
    "state": _state,
    "dir": _direction,
    "proto": _protocol,
}
