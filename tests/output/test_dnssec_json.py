"""A chain of trust as programs read it."""

from __future__ import annotations

import io
import json

from netmon.output.dnssec_json import write_json
from tests.output.trusts import BOGUS, DAY


def test_everything_is_there() -> None:
    stream = io.StringIO()
    write_json(stream, BOGUS, "www.test", DAY)
    body = json.loads(stream.getvalue())
    assert [body[key] for key in ("schema", "asked", "name", "type", "status", "rcode")] == [
        "netmon/dns/1", "www.test", "www.test.", "A", "bogus", "NOERROR",
    ]  # fmt: skip
    assert (body["source"], body["answers"][0]["records"]) == ("built-in anchor", body["records"])
    assert [(row["rcode"], row["error"]) for row in body["answers"]] == [("NOERROR", None)]
    assert body["taken_at"].startswith("2026-11-25T12:00:00")
    assert body["reason"] == body["findings"][0]["summary"] == "its signature expired 2d ago"
    assert body["records"] == [{"name": "www.test.", "ttl": 300, "type": "A", "data": "192.0.2.1"}]
    keys, same, answer = body["steps"]
    assert keys["keys"] == [
        {
            "tag": 7,
            "algorithm": "ED25519",
            "role": "KSK",
            "bits": None,
            "is_trusted": True,
            "is_revoked": False,
        }
    ]
    assert keys["ds"][0]["digest"] == "AB"
    assert [each["verified"] for each in keys["signatures"]] == [True, None]
    assert (keys["ms"], keys["server"], same["server"]) == (1.5, "192.0.2.53", None)
    assert answer["signatures"][0]["verified"] is False
    assert answer["signatures"][0]["expiration"].startswith("2026-12-25T12:00:00")
