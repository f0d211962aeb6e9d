"""A port and its sockets in sentences; the values follow with their origins."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sized

from netmon.engine.explain import Explanation, Fact, copy_text, explain
from netmon.engine.explain.holders import holder_facts
from netmon.engine.explain.words import (
    ago,
    ancestry,
    capital,
    holder_subject,
    holder_words,
    names,
    plural,
    source_of,
)
from netmon.engine.state import State
from netmon.model.process import Process
from netmon.model.text import clean
from netmon.model.units import format_rate
from netmon.ports.drift import Drift
from netmon.ports.groups import PortGroup
from netmon.ports.view import PortRow

_NAMED = 8

Telling = tuple[Iterable[str | None], Iterable[Fact]]
"""Sentences, and values."""
Teller = Callable[[PortRow, State], Telling]
"""Something that is to be said of a port or one of its sockets."""


def explain_port(
    row: PortRow, state: State, ancestors: tuple[Process, ...] = (), tellers: Iterable[Teller] = ()
) -> Explanation:
    """A port, or one of several sockets of it, as it is in `state`.

    Args:
        row: What to explain.
        state: The state that it is shown in.
        ancestors: The parents of its process, nearest first; empty while they are not known.
        tellers: What else there is to say, in order; `TELLERS` come first.
    """
    several = row.socket is None and len(row.group.sockets) > 1
    first = _explain_group(row.group, state, ancestors) if several else _explain_socket(row, state, ancestors)
    sentences, facts = [*_farewell(row.group, state), *first.sentences], list(first.facts)
    for teller in (*TELLERS, *tellers):
        more, values = teller(row, state)
        sentences += [clean(sentence) for sentence in more if sentence]
        facts += [Fact(clean(label), clean(value), clean(origin)) for label, value, origin in values]
    return Explanation(tuple(sentences), tuple(facts), row.key)


def copied_port(row: PortRow, state: State) -> str:
    """One line to paste elsewhere; of a port with several sockets all of them, one behind the other."""
    return "; ".join(copy_text(each.listener, state) for each in row.sockets[:_NAMED]) + _more(row.sockets)


def _farewell(group: PortGroup, state: State) -> Iterator[str]:
    """That nothing is bound to a port any more: what follows is how it last was."""
    if group.is_gone and group.drift is not None and group.drift.at is not None:
        port, went = f"{group.port}/{group.protocol}", ago(state, group.drift.at)
        yield f"Nothing is bound to port {port} any more: it went {went}. It last was so:"


def _explain_socket(row: PortRow, state: State, ancestors: tuple[Process, ...]) -> Explanation:
    return explain(row.sockets[0].listener, state, ancestors)


def _explain_group(group: PortGroup, state: State, ancestors: tuple[Process, ...]) -> Explanation:
    sentences = (*_group_sentences(group), ancestry(ancestors))
    facts: list[Fact] = []
    for row in group.sockets[:_NAMED]:
        socket = row.listener.socket
        who = clean(names(row.listener.owner.processes) or holder_words(row.listener.owner))
        facts.append(Fact("socket", f"{socket.local} {who}", source_of(state, "kernel: inet_diag")))
    if len(group.owners) == 1:
        facts += holder_facts(group.owners[0], state)
    cleaned = tuple(Fact(clean(label), clean(value), clean(origin)) for label, value, origin in facts)
    return Explanation(tuple(clean(sentence) for sentence in sentences if sentence), cleaned)


def _group_sentences(group: PortGroup) -> Iterator[str]:
    where = f"port {group.port}/{group.protocol}"
    count = plural(len(group.sockets), "socket")
    if len(group.owners) == 1:
        verb = "holds" if len(group.owners[0].processes) <= 1 else "hold"
        yield f"{holder_subject(group.owners[0])} {verb} {where} with {count}."
    else:
        held = "; ".join(holder_words(owner) for owner in group.owners[:_NAMED])
        held += _more(group.owners)
        yield f"{capital(where)} is held by {len(group.owners)} owners with {count}: {held}."
        yield "They do not know of each other: which of them a connection comes to depends on its address."
    bound = ", ".join(group.addresses[:_NAMED])
    yield f"It is bound to {bound}{_more(group.addresses)}."
    if (queue := group.accept_queue) is not None:
        waiting = "No connection waits" if not queue[0] else f"{plural(queue[0], 'connection')} waiting"
        yield f"{waiting} to be accepted on all of them together; the backlogs add up to {queue[1]:,}."


def _more(of: Sized) -> str:
    more = len(of) - _NAMED
    return f" and {more:,} more" if more > 0 else ""


# -- what is said of every port


def _traffic(row: PortRow, state: State) -> Telling:
    if row.group.is_gone or row.group.protocol == "udp":
        return (), ()
    count, received, sent = row.traffic
    if not count:
        return ("No inbound connection is open.",), ()
    pace = f"{format_rate(received)} in and {format_rate(sent)} out now"
    if received is None and sent is None:
        pace = "their rates are unknown"
    return (f"{plural(count, 'inbound connection')} {'is' if count == 1 else 'are'} open: {pace}.",), ()


def _range(row: PortRow, state: State) -> Telling:
    group = row.group
    low, high = state.ephemeral
    told = [Fact("range", f"{group.range}; ephemeral here are {low} to {high}", "ip_local_port_range")]
    if group.range != "ephemeral" or group.protocol == "udp":
        return (), told
    lent = "The kernel lends ports of this range to clients: at the next start of the server it may be taken."
    return (lent,), told


def _drift(row: PortRow, state: State) -> Telling:
    drift = row.group.drift
    return (() if drift is None or drift.change == "gone" else (_drift_sentence(drift, state),)), ()


def _drift_sentence(drift: Drift, state: State) -> str:
    when = "since netmon started" if drift.at is None else ago(state, drift.at)
    was = ", ".join(drift.was)
    if drift.change == "widened":
        return f"It was opened to other addresses {when}: before, it was bound to {was} only."
    if drift.change == "narrowed":
        return f"It was withdrawn from other machines {when}: before, it was bound to {was}."
    return f"It is new: nothing was bound to the port when netmon started; it appeared {when}."


TELLERS: tuple[Teller, ...] = (_drift, _traffic, _range)
"""What is said of every port behind what it is; add to it what else is known of ports."""
