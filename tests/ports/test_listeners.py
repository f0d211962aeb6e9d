"""Who came to which listener, what is worth a warning, and every order of the rows."""

from __future__ import annotations

import pytest

from netmon.model.connection import Connection, Direction
from netmon.model.socket import SocketState
from netmon.ports.listeners import binding, listening, user_of
from netmon.ports.reach.classes import Reach
from netmon.ports.traffic import Traffic
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


def test_what_is_bound_and_does_not_listen_is_no_listener() -> None:
    bound = listener("127.0.0.1:80", state=SocketState.CLOSED)
    assert listening(state(listeners=[bound])) == []
    taken = state([inbound("127.0.0.1:80")], [bound, listener("0.0.0.0:80")])
    assert [row.inbound for row in listening(taken)] == [1]


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
    ("waiting", "backlog", "filling", "full"),
    [
        (0, 128, False, False),
        (64, 128, False, False),
        (65, 128, True, False),
        (128, 128, True, True),
        (129, 128, True, True),
        (0, 0, False, False),
        (1, 0, True, True),
    ],
)
def test_an_accept_queue_above_half_is_filling(waiting: int, backlog: int, filling: bool, full: bool) -> None:
    (row,) = listening(state(listeners=[queue(waiting, backlog)]))
    assert row.accept_queue == (waiting, backlog)
    assert (row.is_filling, row.is_full) == (filling, full)


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


def test_sockets_on_one_end_have_its_traffic_and_their_own_part() -> None:
    workers = [owner(process("nginx", pid)) for pid in (1, 2)]
    bound = [listener("0.0.0.0:80", owner=held) for held in workers]
    took = connection(local="10.0.0.5:80", direction=Direction.INBOUND, owner=workers[1], rate_sent=7.0)
    first, second = listening(state([took], bound))
    assert (first.inbound, second.inbound) == (1, 1)
    assert {first.traffic, second.traffic} == {Traffic(), Traffic(1, 45105.0, 7.0)}
    assert first.end_traffic == second.end_traffic == Traffic(1, 45105.0, 7.0)


def test_an_address_stands_with_the_interface_it_is_bound_to() -> None:
    plain, bound = listener("10.0.0.5:1"), listener("0.0.0.0:2", socket={"interface": "eth0"})
    assert [row.address for row in listening(state(listeners=[plain, bound]))] == ["10.0.0.5", "0.0.0.0%eth0"]


def test_a_binding_tells_protocol_family_address_and_port() -> None:
    assert binding(listener("[::]:80")) == ("tcp", 6, "::", 80)
