"""The answer of the rules, as text and as JSON."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime

from netmon.model.finding import Finding, FindingState
from netmon.output.layout import text_width
from netmon.output.lint_text import write_json, write_text

BAD = Finding(
    "target-is-address",
    FindingState.FAIL,
    "the CNAME of www.example.com. points at 192.0.2.9 " * 3,
    "f:1: www IN CNAME 192.0.2.9.",
    "It is read as a name.",
    "www IN A 192.0.2.9",
    "RFC 1034",
)
ODD = Finding("ttl-differs", FindingState.WARN, "TTLs differ", "f:2")
DARK = Finding("dangling", FindingState.UNKNOWN, "cannot tell", "f:3")
FINE = Finding("mail", FindingState.OK, "no null MX is misused", reference="RFC 7505")


def test_text_fits_80_columns() -> None:
    stream = io.StringIO()
    write_text(stream, "example.com.", "db.example.com", [BAD, FINE])
    lines = stream.getvalue().splitlines()
    assert lines[0] == "example.com. (db.example.com): not sound: 1 fail"
    assert lines[2].startswith("✕ fail    the CNAME of www.example.com.")
    assert lines[-1] == "✓ ok      no null MX is misused [mail]"
    assert max(map(text_width, lines)) <= 80


def test_json() -> None:
    stream = io.StringIO()
    write_json(stream, "example.com.", "f", [BAD, FINE], datetime(2026, 1, 2, tzinfo=UTC))
    body = json.loads(stream.getvalue())
    assert (body["schema"], body["taken_at"]) == ("netmon/dns/1", "2026-01-02T00:00:00.000Z")
    assert (body["zone"], body["source"], body["answers"]) == ("example.com.", "f", [])
    assert [(row["check"], row["state"]) for row in body["findings"]] == [
        ("target-is-address", "fail"),
        ("mail", "ok"),
    ]


def test_of_many_findings_of_one_kind_people_are_told_the_first_and_programs_all() -> None:
    stream, whole = io.StringIO(), io.StringIO()
    seen = "whole zone, 212 records, by transfer from ns1"
    write_text(stream, "example.com.", "f", [ODD] * 60 + [DARK], seen)
    lines = stream.getvalue().splitlines()
    assert seen in lines
    assert sum("⚠" in line for line in lines) == 50
    assert lines[-1] == "… and 10 more [ttl-differs: warn], all of them with --json"
    write_json(whole, "example.com.", "f", [ODD] * 60, datetime(2026, 1, 2, tzinfo=UTC), "only the apex")
    body = json.loads(whole.getvalue())
    assert (len(body["findings"]), body["seen"]) == (60, "only the apex")
