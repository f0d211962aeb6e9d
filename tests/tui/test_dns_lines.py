"""The lines above the views of the DNS tab."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

from netmon.resolver.enquiry import Enquiry
from netmon.resolver.lifetimes.ttl import Moment
from netmon.resolver.server import Server
from netmon.resolver.system.servers import System
from netmon.resolver.watch import Watched, heard
from netmon.tui.dns_lines import introduction, named_text, status, ticks_text, views_text
from netmon.tui.dns_panes.base import Subject
from tests.dns_answers import NAME, ONE, TWO, failure, outcome, record, replies, said, silence
from tests.resolver.saying import CACHE, OWN, answer, says
from tests.resolver.saying import outcome as lived
from tests.resolver.saying import record as record_of

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
MOMENT = Moment(0.0, NOON)


def test_who_is_ticked_stands_first() -> None:
    assert ticks_text({ONE: False, Server("system"): True}).plain == "[x] system  [ ] 192.0.2.1"


def test_who_is_named_behind_a_name_is_asked_alone() -> None:
    assert named_text((ONE, TWO)).plain == "only @192.0.2.1  @192.0.2.2"


def test_the_view_in_view_is_marked_by_more_than_a_colour() -> None:
    assert views_text(["Records", "Servers"], "Servers").plain == " Records  ▸Servers◂"


def test_introduction_says_why_there_are_no_resolvers() -> None:
    assert introduction(System(error="no nameservers")).plain == "✕ no nameservers"
    assert introduction(System((ONE,), ("b.test.",))).plain == (
        "system is 192.0.2.1, with b.test. behind short names"
    )


def test_status_tells_chain_who_answered_and_who_did_not() -> None:
    alias = record("end.", kind="CNAME")
    subject = Subject(1, Enquiry("host"), outcome(replies(ONE, said(alias)), replies(TWO, silence())))
    assert status(subject, None, MOMENT).plain == (
        f"⚠ {NAME} → end. · answered by 192.0.2.1 in 7 ms · 1 did not answer"
    )


def test_status_tells_of_a_long_chain_its_ends() -> None:
    names = [NAME, "b.", "c.", "d."]
    aliases = [record(data, kind="CNAME", name=name) for name, data in pairwise(names)]
    subject = Subject(1, Enquiry("host"), outcome(replies(ONE, said(*aliases))))
    assert f"✓ {NAME} → (2 more) → d. · answered" in status(subject, None, MOMENT).plain


def test_status_of_silence_and_of_those_that_are_waited_for() -> None:
    found = outcome(replies(ONE, silence()))
    assert status(Subject(1, Enquiry("host"), found), None, MOMENT).plain == f"✕ {NAME} · nobody answered"
    waiting = Subject(1, Enquiry("host"), found._replace(waiting=(TWO,)))
    assert status(waiting, None, MOMENT).plain.endswith("waiting for 192.0.2.2 …")


def test_status_tells_failures_from_answers() -> None:
    found = outcome(replies(ONE, said(record("1"))), replies(TWO, failure()))
    told = status(Subject(1, Enquiry("host"), found), None, MOMENT).plain
    assert told == f"⚠ {NAME} · answered by 192.0.2.1 in 7 ms · 1 fails"
    lame = outcome(replies(ONE, failure()), replies(TWO, failure()))
    assert status(Subject(1, Enquiry("host"), lame), None, MOMENT).plain == f"✕ {NAME} · 2 fail"


def test_status_says_when_a_watched_name_is_asked_again_and_what_changed() -> None:
    first, second = (outcome(replies(ONE, said(record(data)))) for data in "12")
    watched = heard(heard(Watched(), first, NOON), second, NOON)
    subject = Subject(1, Enquiry("host"), second, watched)
    assert status(subject, (41.6, False), MOMENT).plain.startswith(
        "✓ watching: asks again in 42 s, 2 changes · "
    )
    assert status(subject, (None, True), MOMENT).plain.startswith("✓ watching: asking again …, 2 changes · ")


def test_status_says_until_when_old_answers_may_last_as_long_as_they_do() -> None:
    found = lived(
        says(OWN, answer(record_of("192.0.2.9"))), says(CACHE, answer(record_of("192.0.2.1", ttl=99)))
    )
    subject = Subject(1, Enquiry("www"), outcome(replies(ONE, said(record("1")))), beside=found)
    until = MOMENT.told(99.0 + (found.replies[1].said[0].answer.received_at or 0.0))
    assert f"⚠ old answers may last until {until} · {found.name} · " in status(subject, None, MOMENT).plain
    assert "old answers" not in status(subject, None, Moment(10_000.0, NOON)).plain


def test_status_says_that_there_is_nothing_only_where_somebody_knows() -> None:
    absent = said()._replace(answer=said().answer._replace(rcode="NXDOMAIN"))
    for answer_, told in (
        (said(), "has no such record"),
        (absent, "does not exist"),
    ):
        subject = Subject(1, Enquiry("host"), outcome(replies(ONE, answer_)))
        assert status(subject, None, MOMENT).plain.startswith(f"✕ {NAME} · {told} · answered by")
    subject = Subject(1, Enquiry("host"), outcome(replies(ONE, failure())))
    assert status(subject, None, MOMENT).plain == f"✕ {NAME} · 1 fails"


def test_who_fails_for_some_types_is_not_all_well() -> None:
    found = outcome(replies(ONE, said(record("1")), failure()))
    told = status(Subject(1, Enquiry("host"), found), None, MOMENT).plain
    assert told == f"⚠ {NAME} · answered by 192.0.2.1 in 7 ms · 1 fails in part"
