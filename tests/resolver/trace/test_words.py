"""A trace in words and symbols."""

from __future__ import annotations

import pytest

from netmon.resolver.trace import words
from netmon.resolver.trace.steps import Outcome
from tests.resolver.trace.staged import CUT, DEAD, GOOD, LAME, ROOT, step, trace


def test_every_outcome_has_its_symbol_and_its_word() -> None:
    lost = DEAD._replace(address=None, outcome=Outcome.NO_GLUE, detail="has no address")
    assert [f"{words.mark(each)} {words.said(each)}" for each in (ROOT, GOOD, LAME, DEAD, lost)] == [
        "→ referral",
        "● authoritative answer",
        "⚠ lame: refuses to answer (REFUSED)",
        "✕ dead: is silent",
        "? not asked: has no address",
    ]


def test_a_server_that_a_trace_began_at_has_no_name() -> None:
    assert words.name_of(GOOD) == "ns.ex.test."
    assert words.name_of(GOOD._replace(name="192.0.2.53.")) == ""


def test_many_that_fail_alike_are_told_once() -> None:
    dead = [DEAD._replace(address=f"192.0.2.{n}") for n in range(words.MANY)]
    assert [len(group) for group in words.alike([*dead, LAME, GOOD])] == [words.MANY, 1, 1]
    assert [len(group) for group in words.alike([*dead[1:], GOOD, GOOD, GOOD, GOOD])] == [1] * 7


def test_a_step_stands_below_the_one_before_it() -> None:
    steps = [step(GOOD, zone=zone) for zone in (".", "test.", "ex.test.", "a.b.c.d.e.f.g.h.")]
    assert [words.level(each) for each in steps] == [0, 1, 2, 6]
    sought = step(GOOD, zone="test.", depth=2)
    assert (words.below(sought), words.level(sought)) == (1, 5)
    assert words.goal(sought) == "for the address of ns.out.net."


def test_what_was_left_out_and_where_it_leads() -> None:
    assert words.unasked(step(GOOD)) == "· 2 of 3 servers not asked"
    assert words.unasked(step(GOOD)._replace(delegated=1)) == ""
    assert (words.delegated_to(CUT), words.glue_of(CUT)) == ("2 servers", "glue for 1")


def test_times_to_live_in_the_unit_that_says_them_exactly() -> None:
    assert [words.ttl_text(n) for n in (0, 59, 60, 90, 3600, 86400, 172800)] == [
        "0 s", "59 s", "1 min", "90 s", "1 h", "1 d", "2 d",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("outcome", "says"),
    [
        (Outcome.NO_DATA, "no record"),
        (Outcome.NO_SUCH_NAME, "no such name"),
        (Outcome.DEAD_END, "not known"),
        (Outcome.GIVEN_UP, "not known"),
        (Outcome.LOOP, "not known"),
    ],
)
def test_that_there_is_nothing_is_said_only_where_it_is_known(outcome: Outcome, says: str) -> None:
    assert words.nothing_of(trace(outcome=outcome)) == says
