"""A trace for other programs: plain values that become JSON."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TextIO

from netmon.output.dns_json import ede_row
from netmon.output.finding_text import finding_row
from netmon.output.json_lines import schema, write_object
from netmon.output.rows import Row, timestamp
from netmon.resolver.trace.steps import Outcome, Trace, TraceCut, TraceServer, TraceStep


def write_json(
    stream: TextIO, traces: Sequence[Trace], source: str, taken_at: datetime, asked: str = ""
) -> None:
    """Write the traces of one name as one object of `netmon dns`.

    Args:
        stream: Where to.
        traces: One for each type.
        source: Where the trace began: the built-in hints, or a file.
        taken_at: When it began.
        asked: What was typed, safe to print; the name where it is empty.
    """
    body = {
        "schema": schema("dns"),
        "taken_at": timestamp(taken_at),
        "source": source,
        "asked": asked or traces[0].name,
        "name": traces[0].name,
        "answers": [answer_row(trace) for trace in traces],
        "trace": [step_row(step) for trace in traces for step in trace.steps],
        "findings": [
            finding_row(finding)
            for finding in dict.fromkeys(finding for trace in traces for finding in trace.findings)
        ],
    }
    write_object(stream, body)


def answer_row(trace: Trace) -> Row:
    """How the trace for one type ended, in the shape of every answer of `netmon dns`."""
    last = trace.last
    has_told = trace.outcome in (Outcome.ANSWER, Outcome.NO_DATA, Outcome.NO_SUCH_NAME)
    return {
        "type": trace.type,
        "server": None if last is None else last.address,
        "address": None if last is None else last.address,
        "transport": None if last is None else last.transport,
        "rcode": None if last is None else last.rcode,
        "ms": None if last is None else _ms(last.ms),
        "flags": [] if last is None else list(last.flags),
        "ede": [] if last is None else [ede_row(each) for each in last.ede],
        "outcome": trace.outcome.value,
        "records": [record._asdict() for record in trace.records],
        "error": None if has_told else _error(trace),
    }


def _error(trace: Trace) -> str:
    return trace.findings[0].summary if trace.findings else trace.detail


def step_row(step: TraceStep) -> Row:
    """One zone and the servers of it that were asked; `used` is an index into them."""
    return {
        "zone": step.zone,
        "name": step.name,
        "type": step.type,
        "depth": step.depth,
        "purpose": step.purpose or None,
        "delegated": step.delegated,
        "servers": [_server_row(server) for server in step.servers],
        "used": step.used,
        "delegation": None if step.cut is None else _cut_row(step.cut),
    }


def _server_row(server: TraceServer) -> Row:
    return {
        **server._asdict(),
        "outcome": server.outcome.value,
        "detail": server.detail or None,
        "ms": _ms(server.ms),
        "records": [record._asdict() for record in server.records],
        "flags": list(server.flags),
        "ede": [ede_row(each) for each in server.ede],
    }


def _cut_row(cut: TraceCut) -> Row:
    return {
        "zone": cut.zone,
        "ttl": cut.ttl,
        "servers": list(cut.servers),
        "glue": [{"name": name, "address": address} for name, address in cut.glue],
        "missing_glue": list(cut.missing),
        "ignored_glue": list(cut.ignored),
    }


def _ms(ms: float | None) -> float | None:
    return None if ms is None else round(ms, 3)
