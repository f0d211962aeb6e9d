"""A chain of trust for other programs: plain values that become JSON."""

from __future__ import annotations

from datetime import datetime
from typing import TextIO

from netmon.output.finding_text import finding_row
from netmon.output.json_lines import schema, write_object
from netmon.output.rows import Row, timestamp
from netmon.resolver.dnssec.verdict import SignatureSeen, StepKind, Trust, TrustStep

_ANSWERING = (StepKind.ANSWER, StepKind.ALIAS, StepKind.DENIAL)


def write_json(
    stream: TextIO, trust: Trust, asked: str, taken_at: datetime, source: str = "built-in anchor"
) -> None:
    """Write one validation as one object of `netmon dns`.

    Args:
        stream: where to.
        trust: the validation.
        asked: what was typed, safe to print.
        taken_at: when it began.
        source: where trust begins.
    """
    body = {
        "schema": schema("dns"),
        "taken_at": timestamp(taken_at),
        "source": source,
        "asked": asked,
        "name": trust.name,
        "type": trust.type,
        "status": trust.status.value,
        "reason": trust.reason,
        "rcode": trust.rcode,
        "answers": [_answer_row(trust)],
        "records": [record._asdict() for record in trust.records],
        "steps": [step_row(step) for step in trust.steps],
        "findings": [finding_row(finding) for finding in trust.findings],
    }
    write_object(stream, body)


def _answer_row(trust: Trust) -> Row:
    """The answer that was judged, and who gave it; its way here is not kept."""
    last = next((step for step in reversed(trust.steps) if step.kind in _ANSWERING), None)
    return {
        "type": trust.type,
        "server": None if last is None else last.server or None,
        "rcode": trust.rcode,
        "ms": None if last is None or last.ms is None else round(last.ms, 3),
        "records": [record._asdict() for record in trust.records],
        "error": trust.reason if trust.rcode is None else None,
    }


def step_row(step: TrustStep) -> Row:
    """One thing that was checked."""
    return {
        "kind": step.kind.value,
        "zone": step.zone,
        "name": step.name,
        "status": step.status.value,
        "summary": step.summary,
        "basis": list(step.basis),
        "keys": [key._asdict() for key in step.keys],
        "ds": [digest._asdict() for digest in step.digests],
        "signatures": [_signature_row(seen) for seen in step.signatures],
        "ms": None if step.ms is None else round(step.ms, 3),
        "server": step.server or None,
    }


def _signature_row(seen: SignatureSeen) -> Row:
    """One signature; `verified` is null where another made it needless to try."""
    row = seen._asdict()
    is_tried = row.pop("is_tried")
    return {
        **row,
        "inception": timestamp(seen.inception),
        "expiration": timestamp(seen.expiration),
        "note": seen.note or None,
        "verified": not seen.note if is_tried else None,
    }
