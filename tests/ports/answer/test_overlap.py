"""Which sockets stand in each other's way, proved by the kernel."""

from __future__ import annotations

import pytest

from netmon.ports.answer.overlap import EVERY, Taken, taken_at, taken_by
from netmon.ports.bind_probe import Place
from tests.builders import listener
from tests.ports.asking import ANY4, ANY6, LOOP4, LOOP6, ONLY6, bound, served
from tests.sockets import port_of

PLACES = [ANY4, ANY6, ONLY6, LOOP4, LOOP6, Place("127.0.0.2")]


@pytest.mark.parametrize("first", PLACES)
@pytest.mark.parametrize("second", PLACES)
def test_two_places_meet_exactly_where_the_kernel_refuses_both(first: Place, second: Place) -> None:
    with bound(first.address, v6only=first.v6only) as one:
        refused = not served(second, port_of(one))
    assert taken_at(first).meets(taken_at(second)) is refused
    assert taken_at(second).meets(taken_at(first)) is refused


def test_what_a_socket_takes() -> None:
    assert taken_by(listener("[::]:80", v6only=False).socket) == Taken(EVERY, EVERY)
    assert taken_by(listener("[::]:80", v6only=True).socket) == Taken(None, EVERY)
    assert taken_by(listener("10.0.0.5:80").socket) == Taken("10.0.0.5", None)
    mapped = listener("10.0.0.5:80").socket._replace(family=6, v6only=False)
    assert taken_by(mapped) == Taken("10.0.0.5", None)


def test_what_takes_all_that_is_meant() -> None:
    dual, loop = taken_at(ANY6), taken_at(LOOP4)
    assert dual.covers(loop)
    assert dual.covers(taken_at(ONLY6))
    assert loop.covers(loop)
    assert not loop.covers(taken_at(ANY4))
    assert not taken_at(ONLY6).covers(loop)
