"""The sums by holder: who is one, and what is summed."""

from __future__ import annotations

from typing import Any

from netmon.engine.aggregate import by_process, holder_key
from netmon.model.connection import Direction
from netmon.model.process import Owner, OwnerReason
from netmon.model.socket import SocketState
from tests.builders import NOW, connection, owner, process

NGINX = owner(process("nginx", 80), process("nginx", 81))


def test_one_row_for_each_holder_in_the_order_they_appear() -> None:
    rows = [connection(pid=2), connection(pid=1), connection(pid=2)]
    assert [(row.key, row.connections) for row in by_process(rows)] == [((2,), 2), ((1,), 1)]
    assert by_process([]) == []


def test_everything_is_summed() -> None:
    rows = [
        connection(bytes_sent=1, bytes_received=10, rate_sent=0.5, rate_received=5.0, first_seen_at=NOW - 9),
        connection(bytes_sent=2, bytes_received=20, rate_sent=0.0, rate_received=7.0, first_seen_at=NOW - 1),
        connection(
            bytes_sent=4, bytes_received=40, rate_sent=None, rate_received=None, first_seen_at=NOW - 5
        ),
    ]
    (row,) = by_process(rows)
    assert (row.bytes_sent, row.bytes_received) == (7, 70)
    assert (row.rate_sent, row.rate_received) == (0.5, 12.0)
    assert row.newest_at == NOW - 1


def test_directions_are_counted_apart_and_an_unknown_one_in_neither() -> None:
    directions = [Direction.INBOUND, Direction.INBOUND, Direction.OUTBOUND, Direction.UNKNOWN]
    (row,) = by_process(connection(direction=direction) for direction in directions)
    assert (row.connections, row.inbound, row.outbound) == (4, 2, 1)


def test_what_is_not_counted_is_unknown_and_not_nothing() -> None:
    nothing: dict[str, Any] = {
        "bytes_sent": None,
        "bytes_received": None,
        "rate_sent": None,
        "rate_received": None,
    }
    udp = connection(protocol="udp", **nothing)
    (row,) = by_process([udp, udp])
    assert (row.bytes_sent, row.bytes_received, row.rate_sent, row.rate_received) == (None, None, None, None)
    (row,) = by_process([udp, connection(bytes_sent=3, bytes_received=0)])
    assert (row.bytes_sent, row.bytes_received) == (3, 0)


def test_rates_that_are_not_known_yet_are_not_nothing() -> None:
    first_poll = connection(bytes_sent=3, bytes_received=4, rate_sent=None, rate_received=None)
    (row,) = by_process([first_poll])
    assert (row.bytes_sent, row.rate_sent, row.rate_received) == (3, None, None)
    (row,) = by_process([first_poll, connection(rate_sent=0.0, rate_received=0.0)])
    assert (row.rate_sent, row.rate_received) == (0.0, 0.0)


def test_processes_that_share_a_socket_are_one_holder() -> None:
    one = connection(owner=owner(process("nginx", 80)))
    rows = by_process([connection(owner=NGINX), one, connection(owner=NGINX._replace())])
    assert [(row.key, row.connections) for row in rows] == [((80, 81), 2), ((80,), 1)]


def test_a_connection_that_is_over_belongs_to_who_held_it() -> None:
    over = Owner(reason=OwnerReason.TIME_WAIT, former=NGINX.processes)
    live, remains = connection(owner=NGINX), connection(owner=over, state=SocketState.TIME_WAIT)
    for rows in ([live, remains], [remains, live]):
        (row,) = by_process(rows)
        assert (row.key, row.connections, row.owner) == ((80, 81), 2, NGINX)
    (row,) = by_process([remains])
    assert row.owner == over


def test_without_processes_reason_user_and_unit_make_the_holder() -> None:
    other = OwnerReason.OTHER_USER
    owners = [
        Owner(reason=other, uid=33, unit="a.service"),
        Owner(reason=other, uid=33, unit="b.service"),
        Owner(reason=other, uid=34, unit="a.service"),
        Owner(reason=OwnerReason.HIDDEN, uid=33, unit="a.service"),
        Owner(reason=other, uid=33, unit="a.service", user="www-data"),
    ]
    assert [row.connections for row in by_process(connection(owner=held) for held in owners)] == [2, 1, 1, 1]
    assert len({holder_key(held) for held in owners}) == 4
