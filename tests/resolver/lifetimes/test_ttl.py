"""How long answers live, by staged answers and without a clock."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.resolver.lifetimes.ttl import Lifetime, Moment, lifetimes, seconds_text
from tests.resolver.saying import CACHE, NAME, OTHER, OWN, SOA, alias, answer, outcome, record, says


def one(*replies: object) -> Lifetime:
    """The only lifetime of an outcome."""
    (found,) = lifetimes(outcome(*replies))  # type: ignore[arg-type]
    return found


def test_without_a_server_of_the_zone_nothing_is_claimed() -> None:
    assert lifetimes(outcome(says(CACHE, answer(record("192.0.2.1"))))) == ()


def test_what_is_left_stands_beside_what_is_configured() -> None:
    found = one(says(OWN, answer(record("192.0.2.1"))), says(CACHE, answer(record("192.0.2.1", ttl=120))))
    assert (found.data, found.configured) == (("192.0.2.1",), 300)
    (held,) = found.held
    assert (held.left, held.differs, held.expires_at) == (120, False, 1120.0)
    assert (found.old_until(), found.worst_after()) == (None, 300)


def test_an_old_answer_lasts_until_the_last_cache_forgets_it() -> None:
    found = one(
        says(OWN, answer(record("192.0.2.2"))),
        says(CACHE, answer(record("192.0.2.1", ttl=120))),
        says(OTHER, answer(record("192.0.2.1", ttl=200))),
    )
    assert [each.server for each in found.old] == ["192.0.2.8", "192.0.2.9"]
    assert found.old_until() == 1200.0
    assert found.worst_after() == 300


def test_the_worst_case_follows_a_ttl_that_was_longer_before() -> None:
    found = one(says(OWN, answer(record("a", ttl=60))), says(CACHE, answer(record("b", ttl=3000))))
    assert found.worst_after() == 3000


def test_what_was_fetched_just_now_is_another_view_and_no_old_answer() -> None:
    found = one(says(OWN, answer(record("192.0.2.2"))), says(CACHE, answer(record("192.0.2.1", ttl=300))))
    assert found.held[0].differs
    assert found.old == ()


def test_an_absence_lives_by_the_lesser_of_ttl_and_last_field_of_the_soa() -> None:
    found = one(says(OWN, answer(soa=SOA)), says(CACHE, answer(rcode="NXDOMAIN", soa=SOA._replace(ttl=17))))
    assert (found.data, found.configured) == ((), 60)
    assert (found.held[0].left, found.held[0].differs) == (17, False)


def test_a_record_that_a_cache_still_thinks_absent() -> None:
    found = one(says(OWN, answer(record("192.0.2.1"))), says(CACHE, answer(soa=SOA._replace(ttl=40))))
    assert (found.held[0].data, found.old_until()) == ((), 1040.0)


def test_an_absence_without_an_soa_is_not_to_be_remembered() -> None:
    found = one(says(OWN, answer()))
    assert found.configured is None
    assert "RFC 2308" in found.reason


def test_of_what_lies_in_other_zones_no_ttl_is_claimed() -> None:
    way = alias(NAME, "x.other.test.")
    there = record("192.0.2.1", name="x.other.test.")
    found = lifetimes(outcome(says(OWN, answer(way)), says(CACHE, answer(way, there))))
    assert [(each.name, each.type, each.configured) for each in found] == [
        (NAME, "CNAME", 300), ("x.other.test.", "A", None),
    ]  # fmt: skip
    assert found[1].held[0].differs is None


def test_a_name_that_became_an_alias() -> None:
    found = lifetimes(
        outcome(says(OWN, answer(alias(NAME, "x.test."))), says(CACHE, answer(record("192.0.2.1", ttl=9))))
    )
    by_type = {each.type: each for each in found}
    assert by_type["A"].held[0].differs


def test_a_resolver_that_says_itself_that_it_is_stale() -> None:
    found = one(says(OWN, answer(record("a"))), says(CACHE, answer(record("b", ttl=30)), stale=True))
    assert found.held[0].stale


def test_the_moment_on_the_other_clock() -> None:
    moment = Moment(1000.0, datetime(2026, 11, 25, 14, 0, tzinfo=UTC))
    assert moment.clock(1200.0) == datetime(2026, 11, 25, 14, 3, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (59.6, "1 min"), (200, "3 min 20 s"), (90000, "1 d 1 h"), (86401, "1 d 1 s")],
)
def test_a_length_of_time_in_words(seconds: float, text: str) -> None:
    assert seconds_text(seconds) == text


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 2**31 - 1)), max_size=6),
    st.integers(0, 2**31 - 1),
)
def test_nothing_old_outlives_what_is_told(held: list[tuple[str, int]], ttl: int) -> None:
    caches = [
        says(CACHE._replace(port=at + 1), answer(record(d, ttl=left))) for at, (d, left) in enumerate(held)
    ]
    found = one(says(OWN, answer(record("a", ttl=ttl))), *caches)
    until = found.old_until()
    assert all(until is not None and each.expires_at <= until for each in found.old)
    assert (found.worst_after() or 0) >= max((left for _, left in held), default=ttl)
