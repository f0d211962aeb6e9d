"""A transfer as a zone file, and as JSON."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime

from netmon.output.transfer_text import write_json, write_text
from netmon.resolver.answer import Record
from netmon.resolver.server import Server
from netmon.resolver.transfer.judgement import open_to_anybody
from netmon.resolver.transfer.result import Attempt, Zone

LONG = '"' + "x" * 300 + '"'
ZONE = Zone(
    "example.com.",
    (
        Record("example.com.", 300, "SOA", "ns.example.com. h.example.com. 7 2 3 4 5"),
        Record("example.com.", 60, "TXT", LONG),
    ),
    1,
    99,
)
REFUSED = Attempt(
    "ns1.example.com.", Server("tcp", "1.1.1.1", 53), "1.1.1.1", 3.0, None, "refuses", "REFUSED", True
)
GIVEN = Attempt("ns2.example.com.", Server("tls", "1.1.1.2", 853), "1.1.1.2", 12.3, ZONE, "", "NOERROR")
OPEN = [each for each in [open_to_anybody("example.com.", str(GIVEN), "1.1.1.2", 2)] if each is not None]


def test_a_zone_file_whose_comments_say_who_gave_it() -> None:
    out = io.StringIO()
    write_text(out, "example.com.", [REFUSED, GIVEN], OPEN)
    comments = [line for line in out.getvalue().splitlines() if line.startswith("; ")]
    assert comments[:2] == [
        "; ns1.example.com. (1.1.1.1) refuses",
        "; example.com. 2 records, serial 7, from ns2.example.com. (1.1.1.2) over TLS, "
        "99 bytes in 1 messages, 12 ms",
    ]
    assert comments[2].startswith("; info: ns2.example.com. (1.1.1.2) gives all of example.com.")
    assert out.getvalue().splitlines()[3:] == [
        "example.com. 300 IN SOA ns.example.com. h.example.com. 7 2 3 4 5",
        f"example.com. 60 IN TXT {LONG}",
    ]


def test_json() -> None:
    out = io.StringIO()
    write_json(out, "example.com.", [REFUSED, GIVEN], OPEN, datetime(2026, 1, 1, tzinfo=UTC))
    body = json.loads(out.getvalue())
    assert (body["schema"], body["zone"], body["serial"]) == ("netmon/dns/1", "example.com.", 7)
    assert body["records"][1] == {"name": "example.com.", "ttl": 60, "type": "TXT", "data": LONG}
    assert [(a["server"], a["transport"], a["rcode"], a["error"]) for a in body["answers"]] == [
        ("ns1.example.com.", "tcp", "REFUSED", "refuses"),
        ("ns2.example.com.", "tls", "NOERROR", None),
    ]
    assert [finding["check"] for finding in body["findings"]] == ["axfr-open"]


def test_json_where_nobody_gave_it() -> None:
    out = io.StringIO()
    write_json(out, "example.com.", [REFUSED], [], datetime(2026, 1, 1, tzinfo=UTC))
    body = json.loads(out.getvalue())
    assert (body["serial"], body["records"]) == (None, [])
