"""When a watched name is due, and what has changed: without a clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.resolver.enquiry import Outcome
from netmon.resolver.watch import (
    CHANGES,
    EMPTY_S,
    LATENCIES,
    LEAST_S,
    MOST_S,
    Watched,
    What,
    due_in,
    heard,
)
from tests.dns_answers import ONE, TWO, failure, outcome, record, replies, said, silence

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def after(*rounds: Outcome) -> Watched:
    """What is known after these, a minute apart."""
    watched = Watched()
    for at, each in enumerate(rounds):
        watched = heard(watched, each, NOON + timedelta(minutes=at))
    return watched


def told(watched: Watched) -> list[tuple[str, str, str]]:
    return [(str(each.server), each.what, each.record.data) for each in watched.changes]


def test_the_first_answers_change_nothing() -> None:
    assert told(after(outcome(replies(ONE, said(record("1")))))) == []


def test_a_ttl_that_counts_down_is_no_change() -> None:
    assert told(after(*(outcome(replies(ONE, said(record("1", ttl)))) for ttl in (60, 30, 60)))) == []


def test_an_order_that_turns_is_no_change() -> None:
    both = record("1"), record("2")
    assert told(after(outcome(replies(ONE, said(*both))), outcome(replies(ONE, said(*reversed(both)))))) == []


def test_what_came_and_went_is_told_by_server_with_the_time() -> None:
    old, new = said(record("1")), said(record("2"))
    watched = after(
        outcome(replies(ONE, old), replies(TWO, old)), outcome(replies(ONE, new), replies(TWO, old))
    )
    assert told(watched) == [("192.0.2.1", What.REMOVED, "1"), ("192.0.2.1", What.ADDED, "2")]
    assert {change.at for change in watched.changes} == {NOON + timedelta(minutes=1)}


@pytest.mark.parametrize("nothing", [silence(), failure()])
def test_who_fails_has_lost_nothing_and_is_compared_with_what_it_said_before(nothing: object) -> None:
    broken = outcome(replies(ONE, nothing))  # type: ignore[arg-type]
    before, same, other = (outcome(replies(ONE, said(record(data)))) for data in ("1", "1", "2"))
    assert told(after(before, broken, same)) == []
    assert len(told(after(before, broken, other))) == 2


def test_a_name_that_goes_has_lost_its_records() -> None:
    assert told(after(outcome(replies(ONE, said(record("1")))), outcome(replies(ONE, said())))) == [
        ("192.0.2.1", What.REMOVED, "1")
    ]


def test_an_alias_that_two_types_share_changes_once() -> None:
    old, new = record("old.", kind="CNAME"), record("new.", kind="CNAME")
    rounds = (outcome(replies(ONE, said(r, kind="A"), said(r, kind="AAAA"))) for r in (old, new))
    assert [data for _, _, data in told(after(*rounds))] == ["old.", "new."]


def test_what_is_remembered_has_bounds() -> None:
    rounds = [outcome(replies(ONE, said(record(str(at))))) for at in range(CHANGES + 10)]
    watched = after(*rounds)
    assert len(watched.changes) == CHANGES
    assert watched.changes[-1].record.data == str(CHANGES + 9)
    assert len(watched.latencies[ONE]) == LATENCIES


def test_latencies_are_those_of_the_first_answer_and_none_for_silence() -> None:
    first = outcome(replies(ONE, said(record("1"), ms=9), said(record("1"), kind="AAAA", ms=4)))
    assert after(first, outcome(replies(ONE, silence()))).latencies == {ONE: (4, None)}


def test_due_when_the_first_record_expires() -> None:
    found = outcome(replies(ONE, said(record("1", 60), record("2", 30), at=100.0)))
    assert due_in(after(found), found, 110.0) == 20.0


def test_due_after_a_while_where_there_is_no_record() -> None:
    found = outcome(replies(ONE, said()))
    assert due_in(after(found), found, 0.0) == EMPTY_S


def test_failures_back_off() -> None:
    broken = outcome(replies(ONE, silence()))
    waits = [due_in(after(*[broken] * count), broken, 0.0) for count in range(1, 14)]
    assert waits == sorted(waits)
    assert waits[0] < 5
    assert waits[-1] == MOST_S
    good = outcome(replies(ONE, said(record("1"))))
    assert due_in(after(broken, good), good, 0.0) == 60.0


@given(st.integers(0, 2**31 - 1), st.floats(0, 1e9), st.floats(0, 1e9))
def test_never_too_often_and_never_too_rarely(ttl: int, at: float, now: float) -> None:
    found = outcome(replies(ONE, said(record("1", ttl), at=at)))
    assert LEAST_S <= due_in(after(found), found, now) <= MOST_S


class Counted(str):
    """Data that counts how often it is compared."""

    __slots__ = ()
    compared = 0
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        Counted.compared += 1
        return str.__eq__(self, other)


def test_of_a_thousand_changes_each_is_not_compared_with_all_others() -> None:
    rounds = []
    for at in range(2):
        shared = [record(Counted(f"{at}.{number}")) for number in range(1000)]
        rounds.append(outcome(replies(ONE, said(*shared), said(*shared, kind="AAAA"))))
    Counted.compared = 0
    assert len(after(*rounds).changes) == CHANGES
    assert Counted.compared < 10_000
