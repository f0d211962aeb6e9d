"""Until when old answers may last, in words."""

from __future__ import annotations

from datetime import UTC, datetime

from netmon.resolver.lifetimes.lasting import old_answers, old_until
from netmon.resolver.lifetimes.ttl import Moment, lifetimes
from tests.resolver.saying import CACHE, OTHER, OWN, SOA, answer, outcome, record, says

NOW = Moment(1010.0, datetime(2026, 1, 1, 12, tzinfo=UTC))
NEW = says(OWN, answer(record("192.0.2.9")))
OLD = says(CACHE, answer(record("192.0.2.1", ttl=99)))


def test_who_has_which_old_answer_until_when_and_how_long_others_may() -> None:
    lives = lifetimes(outcome(NEW, OLD, says(OTHER, answer(record("192.0.2.9", ttl=10)))))
    assert list(old_answers(lives, NOW)) == [
        f"{CACHE} may say until {NOW.told(1099.0)} an old answer (192.0.2.1) for the A of www.ex.test: "
        "the zone says 192.0.2.9; other caches forget it 5 min after the change"
    ]
    assert old_until(lives, NOW) == NOW.told(1099.0)


def test_an_old_absence() -> None:
    absent = says(CACHE, answer(soa=SOA))
    (told,) = old_answers(lifetimes(outcome(NEW, absent)), NOW)
    assert f"{CACHE} may say until {NOW.told(1060.0)} that there is none for the A of" in told


def test_what_had_to_be_forgotten_is_not_told_any_more() -> None:
    lives = lifetimes(outcome(NEW, OLD))
    late = NOW._replace(monotonic=1099.0)
    assert (list(old_answers(lives, late)), old_until(lives, late)) == ([], None)


def test_nothing_is_old_where_all_say_the_same_or_the_zone_was_not_asked() -> None:
    for each in (outcome(NEW, says(CACHE, answer(record("192.0.2.9", ttl=9)))), outcome(OLD)):
        assert list(old_answers(lifetimes(each), NOW)) == []
        assert old_until(lifetimes(each), NOW) is None
