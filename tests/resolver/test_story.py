"""The five steps with their values, and with reasons where these are not known."""

from __future__ import annotations

from datetime import UTC, datetime

from netmon.resolver.answer import Answer
from netmon.resolver.authority import Authority
from netmon.resolver.contacts import Contact
from netmon.resolver.enquiry import Outcome
from netmon.resolver.lifetimes.ttl import Moment, lifetimes
from netmon.resolver.story import StepState, StoryStep, story
from netmon.resolver.system.application import Application
from netmon.resolver.trace.steps import Outcome as Result
from netmon.resolver.trace.steps import Trace, TraceCut, TraceServer, TraceStep
from tests.resolver.saying import CACHE, NAME, OWN, answer, outcome, record, says

MOMENT = Moment(1000.0, datetime(2026, 11, 25, 14, 0, tzinfo=UTC))


def told(
    found: Outcome, trace: Trace | None = None, contacts: list[Contact] | None = None
) -> tuple[StoryStep, ...]:
    """The story of an outcome."""
    return story(found, trace, lifetimes(found), contacts, MOMENT)


def traced() -> Trace:
    """The parent refers to ex.test."""
    server = TraceServer("ns.test.", "192.0.2.2", Result.REFERRAL, ms=1.0)
    cut = TraceCut("ex.test.", 900, ("ns.ex.test.",))
    return Trace(
        NAME, "A", Result.ANSWER, steps=(TraceStep("test.", NAME, "A", (server,), 1, used=0, cut=cut),)
    )


def test_everything_is_told_in_order_with_its_values() -> None:
    found = outcome(says(OWN, answer(record("192.0.2.1"))), says(CACHE, answer(record("192.0.2.1", ttl=200))))
    found = found._replace(application=Application(("192.0.2.1",), None, False))
    steps = told(found, traced(), [Contact("192.0.2.1", "curl", 2), Contact("192.0.2.77", "ssh", 1)])
    assert [each.title for each in steps] == [
        "Delegation", "Name server", "Resolver's cache", "Address", "Connection",
    ]  # fmt: skip
    assert {each.state for each in steps} == {StepState.KNOWN}
    until = f"{datetime(2026, 11, 25, 14, 3, 20, tzinfo=UTC).astimezone():%H:%M:%S}"
    assert [each.sentence for each in steps] == [
        "As registered, test. delegates ex.test. to ns.ex.test., which may be cached for 15 min.",
        "ns.ex.test (192.0.2.53) says in 1.0 ms: A 192.0.2.1 (TTL 300).",
        f"192.0.2.8 said the A of {NAME} in 1.0 ms from its cache; it has to forget it at {until}.",
        "Programs here try 192.0.2.1 first.",
        "This machine has 2 connections to it now: 2 with 192.0.2.1 by curl.",
    ]
    assert steps[0].basis == "referral of ns.test. (192.0.2.2), TTL 900"
    assert steps[2].basis == "200 s left of 300 s"


def test_what_is_not_known_is_said_with_its_reason() -> None:
    steps = told(outcome(says(CACHE, answer(record("192.0.2.1")))))
    assert [each.state for each in steps] == [StepState.UNKNOWN] * 5
    assert [each.sentence for each in steps][:2] == [
        "The parent's delegation is not known: it was not traced from the root.",
        "What the zone's own servers say is not known: they were not asked.",
    ]
    assert "whether from its cache is not known" in steps[2].sentence
    assert "the system is not ticked" in steps[3].sentence


def test_why_the_authority_is_missing() -> None:
    found = outcome(says(CACHE, answer()))._replace(authority=Authority(error="no way there"))
    trace = Trace(NAME, "A", Result.DEAD_END, "nobody answers")
    steps = told(found, trace)
    assert steps[0].sentence == "The parent's delegation is not known: nobody answers."
    assert steps[1].sentence == "What the zone's own servers say is not known: no way there."


def test_a_fresh_answer_an_old_one_and_one_that_is_kept_too_long() -> None:
    for ttl, data, words in (
        (300, "a", "just fetched"),
        (20, "b", "from its cache, and it is not what the zone says now"),
        (900, "a", "keeps it longer than the zone gives"),
    ):
        found = outcome(says(OWN, answer(record("a"))), says(CACHE, answer(record(data, ttl=ttl))))
        assert words in told(found)[2].sentence


def test_what_is_known_to_end_there() -> None:
    silent = Answer("A", error="was silent until the time was up")
    found = outcome(says(OWN, silent), says(CACHE, silent))
    found = found._replace(application=Application((), "Name or service not known"))
    assert [each.state for each in told(found)] == [
        StepState.UNKNOWN, StepState.FAILED, StepState.FAILED, StepState.FAILED, StepState.UNKNOWN,
    ]  # fmt: skip


def test_no_connection_is_something_known() -> None:
    step = told(outcome(says(CACHE, answer(record("192.0.2.1")))), contacts=[])[4]
    assert step.sentence == "This machine has no connection to any of its addresses now."
    unknown = told(outcome(says(CACHE, answer(record("192.0.2.1")))), contacts=[Contact("192.0.2.1", "", 1)])[
        4
    ]
    assert "1 connection to it now: 1 with 192.0.2.1 by a process that is not known" in unknown.sentence


def test_programs_that_get_something_else() -> None:
    found = outcome(says(CACHE, answer(record("192.0.2.1"))))
    found = found._replace(application=Application(("127.0.0.1", "::1"), None, True, "/etc/hosts has it"))
    assert told(found)[3].sentence == (
        "Programs here try 127.0.0.1 first, then ::1. That is not what DNS says; what differs: "
        "/etc/hosts has it."
    )
