"""What Enter tells of a row of a trace: the step, the servers, the delegation, or the record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from netmon.engine.explain import Explanation, Fact
from netmon.model.units import format_rtt
from netmon.resolver.answer import Record
from netmon.resolver.trace.reach import count
from netmon.resolver.trace.steps import TraceCut, TraceServer, TraceStep
from netmon.resolver.trace.words import DEAD_END, delegated_to, goal, mark, name_of, said, ttl_text, unasked
from netmon.tui.dns_panes.trace_rows import TraceRow

_SHOWN = 32
"""Values that are listed; the rest is counted: a stranger's answer may hold thousands."""


def explain_row(row: TraceRow) -> Explanation:
    """A row in words."""
    step = row.step
    if row.servers:
        sentences, facts = _servers(row.servers)
    elif row.record is not None:
        sentences, facts = _record(row.record)
    elif step is None:
        kind, _, nothing = row.says.partition(": ")
        sentences, facts = (f"{kind} of {row.name.lstrip('= ')}: {nothing}",), ()
    elif step.cut is not None and row.is_cut:
        sentences, facts = _cut(step.cut, step)
    else:
        sentences, facts = _step(step)
    return Explanation(sentences, _bounded(facts), row.key)


Told = tuple[tuple[str, ...], tuple[Fact, ...]]


def _bounded(facts: tuple[Fact, ...]) -> tuple[Fact, ...]:
    left = len(facts) - _SHOWN
    return (*facts[:_SHOWN], Fact("…", f"and {left} more", "")) if left > 0 else facts


def _servers(servers: Sequence[TraceServer]) -> Told:
    """A server; of several that are alike what they have in common, and each."""
    server = servers[0]
    if len(servers) > 1:
        each = tuple(Fact(one.name, one.address or "no address", "") for one in servers)
        return (f"{mark(server)} {len(servers)} servers, each {said(server)}",), each
    name = name_of(server) or server.address or ""
    took = "unknown: no answer" if server.ms is None else format_rtt(round(server.ms * 1000))
    facts = (
        Fact("address", server.address or "unknown: nobody gave it", "the referral, or a trace of its own"),
        Fact("time", took, "first packet to answer"),
        Fact("transport", (server.transport or "").upper(), ""),
        Fact("authority", _authority(server.authoritative), "the AA flag"),
        Fact("code", server.rcode or "", "the RCODE"),
        *_records(server.records),
    )
    return (f"{mark(server)} {name}: {said(server)}",), tuple(fact for fact in facts if fact.value)


def _authority(says_so: bool | None) -> str:
    return "" if says_so is None else "it says so" if says_so else "it does not say so"


def _records(records: Sequence[Record]) -> Iterator[Fact]:
    for record in records:
        yield Fact(record.type, f"{record.data}, TTL {ttl_text(record.ttl)}", record.name)


def _cut(cut: TraceCut, step: TraceStep) -> Told:
    """A delegation: its servers, the addresses that came with it, and those that should have."""
    sentences = [
        f"{step.zone} delegates {cut.zone} to {delegated_to(cut)}, for {ttl_text(cut.ttl)} at a time."
    ]
    if cut.missing:
        sentences.append(
            f"⚠ {_are(len(cut.missing))} missing: a server inside the zone that it serves "
            "can be found by glue alone (RFC 9471 section 2.1)."
        )
    if cut.ignored:
        sentences.append(
            f"i Addresses outside {step.zone} came along and are not believed (RFC 2181 section 5.4.1)."
        )
    glue = dict.fromkeys(cut.servers, "")
    for name, address in cut.glue:
        glue[name] = f"{glue.get(name)}, {address}" if glue.get(name) else address
    facts = [
        Fact("server", f"{name} {addresses}".strip(), _whence(name, cut)) for name, addresses in glue.items()
    ]
    return tuple(sentences), tuple(facts)


def _are(number: int) -> str:
    return f"{count(number, 'address')} {'is' if number == 1 else 'are'}"


def _whence(name: str, cut: TraceCut) -> str:
    """Where the address of a name server comes from."""
    if name in cut.missing:
        return "missing glue"
    if name in cut.ignored:
        return "glue not believed"
    return "glue" if any(name == owner for owner, _ in cut.glue) else "no glue: sought by its name"


def _step(step: TraceStep) -> Told:
    """One zone asked one question."""
    wants = f"The servers of {step.zone} are asked for {step.type} of {step.name}"
    # The name at the end has its own dot.
    sentences = [f"{wants}, {goal(step)}" if step.purpose else wants]
    if step.cut is None and step.used is None:
        sentences.append(f"{DEAD_END}: no server of {step.zone} takes the trace further.")
    facts = [
        Fact("asked", count(len(step.servers), "address"), ""),
        Fact("not asked", unasked(step).lstrip("· "), "a: ask every server of each step"),
        Fact("went by", step.result.name if step.result else "", "the first that took the trace further"),
    ]
    return tuple(sentences), tuple(fact for fact in facts if fact.value)


def _record(record: Record) -> Told:
    """A record of the answer."""
    facts = (
        Fact("type", record.type, ""),
        Fact("TTL", ttl_text(record.ttl), "as its own server gives it"),
        Fact("data", record.data, "the last server of the trace"),
    )
    return (f"{record.name} {record.type} {record.data}",), facts
