"""What each name server of a zone says of it: its serial and its NS set, or that it does not serve it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from threading import Event
from typing import NamedTuple

from netmon.model.endpoint import Endpoint
from netmon.resolver.answer import Answer
from netmon.resolver.plain.each import Question, Reply, ask_each
from netmon.resolver.rules.names import within
from netmon.resolver.rules.view import Entry, ServerView

TIMEOUT_S = 5.0
_SERVERS = 26
"""Addresses that are asked: two for each of the 13 names that fit in one answer."""
KINDS = ("SOA", "NS", "A", "AAAA", "CNAME", "MX", "TXT", "DNAME")


class Served(NamedTuple):
    """What the servers of a zone say."""

    servers: tuple[ServerView, ...]
    entries: tuple[Entry, ...]
    """The records of the names asked about, from the server with the newest zone."""


def ask_servers(
    zone: str, name: str, addresses: Mapping[str, Sequence[str]], port: int, stop: Event | None = None
) -> Served:
    """Ask every address of every name server.

    Args:
        zone: the apex.
        name: a name in it whose records are wanted too.
        addresses: of each name server.
        port: where they serve.
        stop: ends it early when it is set.
    """
    pairs = [(server, address) for server, found in sorted(addresses.items()) for address in found][:_SERVERS]
    endpoints = list(dict.fromkeys(Endpoint(address, port) for _, address in pairs))
    soa, ns = Question(zone, "SOA"), Question(zone, "NS")
    replies = {(r.server, r.question): r for r in _patiently([soa, ns], endpoints, stop)}
    servers = tuple(
        _view(server, replies[Endpoint(address, port), soa], replies[Endpoint(address, port), ns])
        for server, address in pairs
    )
    newest = max((each for each in servers if each.authoritative), key=_serial, default=None)
    return Served(servers, _records(zone, name, newest, port, stop) if newest is not None else ())


def _serial(server: ServerView) -> int:
    return server.serial or 0


def _patiently(questions: Sequence[Question], servers: Sequence[Endpoint], stop: Event | None) -> list[Reply]:
    """Ask, and ask those that were silent once more: one lost packet is no verdict."""
    replies = ask_each(questions, servers, TIMEOUT_S, stop)
    silent = list(dict.fromkeys(reply.server for reply in replies if reply.silent))
    again = {(r.server, r.question): r for r in ask_each(questions, silent, TIMEOUT_S, stop)}
    return [again[reply.server, reply.question] if reply.silent else reply for reply in replies]


def _view(name: str, soa: Reply, ns: Reply) -> ServerView:
    address = soa.server.address
    if soa.answer is None:
        # Nobody at that port is an answer; silence and no way to get there are none.
        refused = (soa.error or "").startswith("refused")
        error = "refuses: nothing serves port 53 there" if refused else soa.error or ""
        return ServerView(name, address, False if refused else None, error)
    if error := lameness(soa.answer):
        return ServerView(name, address, False, error)
    fields = next(record.data.split() for record in soa.answer.records if record.type == "SOA")
    records = ns.answer.records if ns.answer is not None and "AA" in ns.answer.flags else ()
    names = frozenset(record.data.lower() for record in records if record.type == "NS")
    return ServerView(name, address, True, "", int(fields[2]), names)


def lameness(answer: Answer) -> str:
    """Why the answer to the question for the SOA is none of a server of the zone; empty if it is one."""
    if answer.rcode != "NOERROR":
        return f"answers {answer.rcode}"
    if "AA" not in answer.flags:
        return "answers without authority (no AA)"
    return "" if any(record.type == "SOA" for record in answer.records) else "has no SOA of it"


def _records(zone: str, name: str, server: ServerView, port: int, stop: Event | None) -> tuple[Entry, ...]:
    """The records of the apex and of a name, each once."""
    questions = [Question(owner, kind) for owner in dict.fromkeys((zone, name)) for kind in KINDS]
    found = {
        Entry(record.name.lower(), record.ttl, record.type, record.data, str(server)): None
        for reply in _patiently(questions, [Endpoint(server.address, port)], stop)
        if reply.answer is not None and "AA" in reply.answer.flags
        for record in reply.answer.records
        if within(record.name.lower(), zone)
    }
    return tuple(found)
