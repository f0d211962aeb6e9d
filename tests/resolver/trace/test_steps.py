"""What steps and traces say of themselves."""

from __future__ import annotations

from netmon.resolver.trace.steps import DEAD, LAME, USABLE, Outcome
from tests.resolver.trace import staged
from tests.resolver.trace.staged import SOUND, step, trace


def test_no_outcome_of_a_server_is_of_two_kinds() -> None:
    kinds = (*USABLE, *LAME, *DEAD)
    assert len(set(kinds)) == len(kinds)
    assert Outcome.NO_GLUE not in kinds


def test_the_last_word_is_that_of_the_way_itself() -> None:
    assert SOUND.last == staged.GOOD
    assert trace(step(staged.GOOD), step(staged.LAME, depth=1)).last == staged.GOOD
    assert trace(step(staged.LAME, used=None)).last is None
    assert trace().last is None


def test_whether_anybody_was_reached() -> None:
    assert SOUND.is_reached
    assert trace(step(staged.LAME, used=None)).is_reached
    assert not trace(step(staged.DEAD, staged.NO_IPV6, used=None)).is_reached
