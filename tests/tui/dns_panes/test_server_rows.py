"""The servers as rows, and one of them in words."""

from __future__ import annotations

import pytest

from netmon.resolver.ask import Said
from netmon.resolver.edns import Explanation, Extras
from netmon.resolver.watch import Watched
from netmon.tui.dns_panes.server_rows import explain_server, server_rows, types_of
from tests.dns_answers import ONE, THREE, TWO, failure, outcome, record, replies, said, silence
from tests.resolver.saying import CACHE, OWN, answer, says
from tests.resolver.saying import outcome as lived
from tests.resolver.saying import record as record_of

A, B = record("1"), record("2")


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (said(A, B), "same"),
        (said(B, A), "rotated"),
        (said(A), "different"),
        (said(), "missing"),
        (failure(), "fails"),
        (silence(), "no answer"),
    ],
)
def test_a_cell_is_a_word(answer: Said, word: str) -> None:
    found = outcome(replies(ONE, said(A, B)), replies(TWO, said(A, B)), replies(THREE, answer))
    assert [row.cell("A") for row in server_rows(found, Watched())] == ["same", "same", word]


def test_a_server_alone_is_compared_with_nobody() -> None:
    (row,) = server_rows(outcome(replies(ONE, said(A, B), said(kind="MX"))), Watched())
    assert (row.cell("A"), row.cell("MX"), row.cell("TXT")) == ("2", "none", "–")
    assert (row.ms, row.transport, row.flags) == (5.0, "udp", "RD")


def test_who_has_not_answered_stands_last() -> None:
    found = outcome(replies(ONE, said(A)))._replace(waiting=(TWO,))
    assert [row.cell("A") for row in server_rows(found, Watched())] == ["1", "asking …"]
    assert types_of(found) == ("A",)


def test_the_details_tell_records_explanations_and_who_it_is() -> None:
    extras = Extras(ede=(Explanation(22, "No Reachable Authority", ""),), nsid="pop7")
    watched = Watched(latencies={ONE: (4.0, None, 6.0)})
    (row,) = server_rows(outcome(replies(ONE, said(A, extras=extras))), watched)
    told = explain_server(row)
    assert told.sentences[0] == "192.0.2.1 answered first after 5.0 ms, and was done after 7.0 ms."
    assert told.sentences[1] == "It was asked 3 times and was silent 1 times: 4.0 to 6.0 ms."
    values = [fact.value for fact in told.facts]
    assert "host.example.test. 60 s A 1" in values
    assert "22 No Reachable Authority" in values
    assert "pop7" in values


def test_the_details_of_a_dead_server_are_its_error() -> None:
    (row,) = server_rows(outcome(replies(ONE, silence())), Watched())
    assert explain_server(row).sentences == (
        "192.0.2.1 gave no answer: it was silent until the time was up.",
    )


def test_an_old_answer_is_called_old_and_explained() -> None:
    own, cache = answer(record_of("192.0.2.9")), answer(record_of("192.0.2.1", ttl=99))
    first, second = server_rows(lived(says(OWN, own), says(CACHE, cache)), Watched())
    assert (first.cell("A"), second.cell("A"), second.kind("A")) == ("1", "old", "warn")
    assert explain_server(second).facts[0].value.startswith("old: the zone's own servers say something else")
