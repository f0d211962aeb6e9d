"""Which names are asked of whom."""

from __future__ import annotations

import time
from collections.abc import Iterator
from threading import Event, Timer

import pytest

from netmon.resolver.ask import GivenUpError
from netmon.resolver.circle import MOST_SERVERS, NobodyError
from netmon.resolver.enquiry import Enquiry, Outcome, enquire
from netmon.resolver.questions import BadNameError
from netmon.resolver.server import Server, parse_server
from tests.resolver.server import Fault, serve
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


@pytest.fixture(scope="module")
def deaf() -> Iterator[Running]:
    """A server that never answers for one name."""
    with serve({"wide.test.": "host 60 A 192.0.2.1"}, {"host.wide.test.": Fault(drop=True)}) as running:
        yield running


def test_an_enquiry_is_given_up_at_once(deaf: Running) -> None:
    stop = Event()
    servers = (parse_server(str(deaf.endpoint)),)
    started = time.monotonic()
    timer = Timer(0.1, stop.set)
    timer.start()
    with pytest.raises(GivenUpError):
        enquire(Enquiry("host.wide.test", ("A",), servers, timeout_s=30), stop=stop)
    timer.join()
    assert time.monotonic() - started < 3


def test_a_name_of_the_search_list_is_not_asked_for_once_given_up(deaf: Running) -> None:
    stop = Event()
    stop.set()
    before = len(deaf.asked)
    with pytest.raises(GivenUpError):
        enquire(Enquiry("host", ("A",), (parse_server(str(deaf.endpoint)),)), stop=stop)
    assert len(deaf.asked) <= before + 1


def test_who_answers_is_told_before_the_dead_ones_are_given_up(wide: Running, deaf: Running) -> None:
    quick, dead = parse_server(str(wide.endpoint)), parse_server(str(deaf.endpoint))
    seen: list[Outcome] = []
    enquiry = Enquiry("host.wide.test", ("A",), (dead, quick), timeout_s=0.5)
    outcome = enquire(enquiry, on_progress=seen.append)
    (early,) = seen
    assert [each.server for each in early.replies] == [quick]
    assert (early.waiting, early.found) == ((dead,), True)
    assert [each.server for each in outcome.replies] == [dead, quick]
    assert outcome.waiting == ()
