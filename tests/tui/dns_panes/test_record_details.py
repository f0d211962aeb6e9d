"""A record in words."""

from __future__ import annotations

from netmon.resolver.union import union
from netmon.resolver.watch import Watched
from netmon.tui.dns_panes.record_details import explain_record
from tests.dns_answers import ONE, TWO, outcome, record, replies, said


def test_says_how_long_each_server_still_keeps_it() -> None:
    found = outcome(replies(ONE, said(record("1", 60))), replies(TWO, said(record("1", 20))))
    (row,) = union(found, Watched())
    told = explain_record(row, found, 15.0)
    assert "forget it in 0:00:05" in told.sentences[1]
    assert [(fact.label, fact.value) for fact in told.facts] == [
        ("data", "1"),
        ("192.0.2.1", "45 s of 60 s left"),
        ("192.0.2.2", "5 s of 20 s left"),
    ]


def test_says_that_its_time_is_over_or_that_it_is_gone() -> None:
    found = outcome(replies(ONE, said(record("1", 60))))
    (row,) = union(found, Watched())
    assert "time is over" in explain_record(row, found, 61.0).sentences[1]
    gone = row._replace(record=record("2"), servers=())
    assert "No server gives it any more" in explain_record(gone, found, 1.0).sentences[1]
