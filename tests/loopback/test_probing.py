"""Loopback addresses are tried with real sockets, and nothing else is."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from netmon.loopback.probing import Outcome, connect, probe


def test_ipv4_loopback_carries_a_connection() -> None:
    found = probe("127.0.0.1")
    assert found.works
    assert found.connect_us is not None
    assert 0 < found.connect_us < 1_000_000


def test_a_closed_port_is_refused() -> None:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        found = connect("127.0.0.1", sock.getsockname()[1])
    assert (found.outcome, found.connect_us) == (Outcome.REFUSED, None)
    assert found.detail


@contextmanager
def full_listener() -> Iterator[int]:
    """A port whose accept queue is full, so that the kernel drops further handshakes."""
    with ExitStack() as stack:
        server = stack.enter_context(socket.socket())
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        for _ in range(8):
            client = stack.enter_context(socket.socket())
            client.setblocking(False)
            client.connect_ex(server.getsockname())
        yield server.getsockname()[1]


def test_silence_times_out_within_the_deadline() -> None:
    with full_listener() as port:
        started = time.monotonic()
        found = connect("127.0.0.1", port, timeout_s=0.1)
    assert found.outcome is Outcome.TIMED_OUT
    assert time.monotonic() - started < 1.0


@pytest.mark.parametrize("address", ["192.0.2.1", "10.0.0.1", "2001:db8::1", "0.0.0.0"])
def test_only_loopback_addresses_are_tried(address: str) -> None:
    assert probe(address).outcome is Outcome.NOT_LOOPBACK
