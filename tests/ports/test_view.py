"""The ports in every order, filtered, each with its sockets beneath."""

from __future__ import annotations

import pytest

from netmon.engine.filter import parse_filter
from netmon.engine.view import Sorting
from netmon.model.connection import Direction
from netmon.ports.view import (
    FEW,
    LOW_FIRST,
    PORT_SORT,
    PortRow,
    PortSettings,
    PortView,
    all_ports,
    arrange,
    sorted_by,
)
from tests.builders import NOW, connection, listener, owner, process, state

WEB = listener("0.0.0.0:80", process=process("nginx", started_at=50.0), service="http")
WEB6 = listener("[::]:80", v6only=True, process=process("nginx", started_at=50.0), service="http")
LISTENERS = [
    WEB,
    WEB6,
    listener(
        "127.0.0.1:9000",
        process=process("Api", user="alice", started_at=900.0),
        socket={"receive_queue": 99},
    ),
    listener("[::1]:443", process=None, service=None),
    listener("0.0.0.0:53", protocol="udp", process="dns", socket={"drops": 7}),
    listener("0.0.0.0:5353", protocol="udp", process="mdns", socket={"receive_queue": 200}),
]
TAKEN = [
    connection(local="10.0.0.5:80", direction=Direction.INBOUND, rate_received=5.0),
    connection(local="127.0.0.1:9000", direction=Direction.INBOUND, rate_received=50.0, rate_sent=1.0),
]
GONE = listener("0.0.0.0:40000")._replace(closed_at=NOW - 5)
PORTS = all_ports(state(TAKEN, LISTENERS, started_at=0.0, gone_listeners=(GONE,)))


def view(column: str = "port", reverse: bool = False, text: str = "", **fields: object) -> PortView:
    settings = PortSettings(parse_filter(text), Sorting(column, reverse))._replace(**fields)  # type: ignore[arg-type]
    return arrange(PORTS, settings)


def ports(column: str, reverse: bool = False, text: str = "") -> list[int]:
    return [group.port for group in view(column, reverse, text).groups]


def lines(shown: PortView) -> list[tuple[int, str, str]]:
    """Port, tree and address of each line; the addresses joined on the line of a port."""
    return [(row.group.port, row.tree, " ".join(each.address for each in row.sockets)) for row in shown.rows]


def test_orders() -> None:
    assert ports("port") == [53, 80, 443, 5353, 9000, 40000]
    assert ports("port", reverse=True) == [40000, 9000, 5353, 443, 80, 53]
    assert ports("owner") == [
        9000,
        443,
        53,
        5353,
        80,
        40000,
    ]  # Api, backup.service, dns, mdns, nginx, python3
    assert ports("user")[:2] == [443, 9000]  # uid 33, alice
    assert ports("service")[0] == 80
    assert ports("range")[-1] == 40000
    assert ports("since", reverse=True)[:2] == [80, 9000]
    assert ports("queue", reverse=True)[0] == 9000
    assert ports("inbound", reverse=True)[:2] == [80, 9000]
    assert ports("rate_received", reverse=True)[:2] == [9000, 80]
    assert ports("rate_sent", reverse=True)[0] == 9000
    assert ports("note", reverse=True)[0] == 9000  # its queue fills; the others are new, or gone
    assert set(ports("loopback6", reverse=True)[:2]) == {80, 443}
    assert set(ports("lan4", reverse=True)[-2:]) == {443, 9000}


@pytest.mark.parametrize("column", PORT_SORT)
@pytest.mark.parametrize("reverse", [False, True])
def test_every_order_takes_every_row_and_keeps_sockets_behind_their_port(column: str, reverse: bool) -> None:
    unknown = listener(socket={"receive_queue": None, "send_queue": None})
    shown = state(TAKEN, [*LISTENERS, unknown], addresses={}, gone_listeners=(GONE,), started_at=0.0)
    rows = list(arrange(all_ports(shown), PortSettings(sorting=Sorting(column, reverse))).rows)
    assert sorted(row.group.port for row in rows if not row.tree) == [53, 80, 443, 5353, 8080, 9000, 40000]
    web = next(index for index, row in enumerate(rows) if row.group.port == 80)
    assert [(row.tree, row.socket and row.socket.listener) for row in rows[web : web + 3]] == [
        ("", None),
        ("├", WEB),
        ("└", WEB6),
    ]


def test_a_filter_leaves_what_matches_and_keeps_all() -> None:
    shown = view("port", True, "proto:udp")
    assert [group.port for group in shown.groups] == [5353, 53]
    assert (shown.all, shown.total) == (PORTS, 6)
    assert ports("port", text="-proto:udp laddr:127.0.0.0/8") == [9000]


def test_a_filter_that_matches_a_socket_shows_its_port_with_that_socket() -> None:
    assert lines(view(text="laddr:::")) == [(80, "", "0.0.0.0 ::"), (80, "└", "::")]


def test_the_port_keeps_its_key_when_it_gets_a_second_socket() -> None:
    alone = arrange(all_ports(state(listeners=[WEB])), PortSettings()).rows
    both = arrange(all_ports(state(listeners=[WEB, WEB6])), PortSettings()).rows
    assert [row.key for row in alone] == [("port", "tcp", 80)]
    assert [row.key for row in both] == [("port", "tcp", 80), WEB.key, WEB6.key]


def test_sockets_can_be_folded_away() -> None:
    assert all(not row.tree for row in view(with_sockets=False).rows)
    opened = view(with_sockets=False, opened=frozenset({("port", "tcp", 80)}))
    assert [row.tree for row in opened.rows if row.group.port == 80] == ["", "├", "└"]


def many(count: int) -> list[PortRow]:
    workers = [listener("0.0.0.0:80", process=process("nginx", pid)) for pid in range(1, count + 1)]
    found = all_ports(state(listeners=workers))
    shown = list(arrange(found, PortSettings()).rows)
    opened = arrange(found, PortSettings(opened=frozenset({shown[0].group.key}))).rows
    assert len(opened) == count + 1
    return shown


def test_many_sockets_begin_as_one_line_that_counts_them() -> None:
    assert len(many(FEW)) == FEW + 1
    port, folded = many(FEW + 1)
    assert (folded.folded, folded.tree) == (FEW + 1, "└")
    assert folded.key == (*port.key, "folded")  # type: ignore[misc]
    assert len(folded.sockets) == FEW + 1


def test_a_row_knows_its_owner_and_since_when_it_runs() -> None:
    young, old = process("a", 1, started_at=90.0), process("a", 2, started_at=80.0)
    both = [listener("0.0.0.0:80", process=young), listener("0.0.0.0:80", owner=owner(old))]
    port, first, second = arrange(all_ports(state(listeners=both)), PortSettings()).rows
    assert (port.started_at, first.started_at, second.started_at) == (80.0, 90.0, 80.0)
    assert port.owner.processes == (young, old)
    (unread,) = arrange(all_ports(state(listeners=[listener(process=None)])), PortSettings()).rows
    assert unread.started_at is None


def test_a_column_that_is_chosen_again_turns_the_order_around() -> None:
    by_port = Sorting("port", False)
    assert sorted_by(by_port, "port") == Sorting("port", True)
    assert sorted_by(by_port, "owner") == Sorting("owner", False)
    assert sorted_by(by_port, "inbound") == Sorting("inbound", True)
    assert set(PORT_SORT) >= LOW_FIRST
