"""A trace for people: a tree that grows downwards a zone at a time, the answer, and the findings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TextIO

from netmon.model.units import format_rtt
from netmon.output.finding_text import WIDTH, finding_lines
from netmon.output.layout import terminal_width, wrap, write_line
from netmon.resolver.trace.steps import Trace, TraceCut, TraceServer, TraceStep
from netmon.resolver.trace.words import (
    DEAD_END,
    alike,
    delegated_to,
    glue_of,
    goal,
    level,
    mark,
    name_of,
    nothing_of,
    said,
    ttl_text,
    unasked,
)


def write_step(stream: TextIO, step: TraceStep) -> None:
    """Write one step: the zone, its servers that were asked, and where they refer to."""
    width = _width(stream)
    for line in _step(step, width):
        write_line(stream, line)


def write_ends(stream: TextIO, traces: Sequence[Trace], source: str) -> None:
    """Write what stands below the tree: the records of each type, and the findings."""
    width = _width(stream)
    for trace in traces:
        write_line(stream, "")
        for record in trace.records:
            text = f"{record.name}  {record.ttl}  {record.type}  {record.data}"
            _write(stream, wrap(text, width, rest="    "))
        if not trace.records:
            write_line(stream, f"{trace.name} {trace.type}: {nothing_of(trace)}")
    write_line(stream, "")
    findings = tuple(dict.fromkeys(finding for trace in traces for finding in trace.findings))
    _write(stream, finding_lines(findings, width))
    began = f"Where it began: {source}; the system's resolver was not asked."
    _write(stream, wrap(began, width))


def _width(stream: TextIO) -> int:
    return min(terminal_width(stream) or WIDTH, 100)


def _write(stream: TextIO, lines: Iterable[str]) -> None:
    for line in lines:
        write_line(stream, line)


# The tree


def _step(step: TraceStep, width: int) -> Iterator[str]:
    indent = "  " * level(step)
    wanted = f"{step.zone}  {step.name} {step.type}?"
    if goal(step):
        wanted = f"({goal(step)}) {wanted}"
    yield from wrap(wanted, width, first=indent, rest=f"{indent}  ")
    for group in alike(step.servers):
        yield from wrap(_servers(group), width, first=f"{indent}  ", rest=f"{indent}    ")
    if unasked(step):
        yield f"{indent}  {unasked(step)}"
    if step.cut is not None:
        yield from wrap(f"→ {_cut(step.cut)}", width, first=f"{indent}  ", rest=f"{indent}    ")
    elif step.used is None:
        yield f"{indent}  {DEAD_END}"


def _servers(group: Sequence[TraceServer]) -> str:
    """A server; of several that are alike the first."""
    server = group[0]
    where = " ".join(filter(None, (name_of(server), server.address)))
    took = "" if server.ms is None else f"  {format_rtt(round(server.ms * 1000))}"
    tcp = " over TCP" if server.transport == "tcp" else ""
    others = f" (and so {len(group) - 1} more)" if len(group) > 1 else ""
    return f"{mark(server)} {where}{took}{tcp}  {said(server)}{others}"


def _cut(cut: TraceCut) -> str:
    return f"delegates {cut.zone} to {delegated_to(cut)}, TTL {ttl_text(cut.ttl)}, {glue_of(cut)}"
