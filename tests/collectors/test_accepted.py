"""Connections counted straight from a dump agree with connections decoded from it."""

from __future__ import annotations

import contextlib
import socket
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.collectors.accepted import RawCounts, count_datagram, local_ends
from netmon.collectors.linux import LinuxCollector
from netmon.collectors.netlink import NetlinkError
from tests.sockets import port_of


def test_connections_are_counted_by_their_local_end() -> None:
    with contextlib.ExitStack() as held:
        server = held.enter_context(socket.create_server(("127.0.0.1", 0)))
        dual = held.enter_context(
            socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True)
        )
        for listener, times in ((server, 3), (dual, 2)):
            for _ in range(times):
                held.enter_context(socket.create_connection(("127.0.0.1", port_of(listener))))
                held.enter_context(listener.accept()[0])
        collector = held.enter_context(contextlib.closing(LinuxCollector(follow=False, listeners_only=True)))
        snapshot = collector.poll()
        assert snapshot.accepted is not None
        assert snapshot.accepted["tcp", 4, "127.0.0.1", port_of(server)] == 3
        assert snapshot.accepted["tcp", 6, "127.0.0.1", port_of(dual)] == 2  # v4-mapped
        ports = {record.local.port for record in snapshot.sockets if record.protocol == "tcp"}
        assert {port_of(server), port_of(dual)} <= ports
        assert all(record.remote is None for record in snapshot.sockets if record.protocol == "tcp")


@given(st.binary(max_size=400))
def test_random_bytes_are_refused_or_count_nothing_wrong(data: bytes) -> None:
    counts: RawCounts = Counter()
    try:
        count_datagram(memoryview(data), counts)
    except NetlinkError:
        return
    assert sum(local_ends(counts).values()) <= len(data) // 16


def test_a_datagram_cut_short_is_an_error() -> None:
    with pytest.raises(NetlinkError):
        count_datagram(memoryview(b"\x60\0\0\0\x14\0\x02\0"), Counter())
