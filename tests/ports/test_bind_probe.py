"""Binds that are undone at once: they say the truth and leave nothing behind."""

from __future__ import annotations

import errno
import os
import socket

import pytest

from netmon.ports.bind_probe import Attempt, Place, places_for, plain_address, probe
from tests.ports.asking import ANY4, ANY6, LOOP4, LOOP6, ONLY6, quiet_port, serving
from tests.sockets import port_of


def test_where_to_try() -> None:
    assert places_for(None) == (ANY4, ANY6, ONLY6, LOOP4, LOOP6)
    assert places_for("127.0.0.1") == (LOOP4,)
    assert places_for("::") == (ANY6, ONLY6)


def test_each_place_is_tried_without_and_with_reuseaddr() -> None:
    port = quiet_port()
    attempts = probe(port, "tcp", [LOOP4, LOOP6])
    assert attempts == tuple(
        Attempt(place, reuse, None) for place in (LOOP4, LOOP6) for reuse in (False, True)
    )


def test_nothing_is_left_of_a_probe() -> None:
    port = quiet_port()
    before = os.listdir("/proc/self/fd")
    for _ in range(3):
        assert all(attempt.can_bind for attempt in probe(port, "tcp", places_for(None)))
        assert all(attempt.can_bind for attempt in probe(port, "udp", places_for(None)))
    assert os.listdir("/proc/self/fd") == before
    with serving("::", port, v6only=False):
        pass


def test_a_probe_never_listens() -> None:
    """A client that tries at the same time is refused as before: the probe takes no connection."""
    port = quiet_port()
    probe(port, "tcp", [LOOP4])
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)


def test_refusals_keep_their_error() -> None:
    with serving("127.0.0.1") as server:
        (first, _) = probe(port_of(server), "tcp", [LOOP4])
    assert (first.error, first.error_name, first.can_bind) == (errno.EADDRINUSE, "EADDRINUSE", False)
    (absent, _) = probe(8080, "udp", [Place("192.0.2.1")])
    assert absent.error_name == "EADDRNOTAVAIL"
    (no_interface, _) = probe(8080, "tcp", [Place("fe80::1%nosuch0")])
    assert not no_interface.can_bind
    (no_zone, _) = probe(8080, "tcp", [Place("fe80::1")])
    assert no_zone.error_name == "EINVAL"


def test_addresses_in_their_shortest_form() -> None:
    assert plain_address("::ffff:10.0.0.1") == "10.0.0.1"
    assert plain_address("0:0:0:0:0:0:0:1") == "::1"
    assert plain_address("fe80::1%eth0") == "fe80::1%eth0"


def test_places_as_they_are_named() -> None:
    assert [str(place) for place in (ANY6, ONLY6, LOOP4)] == [":: (IPv4 too)", ":: (IPv6 only)", "127.0.0.1"]
