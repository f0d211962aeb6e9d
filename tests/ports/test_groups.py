"""One port and protocol is one thing: its owners, its reach and its sums."""

from __future__ import annotations

from typing import Any

from netmon.model.connection import Connection, Direction
from netmon.model.process import OwnerReason
from netmon.ports.groups import PortGroup, merged_owners, port_groups
from netmon.ports.reach.classes import Reach
from netmon.ports.traffic import Traffic
from tests.builders import NOW, connection, listener, owner, process, state


def group(*listeners: Connection, connections: tuple[Connection, ...] = (), **fields: Any) -> PortGroup:
    (found,) = port_groups(state(connections, listeners, **fields))
    return found


def held(*listeners: Connection) -> list[list[int]]:
    """The pids of each owner."""
    return [[process.pid for process in one.processes] for one in merged_owners(listeners)]


def test_ports_come_in_order_each_with_all_its_sockets() -> None:
    rows = [listener("[::]:80", v6only=True), listener("0.0.0.0:80"), listener("0.0.0.0:80", protocol="udp")]
    found = port_groups(state(listeners=[listener("0.0.0.0:443"), *rows]))
    assert [(each.port, each.protocol, each.addresses) for each in found] == [
        (80, "tcp", ("0.0.0.0", "::")),
        (80, "udp", ("0.0.0.0",)),
        (443, "tcp", ("0.0.0.0",)),
    ]
    assert found[0].key == ("port", "tcp", 80)


def test_its_reach_is_that_of_any_socket_and_unknown_only_where_it_could_be_more() -> None:
    both = group(listener("127.0.0.1:80"), listener("[::1]:80"))
    assert both.reach == Reach(True, True, False, False)
    assert not both.is_exposed
    unread = group(listener("0.0.0.0:80"), listener("127.0.0.1:80"), addresses={})
    assert unread.reach == Reach(True, False, None, False)


def test_queues_add_up_and_one_that_fills_is_enough() -> None:
    calm = listener("0.0.0.0:80", socket={"receive_queue": 0, "send_queue": 100})
    filling = listener("[::]:80", socket={"receive_queue": 60, "send_queue": 100})
    both = group(calm, filling)
    assert (both.accept_queue, both.is_filling) == ((60, 200), True)
    assert group(listener("0.0.0.0:80", protocol="udp")).accept_queue is None


def test_what_several_sockets_on_one_end_took_counts_once() -> None:
    workers = [owner(process("nginx", pid)) for pid in (1, 2)]
    taken = connection(local="10.0.0.5:80", direction=Direction.INBOUND, rate_sent=1.0)
    shared = group(*(listener("0.0.0.0:80", owner=each) for each in workers), connections=(taken,))
    assert shared.traffic == Traffic(1, 45105.0, 1.0)
    six = connection(local="[2001:db8::5]:80", direction=Direction.INBOUND, rate_sent=2.0)
    split = group(listener("0.0.0.0:80"), listener("[::]:80", v6only=True), connections=(taken, six))
    assert split.traffic == Traffic(2, 90210.0, 3.0)


def test_workers_of_one_server_are_one_owner() -> None:
    reuse = [listener("0.0.0.0:80", process=process("nginx", pid, parent_pid=1)) for pid in (12, 11)]
    assert held(*reuse) == [[11, 12]]
    master = listener("0.0.0.0:80", process=process("nginx", 10, parent_pid=1))
    worker = listener("[::]:80", process=process("nginx", 11, parent_pid=10))
    assert held(master, worker) == [[10, 11]]
    inherited = listener("[::]:80", owner=owner(process("nginx", 10), process("nginx", 11)))
    assert held(master, inherited) == [[10, 11]]


def test_strangers_on_one_port_are_told_apart_also_by_one_name() -> None:
    four = listener("0.0.0.0:80", process=process("python3", 10, parent_pid=1, command=("python3", "a")))
    six = listener("[::]:80", process=process("python3", 20, parent_pid=1, command=("python3", "b")))
    assert held(four, six) == [[10], [20]]
    twin = listener("[::]:80", process=process("python3", 20, parent_pid=1, command=("python3", "a")))
    assert held(four, twin) == [[10, 20]]
    node = listener("[::]:80", process=process("node", 20, parent_pid=10))
    assert held(four, node) == [[10], [20]]


def test_owners_without_a_process_are_one_where_nothing_tells_them_apart() -> None:
    unit = owner(uid=33, unit="web.service")
    other = owner(reason=OwnerReason.OTHER_USER, uid=34)
    rows = [listener("0.0.0.0:80", owner=each) for each in (unit, unit._replace(), other)]
    assert [one.uid for one in merged_owners(rows)] == [33, 34]


def test_a_port_that_is_gone_carries_nothing_and_is_as_it_last_was() -> None:
    gone = listener("0.0.0.0:80", process="nginx", service="http")._replace(closed_at=NOW - 9)
    taken = connection(local="10.0.0.5:80", direction=Direction.INBOUND)
    found = group(gone_listeners=(gone,), connections=(taken,), started_at=NOW - 60)
    assert found.is_gone
    assert (found.service, found.addresses, found.traffic) == ("http", ("0.0.0.0",), Traffic())
    assert found.owners[0].process is not None
    assert found.owners[0].process.name == "nginx"
