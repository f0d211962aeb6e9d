"""Who came to which listener, what is worth a warning, and every order of the rows."""

from __future__ import annotations

import pytest

from netmon.model.connection import Connection, Direction
from netmon.ports.listeners import inbound_counts, listening, user_of
from netmon.ports.reach import Reach
from tests.builders import connection, listener, owner, process, state


def inbound(local: str, **fields: object) -> Connection:
    return connection(local=local, direction=Direction.INBOUND, socket=fields)


def queue(waiting: int | None, backlog: int | None) -> Connection:
    return listener(socket={"receive_queue": waiting, "send_queue": backlog})


def test_each_connection_counts_for_the_most_specific_listener() -> None:
    taken = [
        inbound("127.0.0.1:80"),
        inbound("10.0.0.5:80"),
        inbound("10.0.0.5:80", family=6),
        inbound("[2001:db8::5]:80"),
        inbound("10.0.0.5:81"),
        connection(local="10.0.0.5:80", direction=Direction.OUTBOUND),
    ]
    bound = [listener("127.0.0.1:80"), listener("0.0.0.0:80"), listener("[::]:80")]
    counts = {row.listener.socket.local.address: row.inbound for row in listening(state(taken, bound))}
    assert counts == {"127.0.0.1": 1, "0.0.0.0": 1, "::": 2}
    assert sum(inbound_counts(state(taken, bound)).values()) == 4


def test_listeners_come_by_port_each_with_its_reach() -> None:
    here, everywhere = listener("127.0.0.1:9000"), listener("[::]:80")
    first, second = listening(state(listeners=[here, everywhere]))
    assert (first.listener, second.listener) == (everywhere, here)
    assert first.reach == Reach(True, True, True, True)
    assert second.reach == Reach(True, False, False, False)
    assert (first.is_exposed, second.is_exposed) == (True, False)
    assert first.key == everywhere.key


def test_only_those_that_are_wanted() -> None:
    low, high = listener("127.0.0.1:22"), listener("0.0.0.0:8080")
    assert [row.listener for row in listening(state(listeners=[high, low]), [high])] == [high]


@pytest.mark.parametrize(
    ("waiting", "backlog", "filling"),
    [(0, 128, False), (64, 128, False), (65, 128, True), (129, 128, True), (0, 0, False), (1, 0, True)],
)
def test_an_accept_queue_above_half_is_filling(waiting: int, backlog: int, filling: bool) -> None:
    (row,) = listening(state(listeners=[queue(waiting, backlog)]))
    assert row.accept_queue == (waiting, backlog)
    assert row.is_filling is filling


@pytest.mark.parametrize("bound", [queue(None, None), queue(3, None), listener("0.0.0.0:53", protocol="udp")])
def test_what_has_no_accept_queue_is_never_filling(bound: Connection) -> None:
    (row,) = listening(state(listeners=[bound]))
    assert row.accept_queue is None
    assert not row.is_filling


def test_the_user_is_known_where_the_process_is_not() -> None:
    assert user_of(owner(process(user="dev"))) == "dev"
    assert user_of(owner(process(user=None, uid=1000))) == "1000"
    assert user_of(owner(uid=33)) == "33"
    assert user_of(owner(uid=33, user="www-data")) == "www-data"
    assert user_of(owner()) is None
