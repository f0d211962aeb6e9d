"""The answer of `netmon dns --lint`: for people at 80 columns, and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TextIO

from netmon.model.finding import Finding
from netmon.output.finding_text import WIDTH, finding_lines, finding_row, wrapped
from netmon.output.json_lines import schema, write_object
from netmon.output.layout import terminal_width, write_line
from netmon.output.rows import timestamp
from netmon.resolver.rules.judging import verdict_of


def write_text(stream: TextIO, zone: str, source: str, findings: Sequence[Finding], seen: str = "") -> None:
    """Write the verdict, then the findings with the worst first.

    Args:
        stream: where to.
        zone: the apex of the zone.
        source: what was asked or read.
        findings: in the order in which they are to stand.
        seen: how much of the zone was looked at, in one line; empty for all of a file.
    """
    width = min(terminal_width(stream) or WIDTH, 100)
    verdict = wrapped(f"{zone} ({source}): {verdict_of(findings)}", width, "", "")
    extent = wrapped(seen, width, "", "") if seen else ()
    for line in (*verdict, *extent, "", *finding_lines(findings, width)):
        write_line(stream, line)


def write_json(
    stream: TextIO,
    zone: str,
    source: str,
    findings: Sequence[Finding],
    taken_at: datetime,
    seen: str = "",
) -> None:
    """Write everything as one object; `seen` as for `write_text`."""
    body = {
        "schema": schema("dns"),
        "taken_at": timestamp(taken_at),
        "source": source,
        "zone": zone,
        "seen": seen or None,
        "answers": [],
        "findings": [finding_row(finding) for finding in findings],
    }
    write_object(stream, body)
