"""A process and the ports that it holds in sentences; the values follow with their origins."""

from __future__ import annotations

from collections.abc import Iterator

from netmon.engine.explain import Explanation, Fact
from netmon.engine.explain.holders import holder_facts
from netmon.engine.explain.words import ancestry, holder_subject, holder_words, names, plural, source_of
from netmon.engine.state import State
from netmon.model.process import Process
from netmon.model.text import clean
from netmon.model.units import format_rate
from netmon.ports.by_process import ProcessPorts, port_words


def explain_holder(row: ProcessPorts, state: State, ancestors: tuple[Process, ...] = ()) -> Explanation:
    """One holder with its ports."""
    facts = [
        Fact("serves", port_words(row.serves) or "no port", source_of(state, "kernel: inet_diag")),
        Fact("client", port_words(row.client, 64) or "no port", source_of(state, "kernel: inet_diag")),
        *holder_facts(row.owner, state),
    ]
    return Explanation(
        tuple(clean(sentence) for sentence in _holder_sentences(row, state, ancestors) if sentence),
        tuple(Fact(clean(label), clean(value), clean(origin)) for label, value, origin in facts),
        row.key,
    )


def _holder_sentences(
    row: ProcessPorts, state: State, ancestors: tuple[Process, ...]
) -> Iterator[str | None]:
    who = holder_subject(row.owner)
    if row.serves:
        yield f"{who} serves {plural(len(row.serves), 'port')}: {port_words(row.serves, 24)}."
    else:
        yield f"{who} serves no port."
    if row.client:
        lent = f"{plural(len(row.client), 'port')} of the range {state.ephemeral[0]} to {state.ephemeral[1]}"
        yield f"As a client it uses {lent}, which the kernel lends: {port_words(row.client, 8)}."
    if row.others:
        others = plural(len(row.others), "other port")
        yield f"Its sockets are bound to {others} besides: {port_words(row.others, 8)}."
    if row.inbound or row.outbound:
        pace = f"{format_rate(row.rate_received)} in and {format_rate(row.rate_sent)} out now"
        yield f"{plural(row.inbound, 'connection')} came in and {row.outbound:,} went out: {pace}."
    else:
        yield "No connection of it is open."
    if not row.owner.processes:
        yield f"No process can be named: {row.owner.explain() or 'this source does not tell'}."
    yield ancestry(ancestors)


def about_ports(row: ProcessPorts, state: State) -> tuple[str, ...]:
    """What its ports are to a holder: its own to serve on, or lent to it as a client."""
    who = holder_words(row.owner)
    low, high = state.ephemeral
    sentences = []
    if row.serves:
        sentences.append(
            f"{port_words(row.serves, 3)}: there {who} waits for whoever comes, at a port of its choice,"
            " which nobody else gets while it does."
        )
    if row.client:
        sentences.append(
            f"{port_words(row.client, 3)}: ephemeral, lent by the kernel out of {low}–{high} so that {who}"
            " can be the client of somebody; each goes back when its socket closes."
        )
    if row.others:
        sentences.append(
            f"{port_words(row.others, 3)}: the local end of connections that a listener took in, or bound by"
            " choice."
        )
    return tuple(map(clean, sentences))


def copied_holder(row: ProcessPorts) -> str:
    """One line to paste elsewhere."""
    who = names(row.owner.processes) or f"({row.owner.explain() or 'owner unknown'})"
    return clean(
        f"{who} serves {port_words(row.serves) or 'nothing'}; client of {plural(len(row.client), 'port')}"
    )
