"""What stands beneath the records."""

from __future__ import annotations

from datetime import UTC, datetime

from netmon.resolver.authority import Authority
from netmon.resolver.edns import Explanation, Extras
from netmon.resolver.enquiry import Outcome
from netmon.resolver.lifetimes.ttl import Moment
from netmon.resolver.questions import questions
from netmon.resolver.system.application import Application
from netmon.resolver.system.scope_source import Scoped
from netmon.resolver.system.scopes import Scope
from netmon.resolver.system.search_list import preview
from netmon.resolver.watch import Watched, heard
from netmon.tui.dns_panes.notes import changes_text, notes
from tests.dns_answers import NAME, ONE, TWO, outcome, record, replies, said, silence
from tests.resolver.saying import CACHE, OWN, answer, says
from tests.resolver.saying import outcome as lived
from tests.resolver.saying import record as record_of

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
MOMENT = Moment(0.0, NOON)


def told(found: Outcome) -> str:
    """What stands there, without that the zone itself was not asked."""
    return "\n".join(
        line
        for line in notes(found, MOMENT).plain.splitlines()
        if not line.startswith("i what the zone's own")
    )


def test_types_of_which_the_same_is_to_be_said_stand_together() -> None:
    found = outcome(replies(ONE, said(record("1")), said(kind="MX"), said(kind="TXT")))
    assert told(found) == "i MX, TXT: host.example.test. has no such record"


def test_a_finding_is_a_symbol_a_word_and_a_sentence() -> None:
    lines = told(outcome(replies(ONE, said(record("1"))), replies(TWO, silence()))).splitlines()
    assert lines[0] == "✕ fail    192.0.2.2 does not answer."
    assert lines[1].startswith("  192.0.2.2 was silent")


def test_explanations_of_servers_are_told_in_words() -> None:
    extras = Extras(ede=(Explanation(3, "Stale Answer", "[/x]"),))
    found = outcome(replies(ONE, said(record("1"), extras=extras)))
    assert told(found) == "i 192.0.2.1: 3 Stale Answer: [/x]"


def test_what_programs_get_and_what_made_it_differ() -> None:
    found = outcome(replies(ONE, said(record("1"))))
    same = found._replace(application=Application(("1",), differs=False))
    assert told(same) == "✓ programs here get 1, as DNS says"
    other = found._replace(application=Application(("2",), differs=True, source="/etc/hosts has 2 for it"))
    assert "⚠ warn    Programs here get something else" in told(other)
    assert "/etc/hosts has 2 for it" in told(other)
    none = found._replace(application=Application(error="no such name"))
    assert told(none) == "? programs here get nothing (getaddrinfo: no such name)"


def test_changes_are_told_the_newest_first() -> None:
    watched = Watched()
    for data in "12":
        watched = heard(watched, outcome(replies(ONE, said(record(data)))), NOON)
    first, second = changes_text(watched.changes).plain.splitlines()
    assert first.endswith("+ added at 192.0.2.1: host.example.test. A 2")
    assert second.endswith("✕ removed at 192.0.2.1: host.example.test. A 1")


def test_who_has_an_old_answer_and_until_when_stands_first() -> None:
    own, cache = answer(record_of("192.0.2.9")), answer(record_of("192.0.2.1", ttl=99))
    found = lived(says(OWN, own), says(CACHE, cache))
    until = MOMENT.told(99.0 + (cache.received_at or 0.0))
    first = notes(found, MOMENT).plain.splitlines()[0]
    assert first.startswith(f"⚠ {CACHE} may say until {until} an old answer (192.0.2.1) for the A of ")
    assert "the zone says 192.0.2.9" in first


def test_it_is_told_how_to_learn_what_the_zone_says_until_it_was_asked() -> None:
    alone = outcome(replies(ONE, said(record("1"))))
    assert "v to Chain" in notes(alone, MOMENT).plain
    assert "v to Chain" not in notes(alone._replace(waiting=(TWO,)), MOMENT).plain
    assert "v to Chain" not in notes(alone._replace(authority=Authority("test.")), MOMENT).plain


def test_a_short_name_tells_in_which_order_it_is_completed() -> None:
    _, names = questions("host", ("A",), ("a.test.", "b.test."), 1)
    found = outcome(replies(ONE, said(record("1"))))._replace(order=preview(names, 1))
    assert told(found) == (
        "i tried in this order: host.a.test., then host.b.test., then host. "
        "(completed with a.test.: 0 dots, fewer than ndots:1)"
    )
    _, alone = questions("host.example.", ("A",), ("a.test.",), 1)
    assert told(found._replace(order=preview(alone, 1))) == ""


def test_where_a_name_goes_and_that_it_is_not_known() -> None:
    scopes = (Scope("eth0", ("192.0.2.1",), default=True), Scope("tun0", ("192.0.2.2",), ("example.test",)))
    found = outcome(replies(ONE, said(record("1"))))
    assert told(found._replace(scoped=Scoped(scopes, "resolvectl"))).endswith(
        f"i {NAME} goes to tun0, which has the domain example.test"
    )
    unknown = Scoped(source="resolvectl status", error="it ended with 1")
    assert told(found._replace(scoped=unknown)) == (
        "? which links have which servers is not known: resolvectl status: it ended with 1"
    )


def test_of_many_addresses_the_first_are_named() -> None:
    many = Application(tuple(f"192.0.2.{n}" for n in range(1, 101)), differs=False)
    found = outcome(replies(ONE, said(record("1"))))._replace(application=many)
    assert told(found).endswith("192.0.2.7, 192.0.2.8 and 92 more, as DNS says")
