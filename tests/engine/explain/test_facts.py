"""Every value with its origin; what is unknown says why."""

from __future__ import annotations

from typing import Any

import pytest

from netmon.engine.explain.facts import connection_facts
from netmon.engine.explain.words import Fact
from netmon.model.connection import Connection, Direction, OpenedBasis
from netmon.model.socket import SocketState, Uncounted
from tests.builders import NOW, connection, listener, state, tcp_info


def facts(row: Connection, **fields: Any) -> dict[str, Fact]:
    """The facts by label, each of which there is once."""
    found = list(connection_facts(row, state(**fields), "ss -tanpi"))
    assert len({fact.label for fact in found}) == len(found)
    return {fact.label: fact for fact in found}


def test_values_name_their_origin() -> None:
    found = facts(connection())
    assert found["round trip"][1:] == ("11.8 ms", "kernel: tcp_info.tcpi_rtt")
    assert found["received"][1:] == ("90 kB (90,210 bytes)", "kernel: tcp_info.tcpi_bytes_received")
    assert found["receiving"][1:] == ("45 kB/s", "netmon: difference of two polls")
    assert found["service"][1:] == ("https", "services(5)")
    assert found["command"][1:] == ("curl --flag", "/proc/4711/cmdline")
    assert found["user"][1:] == ("uid 1000 (dev)", "kernel: inet_diag uid")
    assert found["ss"][1:] == ("ss -tanpi", "ss(8)")


def test_counters_that_a_kernel_does_not_have_are_unknown() -> None:
    info = tcp_info(rtt_us=None, rtt_var_us=None, min_rtt_us=None, delivery_rate=0, bytes_retransmitted=None)
    found = facts(connection(socket={"tcp": info}))
    assert found["round trip"].value == "unknown: not measured yet"
    assert found["delivery rate"].value == "unknown: not measured yet"
    assert found["time busy"].value == "unknown: this kernel does not report it"
    assert found["retransmitted"].value == "unknown: this kernel does not report it"


def test_without_counters_the_reason_stands_in_their_place() -> None:
    found = facts(connection(socket={"tcp": None, "uncounted": Uncounted.SOURCE}), source="psutil")
    assert found["counters"][1:] == ("unknown: psutil does not give byte counters", "source: psutil")
    assert found["received"].value == "unknown: psutil does not give byte counters"


def test_bytes_remembered_by_netmon_are_not_the_kernels() -> None:
    row = connection(
        state=SocketState.TIME_WAIT,
        socket={"tcp": None, "uncounted": Uncounted.TIME_WAIT, "inode": None},
        bytes_sent=3,
    )
    found = facts(row)
    assert found["sent"][1:] == ("3 B (3 bytes)", "netmon: remembered from earlier counters")
    assert found["received"].value == "unknown: TIME_WAIT keeps no counters"
    assert found["inode"].value.startswith("unknown: the kernel gives none")
    assert "receive queue" not in found


@pytest.mark.parametrize(
    ("fields", "value", "origin"),
    [
        ({}, "unknown: it was there before; at least 10 seconds ago", "netmon: there at the first look"),
        (
            {"opened_at": NOW - 8, "opened_basis": OpenedBasis.SEEN},
            "2026-07-01 11:59:52 UTC, about 8 seconds ago",
            "netmon: seen between two polls",
        ),
        (
            {"opened_basis": OpenedBasis.EVENT, "closed_at": NOW},
            "unknown: it lived between two polls",
            "kernel: destroy event",
        ),
    ],
)
def test_when_it_was_opened(fields: dict[str, Any], value: str, origin: str) -> None:
    assert facts(connection(**fields))["opened"][1:] == (value, origin)


def test_a_closed_connection_has_no_rates_and_no_queues() -> None:
    found = facts(connection(closed_at=NOW - 2))
    assert found["closed"].value == "2026-07-01 11:59:58 UTC, 2 seconds ago"
    assert not {"receiving", "sending", "receive queue"} & found.keys()


def test_rates_need_two_polls() -> None:
    found = facts(connection(rate_sent=None))
    assert found["sending"].value == "unknown: needs two polls"


def test_udp_is_not_counted_but_has_drops() -> None:
    found = facts(connection("8.8.8.8:53", protocol="udp", socket={"drops": 3, "receive_queue": 20}))
    assert found["sent"].value == f"unknown: {Uncounted.UDP}"
    assert found["dropped"].value == "3 datagrams"
    assert found["receive queue"].value == "20 B"
    assert "round trip" not in found


def test_a_listener() -> None:
    found = facts(listener("[::]:8080", socket={"receive_queue": 17}))
    assert found["accept queue"].value == "17 connections"
    assert found["backlog"].value == "128 connections"
    assert found["v6only"].value == "no"
    assert "direction" not in found
    assert "received" not in found


def test_v4_mapped_and_unknown_direction() -> None:
    row = connection(socket={"family": 6}, direction=Direction.UNKNOWN)
    found = facts(row)
    assert found["protocol"].value == "TCP over IPv4 on an IPv6 socket"
    assert found["direction"][1:] == ("unknown: nothing tells who opened it", "netmon: no basis")


def test_interfaces_by_binding_by_address_or_not_at_all() -> None:
    assert facts(connection(socket={"interface": "wg0"}))["interface"][1:] == (
        "wg0",
        "kernel: inet_diag idiag_if",
    )
    assert facts(connection())["interface"].origin == "netmon: the interface of the address"
    assert facts(connection(interface=None))["interface"].value == (
        "unknown: no interface has the local address"
    )
    assert facts(listener(interface=None))["interface"].value == "unknown: bound to none"
