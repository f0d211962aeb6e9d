"""The chain and the lives of answers, for people and for programs."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from netmon.output.dns_life import chain_lines, chain_row, lifetime_lines, lifetime_row
from netmon.resolver.aliases.chain import chain_of
from netmon.resolver.lifetimes.ttl import Moment, lifetimes
from tests.resolver.saying import CACHE, NAME, OWN, SOA, alias, answer, outcome, record, says

MOMENT = Moment(1000.0, datetime(2026, 11, 25, 14, 0, tzinfo=UTC).astimezone())


def clock(text: str) -> str:
    """A time of day of 25 November 2026 in UTC, as it is here."""
    at = datetime.fromisoformat(f"2026-11-25T{text}+00:00").astimezone()
    return f"{at:%H:%M:%S}"


def test_old_answers_last_until_a_time_of_day() -> None:
    told = outcome(says(OWN, answer(record("192.0.2.2"))), says(CACHE, answer(record("192.0.2.1", ttl=200))))
    text = " ".join(" ".join(lifetime_lines(told, 80, MOMENT)).split())
    assert "TTL 300, 192.0.2.8 200 s left (differs)" in text
    assert f"old answers may last until {clock('14:03:20')}" in text
    assert f"elsewhere at worst until {clock('14:05:00')}" in text
    assert all(len(line) <= 80 for line in lifetime_lines(told, 80, MOMENT))


def test_without_the_zones_own_servers_there_is_no_such_block() -> None:
    told = outcome(says(CACHE, answer(record("192.0.2.1"))))
    assert list(lifetime_lines(told, 80, MOMENT)) == []
    assert list(chain_lines(told, 80)) == []


def test_an_absence_is_told_once() -> None:
    told = outcome(says(OWN, answer(soa=SOA), answer(kind="MX", soa=SOA)))
    assert list(lifetime_lines(told, 80, MOMENT)) == [
        "", "LIFE", "  that a type is absent may be remembered for 1 min (SOA)",
    ]  # fmt: skip


def test_the_chain_line_by_line() -> None:
    told = outcome(
        says(OWN, answer(alias(NAME, "b.other."))),
        says(CACHE, answer(alias(NAME, "b.other.", 44), record("192.0.2.1", 90, name="b.other."))),
    )
    assert list(chain_lines(told, 80)) == [
        "",
        "CHAIN  1 alias, good for 44 s as a whole",
        "  www.ex.test.  CNAME  44 s left of 300",
        "  b.other.  A 192.0.2.1  90 s left",
    ]


def test_a_chain_without_an_answer_says_how_it_ends() -> None:
    told = outcome(says(CACHE, answer(alias(NAME, "b.other."), rcode="NXDOMAIN")))
    lines = list(chain_lines(told, 80))
    assert lines[3] == "  b.other.  does not exist"
    assert lines[4].startswith("  fail: ")


def test_rows_are_json() -> None:
    told = outcome(
        says(OWN, answer(alias(NAME, "b.other."))), says(CACHE, answer(alias(NAME, "c.other.", 44)))
    )
    row = json.loads(json.dumps(lifetime_row(lifetimes(told)[0], MOMENT)))
    assert (row["configured_ttl"], row["held"][0]["ttl_left"], row["held"][0]["differs"]) == (300, 44, True)
    assert (row["old_until"], row["worst_until"]) == ("2026-11-25T14:00:44.000Z", "2026-11-25T14:05:00.000Z")
    chain = json.loads(json.dumps(chain_row(chain_of(told))))
    assert (chain["end"], chain["effective_ttl"], chain["links"][0]["data"]) == ("no_data", 44, "c.other.")
    assert chain_row(chain_of(outcome(says(CACHE, answer(record("x")))))) is None
