"""What the zone's own servers say is put beside what resolvers said."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event

import pytest

from netmon.resolver.ask import GivenUpError
from netmon.resolver.authority import Authority
from netmon.resolver.beside import with_authority
from netmon.resolver.lifetimes.ttl import lifetimes
from tests.resolver.cached_tree import CACHE, CachedTree, cached_tree
from tests.resolver.saying import CACHE as STAGED
from tests.resolver.saying import answer, outcome, record, says


@pytest.fixture(scope="module")
def cached(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CachedTree]:
    with cached_tree(tmp_path_factory.mktemp("cached")) as running:
        yield running


@pytest.mark.root
def test_they_stand_behind_the_others_and_are_compared(cached: CachedTree) -> None:
    before = cached.enquire("alias.ex.test", "A", "AAAA", servers=(CACHE,))
    with cached.tree.host.entered():
        after = with_authority(before)
    assert [str(each.server) for each in after.replies] == [CACHE, "ns.ex.test (127.1.0.3)"]
    assert {each.verdict.value for each in after.compared} == {"same"}
    assert lifetimes(after)[0].configured == 300


def test_nobody_is_asked_twice() -> None:
    found = outcome(says(STAGED, answer(record("x"))))._replace(authority=Authority("ex.test."))
    assert with_authority(found) is found


def test_it_can_be_given_up() -> None:
    stop = Event()
    stop.set()
    with pytest.raises(GivenUpError):
        with_authority(outcome(says(STAGED, answer(record("x")))), stop=stop)
