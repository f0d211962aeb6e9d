"""Interface counters, by bytes really sent."""

from __future__ import annotations

import socket

import psutil
import pytest

from netmon.collectors.interfaces import read_counters
from tests.sockets import receive_exactly, tcp_pair, wait_for

_SENT = 300_000


def test_every_interface_is_there() -> None:
    assert set(read_counters()) == set(psutil.net_io_counters(pernic=True))


def test_bytes_through_loopback_are_counted_both_ways() -> None:
    before = read_counters()["lo"]
    with tcp_pair() as (client, accepted):
        client.settimeout(10)
        for _ in range(_SENT // 10_000):
            client.sendall(bytes(10_000))
            receive_exactly(accepted, 10_000)
    wait_for(lambda: read_counters()["lo"].bytes_sent - before.bytes_sent >= _SENT)
    assert read_counters()["lo"].bytes_received - before.bytes_received >= _SENT


def test_unreadable_counters_are_none_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psutil, "PROCFS_PATH", "/nowhere")
    assert socket.if_nameindex()  # there are interfaces
    assert read_counters() == {}
