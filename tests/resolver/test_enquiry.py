"""Which names are asked of whom."""

from __future__ import annotations

import pytest

from netmon.resolver.enquiry import MOST_SERVERS, Enquiry, NobodyError, Outcome, enquire
from netmon.resolver.questions import BadNameError
from netmon.resolver.server import Server, parse_server
from tests.resolver.server import Server as Running


def asked(running: Running, text: str, *types: str) -> Outcome:
    """What one server says."""
    return enquire(Enquiry(text, types or ("A",), (parse_server(str(running.endpoint)),), timeout_s=3))


def test_a_named_server_is_asked_for_the_name_as_it_stands(wide: Running) -> None:
    outcome = asked(wide, "host.wide.test")
    assert (outcome.name, outcome.tried, outcome.application) == ("host.wide.test.", (), None)
    assert (outcome.answered, outcome.found) == (True, True)


def test_types_once_in_their_usual_spelling(wide: Running) -> None:
    (replies,) = asked(wide, "host.wide.test", "a", "A", "TYPE65", "TYPE65534").replies
    assert [said.answer.type for said in replies.said] == ["A", "HTTPS", "TYPE65534"]


def test_an_address_asks_for_its_name(wide: Running) -> None:
    outcome = asked(wide, "192.0.2.1")
    assert outcome.name == "1.2.0.192.in-addr.arpa."
    assert [said.answer.type for said in outcome.replies[0].said] == ["PTR"]
    assert (outcome.answered, outcome.found) == (True, False)


def test_no_server_is_asked_twice_and_never_too_many(wide: Running) -> None:
    server = parse_server(str(wide.endpoint))
    assert len(enquire(Enquiry("host.wide.test", ("A",), (server, server))).replies) == 1
    many = tuple(Server("udp", "127.0.0.1", port) for port in range(1, MOST_SERVERS + 2))
    with pytest.raises(NobodyError, match="too many"):
        enquire(Enquiry("a", ("A",), many))


@pytest.mark.parametrize(
    ("text", "kind", "why"),
    [
        ("a..b", "A", "bad name"),
        ("x" * 64, "A", "bad name"),
        ("a", "NOPE", "bad type"),
        ("", "A", "bad name"),
    ],
)
def test_nothing_is_asked_of_anybody_when_the_question_is_wrong(
    wide: Running, text: str, kind: str, why: str
) -> None:
    before = len(wide.asked)
    with pytest.raises(BadNameError, match=why):
        asked(wide, text, kind)
    assert len(wide.asked) == before
