"""The filter that shows exactly what came to a port or to one of its sockets."""

from __future__ import annotations

from netmon.engine.filter import parse_filter
from netmon.model.connection import Connection, Direction
from netmon.model.process import Owner
from netmon.ports.by_process import ProcessSettings, by_process
from netmon.ports.traffic_filter import connections_filter, holder_filter
from netmon.ports.view import PortSettings, all_ports, arrange
from tests.builders import connection, listener, owner, process, state


def taken(local: str, held: Owner | None = None) -> Connection:
    return connection("198.51.100.7:5000", local=local, direction=Direction.INBOUND, owner=held)


def filters(*listeners: Connection) -> list[str]:
    """Of each line of one port, the port's own first."""
    return [
        connections_filter(row) for row in arrange(all_ports(state(listeners=listeners)), PortSettings()).rows
    ]


def test_a_port_alone() -> None:
    assert filters(listener("127.0.0.1:8080")) == ["lport:8080 proto:tcp dir:in"]
    assert filters(listener("0.0.0.0:53", protocol="udp")) == ["lport:53 proto:udp dir:in"]


def test_each_socket_gets_what_the_kernel_would_give_it() -> None:
    bound = [listener("0.0.0.0:80"), listener("127.0.0.1:80"), listener("[::]:80", v6only=True)]
    rows = [taken("10.0.0.5:80"), taken("127.0.0.1:80"), taken("[2001:db8::5]:80"), taken("10.0.0.5:81")]
    shown = [[row for row in rows if parse_filter(text).matches(row)] for text in filters(*bound)]
    assert shown == [rows[:3], [rows[0]], [rows[1]], [rows[2]]]


def test_workers_on_one_address_are_told_apart_by_pid() -> None:
    workers = [owner(process("nginx", pid)) for pid in (1, 2)]
    rows = [taken("10.0.0.5:80", held) for held in workers]
    texts = filters(*(listener("0.0.0.0:80", owner=held) for held in workers))
    shown = [[row for row in rows if parse_filter(text).matches(row)] for text in texts]
    assert shown == [rows, [rows[0]], [rows[1]]]


def test_a_holder_by_its_pid() -> None:
    held, unread = listener(process=process("a", 7)), listener("0.0.0.0:1", process=None)
    found = by_process(state(listeners=[held, unread]), ProcessSettings()).rows
    assert {holder_filter(row) for row in found} == {"pid:7", None}
