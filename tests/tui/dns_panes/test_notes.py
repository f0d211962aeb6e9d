"""What stands beneath the records."""

from __future__ import annotations

from datetime import UTC, datetime

from netmon.resolver.edns import Explanation, Extras
from netmon.resolver.system.application import Application
from netmon.resolver.watch import Watched, heard
from netmon.tui.dns_panes.notes import changes_text, notes
from tests.dns_answers import ONE, TWO, outcome, record, replies, said, silence

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def test_types_of_which_the_same_is_to_be_said_stand_together() -> None:
    found = outcome(replies(ONE, said(record("1")), said(kind="MX"), said(kind="TXT")))
    assert notes(found).plain == "i MX, TXT: host.example.test. has no such record"


def test_a_finding_is_a_symbol_a_word_and_a_sentence() -> None:
    lines = notes(outcome(replies(ONE, said(record("1"))), replies(TWO, silence()))).plain.splitlines()
    assert lines[0] == "✕ fail    192.0.2.2 does not answer."
    assert lines[1].startswith("  192.0.2.2 was silent")


def test_explanations_of_servers_are_told_in_words() -> None:
    extras = Extras(ede=(Explanation(3, "Stale Answer", "[/x]"),))
    found = outcome(replies(ONE, said(record("1"), extras=extras)))
    assert notes(found).plain == "i 192.0.2.1: 3 Stale Answer: [/x]"


def test_what_programs_get_and_what_made_it_differ() -> None:
    found = outcome(replies(ONE, said(record("1"))))
    same = found._replace(application=Application(("1",), differs=False))
    assert notes(same).plain == "✓ programs here get 1, as DNS says"
    other = found._replace(application=Application(("2",), differs=True, source="/etc/hosts has 2 for it"))
    assert "⚠ warn    Programs here get something else" in notes(other).plain
    assert "/etc/hosts has 2 for it" in notes(other).plain
    none = found._replace(application=Application(error="no such name"))
    assert notes(none).plain == "? programs here get nothing (getaddrinfo: no such name)"


def test_changes_are_told_the_newest_first() -> None:
    watched = Watched()
    for data in "12":
        watched = heard(watched, outcome(replies(ONE, said(record(data)))), NOON)
    first, second = changes_text(watched.changes).plain.splitlines()
    assert first.endswith("+ added at 192.0.2.1: host.example.test. A 2")
    assert second.endswith("✕ removed at 192.0.2.1: host.example.test. A 1")
