"""The lines above the views of the DNS tab."""

from __future__ import annotations

from datetime import UTC, datetime

from netmon.resolver.enquiry import Enquiry
from netmon.resolver.server import Server
from netmon.resolver.system.servers import System
from netmon.resolver.watch import Watched, heard
from netmon.tui.dns_lines import introduction, named_text, status, ticks_text, views_text
from netmon.tui.dns_panes.base import Subject
from tests.dns_answers import NAME, ONE, TWO, failure, outcome, record, replies, said, silence

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


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
    assert status(subject, None).plain == (
        f"⚠ {NAME} → end. · answered by 192.0.2.1 in 7 ms · 1 did not answer"
    )


def test_status_of_silence_and_of_those_that_are_waited_for() -> None:
    found = outcome(replies(ONE, silence()))
    assert status(Subject(1, Enquiry("host"), found), None).plain == f"✕ {NAME} · nobody answered"
    waiting = Subject(1, Enquiry("host"), found._replace(waiting=(TWO,)))
    assert status(waiting, None).plain.endswith("waiting for 192.0.2.2 …")


def test_status_tells_failures_from_answers() -> None:
    found = outcome(replies(ONE, said(record("1"))), replies(TWO, failure()))
    told = status(Subject(1, Enquiry("host"), found), None).plain
    assert told == f"⚠ {NAME} · answered by 192.0.2.1 in 7 ms · 1 fails"
    lame = outcome(replies(ONE, failure()), replies(TWO, failure()))
    assert status(Subject(1, Enquiry("host"), lame), None).plain == f"✕ {NAME} · 2 fail"


def test_status_says_when_a_watched_name_is_asked_again_and_what_changed() -> None:
    first, second = (outcome(replies(ONE, said(record(data)))) for data in "12")
    watched = heard(heard(Watched(), first, NOON), second, NOON)
    subject = Subject(1, Enquiry("host"), second, watched)
    assert status(subject, (41.6, False)).plain.endswith("watching: asks again in 42 s, 2 changes")
    assert status(subject, (None, True)).plain.endswith("watching: asking again …, 2 changes")
