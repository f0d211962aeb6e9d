"""Which process serves which ports, and which it uses as a client."""

from __future__ import annotations

import pytest

from netmon.engine.filter import parse_filter
from netmon.engine.view import Sorting
from netmon.model.connection import Connection, Direction
from netmon.model.snapshot import ProcessCount
from netmon.model.socket import SocketState
from netmon.ports.by_process import (
    LOW_FIRST,
    PROCESS_SORT,
    Census,
    ProcessPorts,
    ProcessSettings,
    ProcessView,
    by_process,
    census,
    port_words,
)
from tests.builders import connection, listener, owner, process, state

MASTER, WORKER = process("nginx", 10), process("nginx", 11)
BOTH = owner(MASTER, WORKER)
CURL = owner(process("curl", 20))


def taken(by: Connection | None = None, **fields: object) -> Connection:
    values: dict[str, object] = {"local": "10.0.0.5:80", "direction": Direction.INBOUND, **fields}
    return connection("198.51.100.7:5000", **values)  # type: ignore[arg-type]


def shown(
    connections: list[Connection], listeners: list[Connection], settings: ProcessSettings | None = None
) -> ProcessView:
    counted = state(connections, listeners, processes=ProcessCount(10, 3))
    return by_process(counted, settings or ProcessSettings())


def of(view: ProcessView, pid: int) -> ProcessPorts:
    (row,) = [row for row in view.rows if row.owner.process is not None and row.owner.process.pid == pid]
    return row


def test_every_process_that_shares_a_listener_serves_its_port() -> None:
    web = [
        listener("0.0.0.0:80", owner=BOTH),
        listener("[::]:80", owner=BOTH),
        listener("0.0.0.0:53", protocol="udp", owner=BOTH),
    ]
    view = shown([taken(owner=owner(WORKER), rate_received=3.0, rate_sent=4.0)], web)
    assert of(view, 10).serves == of(view, 11).serves == [(53, "udp"), (80, "tcp")]
    assert [(of(view, pid).inbound, of(view, pid).rate_received) for pid in (10, 11)] == [(0, 0.0), (1, 3.0)]
    assert of(view, 11).others == []


def test_the_ports_of_a_client_are_those_the_kernel_lent_it() -> None:
    rows = [
        connection(local="10.0.0.5:32768", owner=CURL),
        connection(local="10.0.0.5:60999", owner=CURL),
        connection(local="10.0.0.5:61000", owner=CURL),
        connection(local="10.0.0.5:40000", owner=CURL, state=SocketState.TIME_WAIT),
    ]
    curl = of(shown(rows, [listener("0.0.0.0:50000", protocol="udp", owner=CURL)]), 20)
    assert curl.client == [(32768, "tcp"), (50000, "udp"), (60999, "tcp")]
    assert (curl.serves, curl.others, curl.outbound) == ([], [(61000, "tcp")], 3)


def test_what_came_to_a_listener_that_somebody_else_holds_is_another_port() -> None:
    session = owner(process("sshd", 30))
    row = of(shown([taken(local="10.0.0.5:22", owner=session)], [listener("0.0.0.0:22", owner=BOTH)]), 30)
    assert (row.serves, row.client, row.others) == ([], [], [(22, "tcp")])


def test_a_rate_is_unknown_only_where_none_is_known() -> None:
    unknown = shown([taken(owner=CURL, rate_received=None, rate_sent=None)], [])
    assert (of(unknown, 20).rate_received, of(unknown, 20).rate_sent) == (None, None)


def test_who_cannot_be_named_is_one_row_for_each_reason() -> None:
    rows = [listener("0.0.0.0:1", process=None), listener("0.0.0.0:2", process=None)]
    (row,) = shown([], rows).rows
    assert [port for port, _ in row.serves] == [1, 2]


def test_a_filter_counts_only_what_matches() -> None:
    settings = ProcessSettings(parse_filter("proc:curl"), Sorting("serves", True))
    view = shown([connection(owner=CURL)], [listener("0.0.0.0:80", owner=BOTH)], settings)
    assert ([row.owner for row in view.rows], len(view.everybody), view.settings) == ([CURL], 3, settings)
    assert view.census == Census(2, 1, 4, 3)


def test_the_census_tells_who_uses_no_port() -> None:
    rows = shown([connection(owner=CURL)], [listener("0.0.0.0:80", owner=BOTH)]).rows
    assert census(rows, None) == Census(2, 1, None, None)
    assert census(rows, ProcessCount(10, None)) == Census(2, 1, 7, None)
    assert census(rows, ProcessCount(1, 0)) == Census(2, 1, 0, 0)  # they ended while they were counted


@pytest.mark.parametrize("column", PROCESS_SORT)
def test_every_order_takes_every_row(column: str) -> None:
    rows = [taken(owner=owner(uid=5)), connection(owner=CURL, rate_sent=None, rate_received=None)]
    view = shown(rows, [listener("0.0.0.0:80", owner=BOTH)], ProcessSettings(sorting=Sorting(column, True)))
    assert len(view.rows) == 4
    assert set(PROCESS_SORT) >= LOW_FIRST


def test_who_serves_most_comes_first_and_of_equals_the_lowest_port() -> None:
    rows = [
        listener(f"0.0.0.0:{port}", process=process("a", pid))
        for port, pid in ((9, 1), (7, 2), (5, 3), (6, 3))
    ]
    assert [row.owner.processes[0].pid for row in shown([], rows).rows] == [3, 2, 1]


def test_ports_in_words() -> None:
    ports = [(port, "tcp") for port in range(1, 6)]
    assert port_words([(80, "tcp"), (8080, "udp")]) == "80 8080/udp"
    assert port_words(ports, 3) == "1 2 3 +2"  # type: ignore[arg-type]
    assert port_words(ports, 4) == "1 2 3 4 5"  # type: ignore[arg-type]
    assert port_words([]) == ""
