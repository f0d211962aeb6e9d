"""The listening sockets in every order, and filtered."""

from __future__ import annotations

import pytest

from netmon.engine.filter import parse_filter
from netmon.engine.view import Sorting
from netmon.model.connection import Direction
from netmon.ports.listeners import listening
from netmon.ports.view import LOW_FIRST, PORT_SORT, PortSettings, arrange, sorted_by
from tests.builders import connection, listener, process, state

ROWS = listening(
    state(
        [connection(local="0.0.0.0:80", direction=Direction.INBOUND)],
        [
            listener("0.0.0.0:80", process="nginx", service="http"),
            listener("127.0.0.1:9000", process=process("Api", user="alice"), socket={"receive_queue": 99}),
            listener("[::1]:443", process=None, service=None),
            listener("0.0.0.0:53", protocol="udp", process="dns", socket={"drops": 7}),
            listener("0.0.0.0:5353", protocol="udp", process="mdns", socket={"receive_queue": 200}),
        ],
    )
)


UNKNOWN = listener(socket={"receive_queue": None, "send_queue": None})


def ports(column: str, reverse: bool = False, text: str = "") -> list[int]:
    settings = PortSettings(parse_filter(text), Sorting(column, reverse))
    return [row.listener.socket.local.port for row in arrange(ROWS, settings).rows]


def test_orders() -> None:
    assert ports("port") == [53, 80, 443, 5353, 9000]
    assert ports("port", reverse=True) == [9000, 5353, 443, 80, 53]
    assert ports("owner") == [9000, 443, 53, 5353, 80]  # Api, backup.service, dns, mdns, nginx
    assert ports("user")[:2] == [443, 9000]  # uid 33, alice
    assert ports("service")[0] == 80
    assert ports("queue", reverse=True)[0] == 9000
    assert ports("inbound", reverse=True)[0] == 80
    assert ports("state", reverse=True)[:2] == [53, 5353]
    assert ports("loopback6", reverse=True)[0] == 443
    assert set(ports("lan4", reverse=True)[-2:]) == {443, 9000}


@pytest.mark.parametrize("column", PORT_SORT)
def test_every_order_takes_every_row(column: str) -> None:
    mixed = [*ROWS, *listening(state(listeners=[UNKNOWN], addresses={}))]  # also what is unknown
    arranged = arrange(mixed, PortSettings(sorting=Sorting(column, False))).rows
    assert sorted(map(id, arranged)) == sorted(map(id, mixed))


def test_a_filter_leaves_what_matches_and_keeps_all() -> None:
    view = arrange(ROWS, PortSettings(parse_filter("proto:udp"), Sorting("port", True)))
    assert [row.listener.socket.local.port for row in view.rows] == [5353, 53]
    assert view.all is ROWS
    assert ports("port", text="-proto:udp laddr:127.0.0.0/8") == [9000]


def test_a_column_that_is_chosen_again_turns_the_order_around() -> None:
    by_port = Sorting("port", False)
    assert sorted_by(by_port, "port") == Sorting("port", True)
    assert sorted_by(by_port, "owner") == Sorting("owner", False)
    assert sorted_by(by_port, "inbound") == Sorting("inbound", True)
    assert set(PORT_SORT) >= LOW_FIRST
