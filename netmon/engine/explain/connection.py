"""Everything known of a socket and of who holds it, in words; the values follow with their origins."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from netmon.engine.aggregate import ProcessRow, holder_key
from netmon.engine.explain.course import (
    amount,
    bound_sentence,
    datagram_sentence,
    listener_sentences,
    other_end_sentence,
    pace,
    state_sentence,
    traffic_sentence,
)
from netmon.engine.explain.facts import connection_facts
from netmon.engine.explain.holders import process_row_facts
from netmon.engine.explain.limits import limit_sentences, unread_sentence
from netmon.engine.explain.opening import (
    aborted_sentence,
    closed_sentence,
    direction_sentence,
    opening_sentence,
)
from netmon.engine.explain.port import port_sentences
from netmon.engine.explain.words import (
    Fact,
    ago,
    ancestry,
    holder_subject,
    holder_words,
    moment,
    names,
    plural,
)
from netmon.engine.state import State
from netmon.model.connection import Connection, Direction
from netmon.model.process import Owner, Process
from netmon.model.socket import SocketRecord, SocketState
from netmon.model.text import clean

__all__ = ["Explanation", "Fact", "about_port", "copy_text", "explain", "explain_process", "ss_filter"]

_LISTENERS_NAMED = 8


class Explanation(NamedTuple):
    """What the details show; all of it is cleaned, and none of it is markup."""

    sentences: tuple[str, ...]
    """The first says what it is; the others follow in order of weight."""
    facts: tuple[Fact, ...]
    key: object = None
    """What is explained: equal for the same socket or process at another moment."""


def explain(connection: Connection, state: State, ancestors: tuple[Process, ...] = ()) -> Explanation:
    """A connection, a listener or a UDP socket, as it is in `state`.

    Args:
        connection: What to explain; live or closed.
        state: The state that it is shown in.
        ancestors: The parents of its process, nearest first; empty while they are not known.
    """
    sentences = _sentences(connection, state, ancestors)
    command = f"ss -{connection.socket.protocol[0]}anpi '{ss_filter(connection)}'"
    return _cleaned(sentences, connection_facts(connection, state, command), connection.key)


def explain_process(row: ProcessRow, state: State, ancestors: tuple[Process, ...] = ()) -> Explanation:
    """One holder with the sums of its connections."""
    return _cleaned(_process_sentences(row, state, ancestors), process_row_facts(row, state), row.key)


def about_port(connection: Connection, state: State) -> tuple[str, ...]:
    """What the port of a socket is, in two or three sentences in terms of that socket."""
    return tuple(clean(sentence) for sentence in port_sentences(connection, state))


def copy_text(connection: Connection, state: State) -> str:
    """One line to paste elsewhere: protocol, endpoints, direction, state, process, and when it was so."""
    record, owner = connection.socket, connection.owner
    ends = str(record.local)
    if record.remote is not None:
        unknown = connection.direction is Direction.UNKNOWN
        direction = "direction unknown" if unknown else connection.direction
        ends += f" {_ARROWS[connection.direction]} {record.remote} {direction}"
    who = names(owner.processes) if owner.processes else f"({owner.explain() or 'owner unknown'})"
    when = moment(state, state.monotonic)
    return clean(f"{record.protocol} {ends} {record.state} {who} at {when}")


def ss_filter(connection: Connection) -> str:
    """The filter with which ss(8) shows the same socket."""
    record = connection.socket
    source = f"src = {record.local}"
    return source if record.remote is None else f"{source} and dst = {record.remote}"


_ARROWS = {Direction.OUTBOUND: "->", Direction.INBOUND: "<-", Direction.UNKNOWN: "--"}


def _cleaned(sentences: Iterable[str | None], facts: Iterable[Fact], key: object) -> Explanation:
    """The one place where strangers' text passes on its way out."""
    return Explanation(
        tuple(clean(sentence) for sentence in sentences if sentence),
        tuple(Fact(clean(label), clean(value), clean(origin)) for label, value, origin in facts),
        key,
    )


def _sentences(connection: Connection, state: State, ancestors: tuple[Process, ...]) -> Iterator[str | None]:
    if connection.socket.remote is None:
        yield bound_sentence(connection)
        yield from listener_sentences(connection)
    else:
        first = opening_sentence if connection.closed_at is None else closed_sentence
        yield first(connection, state)
        yield aborted_sentence(connection)
        yield direction_sentence(connection, state)
        yield state_sentence(connection, state)
        yield traffic_sentence(connection)
        yield from limit_sentences(connection, state)
        yield unread_sentence(connection)
        yield other_end_sentence(connection)
    yield datagram_sentence(connection)
    yield from _holders(connection.owner, ancestors)


def _holders(
    owner: Owner, ancestors: tuple[Process, ...], shared: str = "this socket"
) -> Iterator[str | None]:
    if len(owner.processes) > 1:
        yield f"{len(owner.processes)} processes share {shared}: {names(owner.processes)}."
    if not owner.processes:
        yield f"No process can be named: {owner.explain() or 'this source does not tell'}."
    yield ancestry(ancestors)
    if owner.unit and owner.processes:
        yield f"It runs in {owner.unit}."


def _process_sentences(row: ProcessRow, state: State, ancestors: tuple[Process, ...]) -> Iterator[str | None]:
    unknown = row.connections - row.inbound - row.outbound
    parts = [f"{row.inbound:,} inbound", f"{row.outbound:,} outbound"]
    if unknown > 0:
        parts.append(f"{unknown:,} of unknown direction")
    held = plural(row.connections, "connection")
    yield f"{_holding(row.owner, held)}: {', '.join(parts)}."
    yield _process_traffic(row)
    yield f"The newest was first seen {ago(state, row.newest_at)}."
    yield _listening(row, state)
    yield from _holders(row.owner, ancestors, "these sockets")


def _holding(owner: Owner, held: str) -> str:
    if len(owner.processes) > 1:
        return f"{holder_subject(owner)} hold {held}"
    if owner.processes:
        return f"{holder_subject(owner)} holds {held}"
    return f"{held} that {names(owner.former)} held" if owner.former else f"{held} of {holder_words(owner)}"


def _process_traffic(row: ProcessRow) -> str:
    if row.bytes_received is None and row.bytes_sent is None:
        return "Their bytes and rates are unknown: none of them is counted."
    return (
        f"Together they received {amount(row.bytes_received)} and sent {amount(row.bytes_sent)};"
        f" {pace(row.rate_received)} in and {pace(row.rate_sent)} out now."
    )


def _listening(row: ProcessRow, state: State) -> str | None:
    places = [
        _place(listener.socket)
        for listener in state.listeners
        if listener.owner.processes and holder_key(listener.owner) == row.key
    ]
    if not places:
        return None
    more = len(places) - _LISTENERS_NAMED
    rest = f" and {more:,} more" if more > 0 else ""
    return f"Besides: {', '.join(places[:_LISTENERS_NAMED])}{rest}."


def _place(record: SocketRecord) -> str:
    listens = " listening" if record.state is SocketState.LISTEN else ""
    return f"{record.protocol} {record.local}{listens}"
