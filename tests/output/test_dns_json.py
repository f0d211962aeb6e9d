"""The answer of `netmon dns` as JSON."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime

from netmon.output.dns_json import answer_row, write_json
from netmon.resolver.answer import Answer, Record
from netmon.resolver.ask import Replies, Said
from netmon.resolver.edns import Explanation, Extras
from netmon.resolver.enquiry import Outcome
from netmon.resolver.server import Server

SERVER = Server("tls", "dns.example", 853)
ALIAS = Record("www.test.", 60, "CNAME", "host.test.")
FLAGS = ("QR", "RA")


def answer(kind: str, *found: Record, rcode: str | None = "NOERROR", ms: float | None = 5.0) -> Answer:
    """One answer."""
    return Answer(kind, found, rcode, ms, None, "tls" if rcode else None, FLAGS if rcode else ())


def replies(*answers: Answer, extras: Extras = Extras()) -> Replies:  # noqa: B008  # frozen
    """What one server said."""
    return Replies(SERVER, "192.0.2.8", tuple(Said(each, extras) for each in answers), 20.0)


def test_every_record_once_and_in_a_stable_order() -> None:
    a, b = Record("host.test.", 60, "A", "192.0.2.1"), Record("host.test.", 60, "A", "192.0.2.2")
    txt = Record("host.test.", 60, "TXT", '"x"')
    for order in ((a, b), (b, a)):
        row = answer_row(replies(answer("TXT", ALIAS, txt), answer("A", ALIAS, *order)))
        assert row["records"] == [record._asdict() for record in (ALIAS, txt, a, b)]


def test_one_server_with_everything_that_it_said() -> None:
    extras = Extras((Explanation(3, "Stale Answer", ""),), "fra1")
    row = answer_row(replies(answer("A", ALIAS), answer("MX", ms=2.0), extras=extras))
    questions = row.pop("questions")
    assert row == {
        "server": "tls://dns.example", "address": "192.0.2.8", "transport": "tls", "rcode": "NOERROR",
        "ms": 2.0, "flags": ["QR", "RA"], "ede": [{"code": 3, "purpose": "Stale Answer", "text": None}],
        "records": [ALIAS._asdict()], "error": None,
    }  # fmt: skip
    assert [(each["type"], each["nsid"]) for each in questions] == [("A", "fra1"), ("MX", "fra1")]


def test_the_question_that_went_wrong_stands_for_the_whole() -> None:
    row = answer_row(replies(answer("A", ALIAS), answer("MX", rcode="SERVFAIL")))
    assert row["rcode"] == "SERVFAIL"
    assert row["records"] == [ALIAS._asdict()]


def test_a_server_without_an_answer_has_its_error() -> None:
    silent = Answer("A", error="was silent until the time was up")
    row = answer_row(replies(silent))
    assert (row["error"], row["transport"], row["ms"]) == (silent.error, "tls", 20.0)
    assert (row["rcode"], row["flags"], row["records"]) == (None, [], [])


def test_the_object() -> None:
    stream = io.StringIO()
    outcome = Outcome("www", "www.test.", (replies(answer("A", ALIAS)),), ("www.a.test.",))
    write_json(stream, outcome, datetime(2026, 1, 2, tzinfo=UTC))
    body = json.loads(stream.getvalue())
    assert (body["schema"], body["taken_at"]) == ("netmon/dns/1", "2026-01-02T00:00:00.000Z")
    assert (body["asked"], body["name"], body["tried"]) == ("www", "www.test.", ["www.a.test."])
    assert (len(body["answers"]), body["application"], body["authority"]) == (1, None, None)
    assert [each["check"] for each in body["findings"]] == ["dns-chain-no-data"]
    assert (body["chain"]["end"], body["lifetimes"]) == ("no_data", [])
