"""One word for what became of a port."""

from __future__ import annotations

import errno

from netmon.ports.answer.causes import Bind, Cause, CauseKind
from netmon.ports.answer.verdict import Verdict, bindable, verdict_of
from netmon.ports.bind_probe import Attempt, Place
from tests.ports.asking import LOOP4, LOOP6


def binds(place: Place, plain: CauseKind | None, reuse: CauseKind | None) -> list[Bind]:
    """The two attempts at one place."""
    return [
        Bind(Attempt(place, reused, errno.EADDRINUSE if kind else None), Cause(kind) if kind else None)
        for reused, kind in ((False, plain), (True, reuse))
    ]


def verdict(*attempts: list[Bind]) -> Verdict:
    return verdict_of(False, [bind for pair in attempts for bind in pair])


FREE, REUSE = binds(LOOP4, None, None), binds(LOOP4, CauseKind.TIME_WAIT, None)
TAKEN = binds(LOOP4, CauseKind.OUTGOING, CauseKind.OUTGOING)
SIX_FREE = binds(LOOP6, None, None)
SIX_OFF = binds(LOOP6, CauseKind.NO_FAMILY, CauseKind.NO_FAMILY)


def test_what_is_held_is_held_wherever_it_can_still_be_bound() -> None:
    assert verdict_of(True, FREE) is Verdict.HELD


def test_of_a_port_that_nobody_holds() -> None:
    assert verdict(FREE, SIX_FREE) is Verdict.FREE
    assert verdict(REUSE, SIX_FREE) is Verdict.REUSE
    assert verdict(TAKEN, SIX_FREE) is Verdict.PARTLY
    assert verdict(TAKEN) is Verdict.BLOCKED


def test_ipv6_that_is_off_makes_no_port_less_free() -> None:
    assert verdict(FREE, SIX_OFF) is Verdict.FREE
    assert verdict(TAKEN, SIX_OFF) is Verdict.BLOCKED
    assert verdict(SIX_OFF) is Verdict.BLOCKED


def test_where_it_can_be_bound() -> None:
    assert bindable(REUSE, reuse=False) == set()
    assert bindable(REUSE, reuse=True) == {LOOP4}
