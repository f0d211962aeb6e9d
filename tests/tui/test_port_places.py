"""Where in the ports tab the listener of a connection is."""

from __future__ import annotations

from netmon.engine.aggregate import by_process
from netmon.model.connection import Connection, Direction
from netmon.ports.by_process import ProcessSettings
from netmon.ports.by_process import by_process as ports_by_process
from netmon.tui.port_places import holder_place, listener_place
from netmon.tui.tabs.base import Place
from tests.builders import connection, listener, owner, process, state

WEB = listener("0.0.0.0:80")


def inbound(local: str = "10.0.0.5:80") -> Connection:
    return connection("198.51.100.7:5000", local=local, direction=Direction.INBOUND)


def why(row: Connection) -> str:
    place = listener_place(row, state(listeners=[WEB]))
    assert isinstance(place, str)
    return place


def test_the_socket_that_took_it_or_else_its_port() -> None:
    place = listener_place(inbound(), state(listeners=[WEB]))
    assert place == Place((WEB.key, ("port", "tcp", 80)), view="listeners")


def test_only_the_port_where_it_may_have_been_any_of_several_sockets() -> None:
    both = [WEB, listener("0.0.0.0:80")]
    place = listener_place(inbound()._replace(owner=owner(process("worker", 9))), state(listeners=both))
    assert place == Place((("port", "tcp", 80),), view="listeners")


def test_the_listener_of_a_connection_to_this_machine() -> None:
    place = listener_place(connection("127.0.0.1:80", local="127.0.0.1:50000"), state(listeners=[WEB]))
    assert isinstance(place, Place)
    assert place.rows[0] == WEB.key


def test_why_there_is_none_to_show() -> None:
    assert why(inbound("10.0.0.5:81")) == "The listener on port 81 that took it is gone."
    assert why(connection("127.0.0.1:9")) == "Nothing listens on port 9 here any more."
    assert why(connection()) == "It was opened from here to 203.0.113.7:443: its listener is on that machine."
    assert why(connection(direction=Direction.UNKNOWN)).startswith("Who opened it is not known")


def test_a_holder_by_each_of_its_processes() -> None:
    both = owner(process("nginx", 1), process("nginx", 2))
    (row,) = by_process([connection(owner=both)])
    place = holder_place(row)
    assert isinstance(place, Place)
    lines = ports_by_process(state([connection(owner=both)]), ProcessSettings()).rows
    assert place == Place(tuple(line.key for line in lines), view="processes")
    (unnamed,) = by_process([connection(process=None)])
    assert holder_place(unnamed) == "No process can be named here."
