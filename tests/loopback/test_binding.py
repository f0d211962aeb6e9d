"""Each kind of listener is tried for real, and what it serves against the rules is said."""

from __future__ import annotations

import pytest

from netmon.loopback.binding import (
    DEFAULT,
    MATRIX,
    Bind,
    Served,
    bind_matrix,
    expected,
    serve,
    v6only_default,
)
from netmon.model.finding import FindingState

BOTH = frozenset({"127.0.0.1", "::1"})
FOUR, SIX = frozenset({"127.0.0.1"}), frozenset({"::1"})


@pytest.mark.parametrize(
    ("bind", "reached"), list(zip(MATRIX, [FOUR, FOUR, SIX, BOTH, SIX], strict=True)), ids=str
)
def test_what_each_kind_serves_here(bind: Bind, reached: frozenset[str]) -> None:
    served = serve(bind)
    assert (served.reached, served.error) == (reached, None)
    assert expected(bind, bind.v6only, BOTH) == reached


def test_the_matrix_here_is_as_it_should_be() -> None:
    finding = bind_matrix([serve(bind) for bind in MATRIX], BOTH)
    assert finding.state is FindingState.OK
    assert ":: without V6ONLY serves 127.0.0.1 and ::1; :: with V6ONLY serves ::1" in finding.evidence


def test_an_address_that_is_not_here_cannot_be_served() -> None:
    served = serve(Bind("192.0.2.1"))
    assert served.error
    assert str(served).startswith("192.0.2.1: ")


def test_a_kind_that_does_not_serve_what_it_should() -> None:
    finding = bind_matrix([Served(Bind("0.0.0.0"), frozenset())], BOTH)
    assert finding.state is FindingState.FAIL
    assert finding.summary == "a listener on 0.0.0.0 should serve 127.0.0.1, and here: serves nothing"


def test_without_ipv6_only_ipv4_is_due() -> None:
    rows = [Served(Bind("::", False), FOUR), Served(Bind("::1"), frozenset(), error="not here")]
    finding = bind_matrix(rows, FOUR)
    assert finding.state is FindingState.OK
    assert finding.summary.endswith("which is 127.0.0.1 alone here")


@pytest.mark.parametrize(
    ("row", "present", "state"),
    [
        (Served(DEFAULT, BOTH, False), BOTH, "ok"),
        (Served(DEFAULT, SIX, True), BOTH, "warn"),
        (Served(DEFAULT, SIX, False), BOTH, "fail"),
        (Served(DEFAULT, FOUR, False), FOUR, "info"),
        (Served(DEFAULT, frozenset(), error="no such family"), FOUR, "unknown"),
        (None, frozenset(), "unknown"),
    ],
)
def test_the_default_of_v6only(row: Served | None, present: frozenset[str], state: str) -> None:
    assert v6only_default(row, present).state == state


def test_the_default_here_is_tried() -> None:
    served = serve(DEFAULT)
    assert served.v6only is not None
    assert v6only_default(served, BOTH).state in (FindingState.OK, FindingState.WARN)


def test_nothing_is_judged_where_nothing_works() -> None:
    assert bind_matrix([], frozenset()).state is FindingState.UNKNOWN
