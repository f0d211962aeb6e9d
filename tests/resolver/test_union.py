"""Every record once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from netmon.resolver.enquiry import Outcome
from netmon.resolver.server import Server
from netmon.resolver.union import Row, union
from netmon.resolver.watch import Watched, heard
from tests.dns_answers import NAME, ONE, TWO, outcome, record, replies, said

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def rows(*rounds: Outcome) -> tuple[Row, ...]:
    """What is shown after these."""
    watched = Watched()
    for at, each in enumerate(rounds):
        watched = heard(watched, each, NOON + timedelta(minutes=at))
    return union(rounds[-1], watched)


def test_a_record_of_several_servers_is_one_row_that_expires_with_the_first() -> None:
    (row,) = rows(outcome(replies(ONE, said(record("1", 60))), replies(TWO, said(record("1", 20)))))
    assert row.servers == (ONE, TWO)
    assert (row.left(0.0), row.left(19.5), row.left(25.0)) == (20, 1, 0)
    assert row.record.ttl == 20


def test_along_the_chain_then_in_the_order_asked() -> None:
    alias = record("end.", kind="CNAME")
    address = record("192.0.2.9", name="end.")
    mail = record("10 mx.", kind="MX", name="end.")
    found = rows(outcome(replies(ONE, said(address, mail, alias), said(mail, kind="MX"))))
    assert [row.record.type for row in found] == ["CNAME", "A", "MX"]
    assert found[0].record.name == NAME


def test_what_changed_is_marked_and_what_is_gone_stays_in_sight() -> None:
    before = outcome(replies(ONE, said(record("1"), record("2"))))
    found = {
        row.record.data: row for row in rows(before, outcome(replies(ONE, said(record("2"), record("3")))))
    }
    assert {data: row.mark for data, row in found.items()} == {"1": "closing", "2": "", "3": "changed"}
    assert found["1"].servers == ()


def test_what_came_in_no_other_place_is_new() -> None:
    found = rows(outcome(replies(ONE, said())), outcome(replies(ONE, said(record("1")))))
    assert [row.mark for row in found] == ["new"]


def test_what_one_of_two_servers_lost_has_changed() -> None:
    full, empty = said(record("1")), said()
    found = rows(
        outcome(replies(ONE, full), replies(TWO, full)), outcome(replies(ONE, full), replies(TWO, empty))
    )
    assert [(row.mark, row.servers) for row in found] == [("changed", (ONE,))]


def test_what_came_back_is_no_longer_gone() -> None:
    full, empty = outcome(replies(ONE, said(record("1")))), outcome(replies(ONE, said()))
    assert [row.mark for row in rows(full, empty, full)] == ["new"]


def test_in_the_zone_itself_no_time_runs_out() -> None:
    own = Server("udp", "192.0.2.53", 53, name="ns.test.")
    (alone,) = rows(outcome(replies(own, said(record("1", 60)))))
    assert (alone.expires_at, alone.left(1000.0)) == (None, 60)
    both = replies(own, said(record("1", 30))), replies(ONE, said(record("1", 60)))
    for order in (both, both[::-1]):
        (row,) = rows(outcome(*order))
        assert (row.record.ttl, row.left(10.0)) == (60, 50)
