"""A process and the ports that it holds in sentences; the values follow with their origins."""

from __future__ import annotations

from collections.abc import Iterator

from netmon.engine.explain import Explanation, Fact
from netmon.engine.explain.holders import holder_facts
from netmon.engine.explain.words import ancestry, holder_subject, names, plural, source_of
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
    pace = f"{format_rate(row.rate_received)} in and {format_rate(row.rate_sent)} out now"
    yield f"{plural(row.inbound, 'connection')} came in and {row.outbound:,} went out: {pace}."
    if not row.owner.processes:
        yield f"No process can be named: {row.owner.explain() or 'this source does not tell'}."
    yield ancestry(ancestors)


def copied_holder(row: ProcessPorts) -> str:
    """One line to paste elsewhere."""
    who = names(row.owner.processes) or f"({row.owner.explain() or 'owner unknown'})"
    return clean(
        f"{who} serves {port_words(row.serves) or 'nothing'}; client of {plural(len(row.client), 'port')}"
    )
