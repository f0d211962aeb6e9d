"""Chains of aliases, followed through staged answers and through hostile ones."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.resolver.aliases.chain import LONGEST, Beyond, Chain, End, chain_of
from netmon.resolver.answer import Record
from netmon.resolver.ask import Replies
from tests.resolver.saying import CACHE, NAME, OTHER, OWN, SOA, alias, answer, outcome, record, says


def chain(*records: Record, **settings: object) -> Chain:
    """By one resolver's answer for A."""
    return chain_of(outcome(says(CACHE, answer(*records, **settings))))  # type: ignore[arg-type]


def test_a_name_that_is_no_alias_has_no_links() -> None:
    found = chain(record("192.0.2.1"))
    assert (found.links, found.end, found.target) == ((), End.ANSWER, NAME)


def test_the_least_ttl_is_the_one_that_counts() -> None:
    found = chain(
        alias(NAME, "b.test.", 300), alias("b.test.", "c.test.", 20), record("192.0.2.1", 60, name="c.test.")
    )
    assert [(each.name, each.data, each.left) for each in found.links] == [
        (NAME, "b.test.", 300), ("b.test.", "c.test.", 20),
    ]  # fmt: skip
    assert [(each.data, each.left) for each in found.last] == [("192.0.2.1", 60)]
    assert (found.end, found.effective) == (End.ANSWER, 20)


def test_the_configured_ttl_stands_beside_what_is_left() -> None:
    way, left = alias(NAME, "b.other.", 300), alias(NAME, "b.other.", 44)
    found = chain_of(
        outcome(says(OWN, answer(way)), says(CACHE, answer(left, record("x", 90, name="b.other."))))
    )
    (link,) = found.links
    assert (link.ttl, link.left, link.server) == (300, 44, "192.0.2.8")
    assert (found.last[0].ttl, found.effective) == (None, 44)


def test_a_loop_ends_at_the_name_that_comes_again() -> None:
    found = chain(alias(NAME, "b.test."), alias("b.test.", NAME.upper()))
    assert (found.end, len(found.links)) == (End.LOOP, 2)


def test_a_target_that_does_not_exist_and_one_without_the_type() -> None:
    assert chain(alias(NAME, "b.test."), rcode="NXDOMAIN").end is End.NO_SUCH_NAME
    assert chain(alias(NAME, "b.test.")).end is End.NO_DATA


def test_a_server_of_the_zone_says_nothing_of_a_target_elsewhere() -> None:
    way = alias(NAME, "b.other.")
    assert chain_of(outcome(says(OWN, answer(way)))).end is End.OPEN
    inside = alias(NAME, "b.ex.test.")
    assert chain_of(outcome(says(OWN, answer(inside, soa=SOA)))).end is End.NO_DATA


def test_what_was_asked_on_for_closes_the_chain() -> None:
    own, beyond = (
        says(OWN, answer(alias(NAME, "b.other."))),
        says(CACHE, answer(record("x", 9, name="b.other."))),
    )
    found = chain_of(outcome(own, beyond=(Beyond("b.other.", beyond),)))
    assert (found.end, found.effective, found.last[0].server) == (End.ANSWER, 9, "192.0.2.8")


def test_a_failure_leaves_the_end_open_and_says_whose_it_is() -> None:
    found = chain_of(
        outcome(says(CACHE, answer(alias(NAME, "b.test."), rcode="SERVFAIL")), says(OTHER, answer()))
    )
    assert (found.end, found.detail) == (End.OPEN, "192.0.2.8: nothing")


@pytest.mark.parametrize("owner", ["ex.test.", "test.", "EX.test."])
def test_a_dname_above_the_name_is_told_as_what_it_is(owner: str) -> None:
    target = NAME[: -len(owner)] + "new.example."
    dname = Record(owner, 77, "DNAME", "new.example.")
    for records in ((dname, alias(NAME, target, 77)), (dname,)):
        found = chain(*records, record("x", name=target))
        assert [(each.type, each.data, each.left) for each in found.links] == [("DNAME", target, 77)]
        assert found.end is End.ANSWER


def test_an_escaped_dot_is_no_end_of_a_label() -> None:
    dname = Record("ex.test.", 77, "DNAME", "new.example.")
    found = chain_of(outcome(says(CACHE, answer(dname)), name=r"www\.ex.test."))
    assert found.links == ()


_names = st.sampled_from([f"{letter}.test." for letter in "abcdefgh"] + [NAME])


@given(st.lists(st.builds(alias, _names, _names, st.integers(0, 2**31 - 1)), max_size=30))
def test_whatever_the_aliases_the_chain_ends(records: list[Record]) -> None:
    found = chain(*records)
    assert len(found.links) <= LONGEST + 1
    assert [each.data.lower() for each in found.links[:-1]] == [each.name.lower() for each in found.links[1:]]
    if found.end is End.LOOP:
        assert found.target.lower() in {NAME, *(each.name.lower() for each in found.links)}


def test_a_chain_without_end_is_left() -> None:
    names = [NAME, *(f"n{n}.test." for n in range(40))]
    found = chain(*(alias(*pair) for pair in pairwise(names)))
    assert (found.end, len(found.links)) == (End.TOO_LONG, LONGEST + 1)


def test_a_loop_that_a_resolver_fails_on_is_read_from_its_answers_for_the_alias_itself() -> None:
    def failing(name: str, target: str) -> Replies:
        return says(CACHE, answer(rcode="SERVFAIL"), answer(alias(name, target), kind="CNAME"))

    one, other = failing(NAME, "b.test."), failing("b.test.", NAME)
    open_yet = chain_of(outcome(one))
    assert (open_yet.end, open_yet.target, open_yet.kinds) == (End.OPEN, "b.test.", ("A",))
    whole = chain_of(outcome(one, beyond=(Beyond("b.test.", other),)))
    assert (whole.end, len(whole.links)) == (End.LOOP, 2)


def test_who_asks_for_the_alias_alone_gets_no_chain() -> None:
    assert chain_of(outcome(says(CACHE, answer(alias(NAME, "b.test."), kind="CNAME")))).links == ()
