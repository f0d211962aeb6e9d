"""The answer of `netmon dns ZONE AXFR`: a zone file with who gave it in its comments, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, TextIO

from netmon.model.finding import Finding
from netmon.output.finding_text import finding_row
from netmon.output.json_lines import schema, write_object
from netmon.output.layout import write_line
from netmon.output.rows import timestamp
from netmon.resolver.answer import Record
from netmon.resolver.transfer.result import Attempt


def write_text(stream: TextIO, zone: str, attempts: Sequence[Attempt], findings: Sequence[Finding]) -> None:
    """Write a zone file that servers and their checkers read; all else stands in it as comments."""
    for line in _comments(zone, attempts):
        write_line(stream, f"; {line}")
    for finding in findings:
        write_line(stream, f"; {finding.state.value}: {finding.summary} ({finding.evidence})")
    given = attempts[-1].zone if attempts else None
    for record in given.records if given is not None else ():
        # Not cut or wrapped, as everything else is: it is to be read back.
        stream.write(f"{record_line(record)}\n")


def record_line(record: Record) -> str:
    """A record as a line of a zone file, its names fully qualified."""
    return f"{record.name} {record.ttl} IN {record.type} {record.data}"


def _comments(zone: str, attempts: Sequence[Attempt]) -> Iterator[str]:
    for attempt in attempts:
        if attempt.zone is None:
            yield f"{attempt} {attempt.error}"
            continue
        given = attempt.zone
        yield (
            f"{zone} {len(given.records)} records, serial {given.serial}, from {attempt} over "
            f"{transport(attempt)}, {given.octets} bytes in {given.messages} messages, {attempt.ms:.0f} ms"
        )


def transport(attempt: Attempt) -> str:
    """How the zone came: a server without a scheme is asked over TCP."""
    return "TLS" if attempt.server.scheme == "tls" else "TCP"


def write_json(
    stream: TextIO, zone: str, attempts: Sequence[Attempt], findings: Sequence[Finding], taken_at: datetime
) -> None:
    """Write everything as one object."""
    given = attempts[-1].zone if attempts else None
    body = {
        "schema": schema("dns"),
        "taken_at": timestamp(taken_at),
        "source": "transfer",
        "asked": zone,
        "zone": zone,
        "serial": None if given is None else given.serial,
        "answers": [_attempt_row(attempt) for attempt in attempts],
        "records": [record._asdict() for record in given.records] if given is not None else [],
        "findings": [finding_row(finding) for finding in findings],
    }
    write_object(stream, body)


def _attempt_row(attempt: Attempt) -> dict[str, Any]:
    """One server; its records, if it gave them, stand outside."""
    return {
        "server": attempt.name,
        "address": attempt.address,
        "transport": transport(attempt).lower(),
        "rcode": attempt.rcode,
        "ms": round(attempt.ms, 3),
        "messages": None if attempt.zone is None else attempt.zone.messages,
        "bytes": None if attempt.zone is None else attempt.zone.octets,
        "error": attempt.error or None,
    }
