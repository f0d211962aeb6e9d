"""A trace for people: a tree that grows downwards a zone at a time, the answer, and the findings."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import TextIO

from netmon.model.finding import Finding, FindingState
from netmon.model.units import format_rtt
from netmon.output.layout import terminal_width, wrap, write_line
from netmon.resolver.trace.steps import DEAD, LAME, USABLE, Outcome, Trace, TraceCut, TraceServer, TraceStep

WIDTH = 80
_HEAD = 10
"""Columns of a finding's symbol and word."""

_MANY = 4
"""So many servers that fail alike become one line."""

_SYMBOLS = {
    FindingState.OK: "✓",
    FindingState.INFO: "i",
    FindingState.WARN: "⚠",
    FindingState.FAIL: "✕",
    FindingState.UNKNOWN: "?",
}

_WORDS = {
    Outcome.ANSWER: "authoritative answer",
    Outcome.ALIAS: "authoritative alias",
    Outcome.REFERRAL: "referral",
    Outcome.NO_DATA: "authoritative: no such record",
    Outcome.NO_SUCH_NAME: "authoritative: no such name (NXDOMAIN)",
    Outcome.LAME: "lame",
    Outcome.UPWARD: "lame",
    Outcome.SIDEWAYS: "lame",
    Outcome.REFUSED: "lame",
    Outcome.FAILED: "lame",
    Outcome.SILENT: "dead",
    Outcome.UNREACHABLE: "dead",
    Outcome.GARBAGE: "dead",
}


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
            write_line(stream, f"{trace.name} {trace.type}: no record")
    write_line(stream, "")
    for finding in dict.fromkeys(finding for trace in traces for finding in trace.findings):
        _write(stream, _finding(finding, width))
    began = f"Began at the {source}; the system's resolver was not asked."
    _write(stream, wrap(began, width))


def _width(stream: TextIO) -> int:
    return min(terminal_width(stream) or WIDTH, 100)


def _write(stream: TextIO, lines: Sequence[str]) -> None:
    for line in lines:
        write_line(stream, line)


# The tree


def _step(step: TraceStep, width: int) -> Iterator[str]:
    indent = "  " * (_level(step.zone) + 2 * step.depth)
    wanted = f"{step.zone}  {step.name} {step.type}?"
    if step.purpose:
        wanted = f"({_goal(step)}) {wanted}"
    yield from wrap(wanted, width, first=indent, rest=f"{indent}  ")
    for text in _servers(step.servers):
        yield from wrap(text, width, first=f"{indent}  ", rest=f"{indent}    ")
    unasked = step.delegated - len({server.name for server in step.servers})
    if unasked > 0:
        yield f"{indent}  · {unasked} of {step.delegated} servers not asked"
    if step.cut is not None:
        yield from wrap(f"→ {_cut(step.cut)}", width, first=f"{indent}  ", rest=f"{indent}    ")
    elif step.used is None:
        yield f"{indent}  ✕ dead end"


def _level(zone: str) -> int:
    """How far below the root a zone is; names that go deep stop moving to the right."""
    return min(6, 0 if zone == "." else zone.count("."))


def _goal(step: TraceStep) -> str:
    return f"for the address of {step.purpose}"


def _servers(servers: Sequence[TraceServer]) -> Iterator[str]:
    """A line for each server; those of no use that are alike become one line where there are many."""
    groups: dict[tuple[Outcome, str], list[TraceServer]] = {}
    for server in servers:
        groups.setdefault((server.outcome, server.detail), []).append(server)
    for server in servers:
        alike = groups[server.outcome, server.detail]
        if len(alike) < _MANY or server.outcome in USABLE:
            yield _server(server)
        elif server is alike[0]:
            yield f"{_server(server)} (and so {len(alike) - 1} more)"


def _server(server: TraceServer) -> str:
    where = server.name if server.address is None else f"{server.name} {server.address}"
    if server.name == f"{server.address}.":  # the trace began at an address without a name
        where = str(server.address)
    took = "" if server.ms is None else f"  {format_rtt(round(server.ms * 1000))}"
    tcp = " over TCP" if server.transport == "tcp" else ""
    word = _WORDS.get(server.outcome, "not asked")
    detail = f": {server.detail}" if server.detail else ""
    return f"{_mark(server)} {where}{took}{tcp}  {word}{detail}"


def _mark(server: TraceServer) -> str:
    """● has authority, → refers on; the word beside it says the same."""
    if server.outcome in DEAD:
        return "✕"
    if server.outcome in LAME:
        return "⚠"
    if server.address is None:
        return "?"
    return "→" if server.outcome is Outcome.REFERRAL else "●"


def _cut(cut: TraceCut) -> str:
    count = f"{len(cut.servers)} server{'' if len(cut.servers) == 1 else 's'}"
    glue = len({name for name, _ in cut.glue})
    return f"delegates {cut.zone} to {count}, TTL {ttl_text(cut.ttl)}, glue for {glue}"


def ttl_text(seconds: int) -> str:
    """A time to live in the largest unit that says it exactly: `2 d`, `1 h`, `90 s`."""
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds and seconds % size == 0:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


# Below it


def _finding(finding: Finding, width: int) -> list[str]:
    head = f"{_SYMBOLS[finding.state]} {finding.state:<7} "
    lines = _indented(f"{finding.summary} [{finding.check}]", width, head)
    if finding.state is FindingState.OK:
        return lines
    reference = finding.reference and f"({finding.reference})"
    for text in (finding.evidence, finding.why, finding.fix and f"→ {finding.fix}", reference):
        if text:
            lines += _indented(text, width, " " * _HEAD)
    return lines


def _indented(text: str, width: int, first: str) -> list[str]:
    return textwrap.wrap(
        text, width, initial_indent=first, subsequent_indent=" " * _HEAD, break_on_hyphens=False
    )
