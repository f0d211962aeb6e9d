"""A trace as JSON."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from typing import Any

from netmon.output.trace_rows import write_json
from netmon.resolver.trace.findings import findings_of
from netmon.resolver.trace.steps import Outcome, Trace
from tests.resolver.trace import staged
from tests.resolver.trace.staged import SOUND, step, trace


def body(*traces: Trace) -> dict[str, Any]:
    stream = io.StringIO()
    told = [each._replace(findings=findings_of(each)) for each in traces]
    write_json(stream, told, "built-in hints", datetime(2026, 11, 25, tzinfo=UTC))
    read: dict[str, Any] = json.loads(stream.getvalue())
    return read


def test_the_whole_of_a_sound_trace() -> None:
    said = body(SOUND)
    assert (said["schema"], said["name"], said["source"]) == (
        "netmon/dns/1",
        "www.ex.test.",
        "built-in hints",
    )
    assert said["taken_at"] == "2026-11-25T00:00:00.000Z"
    assert said["answers"] == [
        {
            "type": "A", "server": "192.0.2.53", "address": "192.0.2.53", "flags": [], "ede": [],
            "transport": "udp", "rcode": "NOERROR", "ms": 0.4,
            "outcome": "answer", "error": None,
            "records": [{"name": "www.ex.test.", "ttl": 60, "type": "A", "data": "192.0.2.1"}],
        }
    ]  # fmt: skip
    first, second = said["trace"]
    assert first["delegation"] == {
        "zone": "ex.test.", "ttl": 900, "servers": ["ns.ex.test.", "ns2.ex.test."],
        "glue": [{"name": "ns.ex.test.", "address": "192.0.2.53"}], "missing_glue": [], "ignored_glue": [],
    }  # fmt: skip
    assert (second["zone"], second["used"], second["delegated"], second["delegation"]) == (
        "ex.test.",
        0,
        3,
        None,
    )
    assert second["servers"][0]["authoritative"] is True
    assert [finding["state"] for finding in said["findings"]] == ["ok"]


def test_what_is_not_known_is_null() -> None:
    dead = trace(step(staged.DEAD, zone=".", used=None), outcome=Outcome.DEAD_END, detail="no server")
    said = body(dead)
    (answer,) = said["answers"]
    assert (answer["server"], answer["ms"], answer["rcode"]) == (None, None, None)
    assert answer["error"] == "No root server can be reached from here."
    (server,) = said["trace"][0]["servers"]
    assert (server["ms"], server["authoritative"], server["outcome"]) == (None, None, "silent")


def test_that_there_is_nothing_is_an_answer_and_no_error() -> None:
    said = body(trace(step(staged.GOOD, used=0), outcome=Outcome.NO_SUCH_NAME))
    assert [(row["outcome"], row["error"]) for row in said["answers"]] == [("no_such_name", None)]


def test_a_finding_of_every_type_is_told_once() -> None:
    dead = trace(step(staged.DEAD, zone=".", used=None), outcome=Outcome.DEAD_END, detail="no server")
    assert len(body(dead, dead)["findings"]) == len(body(dead)["findings"])


def test_one_answer_for_each_type() -> None:
    assert [answer["type"] for answer in body(SOUND, SOUND._replace(type="AAAA"))["answers"]] == ["A", "AAAA"]
