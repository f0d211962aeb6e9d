"""Refused binds gathered by their cause."""

from __future__ import annotations

import errno

from netmon.collectors.port_rules import PortRules
from netmon.ports.answer.causes import Bind, Cause, CauseKind
from netmon.ports.answer.ground import Ground
from netmon.ports.bind_probe import Attempt
from tests.builders import connection, listener
from tests.ports.asking import ANY4, LOOP4, LOOP6

OVER, LENT = connection(local="10.0.0.5:8080"), listener("10.0.0.5:8080")


def ground(*binds: Bind, port: int = 8080, reserved: tuple[tuple[int, int], ...] = ()) -> Ground:
    return Ground(port, "tcp", False, binds, (), PortRules(reserved=reserved), (32768, 60999), 1000)


def refused(place: object, reuse: bool, kind: CauseKind, *blockers: object) -> Bind:
    attempt = Attempt(place, reuse, errno.EADDRINUSE)  # type: ignore[arg-type]
    return Bind(attempt, Cause(kind, tuple(blockers)))  # type: ignore[arg-type]


def test_refusals_by_cause_the_strongest_first() -> None:
    told = ground(
        refused(ANY4, False, CauseKind.TIME_WAIT, OVER),
        refused(ANY4, True, CauseKind.OUTGOING, LENT),
        refused(LOOP4, False, CauseKind.TIME_WAIT, OVER),
        Bind(Attempt(LOOP4, True, None), None),
        Bind(Attempt(LOOP6, False, None), None),
    )
    lent, over = told.refusals()
    assert (lent.kind, lent.places, lent.reuse_helps) == (CauseKind.OUTGOING, (ANY4,), False)
    assert (over.kind, over.places, over.reuse_helps) == (CauseKind.TIME_WAIT, (ANY4, LOOP4), False)
    assert over.blockers == (OVER,)
    assert over.errors == ("EADDRINUSE",)


def test_reuse_helps_where_it_was_enough_everywhere() -> None:
    told = ground(refused(LOOP4, False, CauseKind.TIME_WAIT, OVER), Bind(Attempt(LOOP4, True, None), None))
    assert told.refusals()[0].reuse_helps


def test_which_ports_the_kernel_lends() -> None:
    assert not ground().is_lent
    assert ground(port=40000).is_lent
    assert not ground(port=40000, reserved=((39999, 40001),)).is_lent
    assert ground().name == "8080/tcp"
