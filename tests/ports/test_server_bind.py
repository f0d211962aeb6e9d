"""Real binds, against real sockets that are in the way or not."""

from __future__ import annotations

import socket
from collections.abc import Callable

import pytest

from netmon.ports.server_bind import Binding, try_binding
from tests.servers import udp_socket
from tests.sockets import CLONE_NEWNET, NOBODY, connect, dual_listener, in_child, listener, port_of


def test_a_free_port_can_be_bound_again_and_again() -> None:
    with listener() as server:
        port = port_of(server)
    assert [try_binding("tcp", port) for _ in range(3)] == [Binding.POSSIBLE] * 3
    with socket.create_server(("127.0.0.1", port)):  # nothing of it is left in the way
        assert try_binding("tcp", port) is Binding.TAKEN
    assert try_binding("udp", port) is Binding.POSSIBLE


@pytest.mark.parametrize("make", [listener, dual_listener, lambda: listener(socket.AF_INET6)])
def test_a_listener_of_either_family_is_in_the_way(make: Callable[[], socket.socket]) -> None:
    with make() as server:
        assert try_binding("tcp", port_of(server)) is Binding.TAKEN


def test_only_the_address_that_is_meant_counts() -> None:
    with listener() as server:
        port = port_of(server)
        assert try_binding("tcp", port, "127.0.0.1") is Binding.TAKEN
        assert try_binding("tcp", port, "127.0.0.9") is Binding.POSSIBLE
        assert try_binding("tcp", port, "::1") is Binding.POSSIBLE


def test_an_outgoing_connection_keeps_its_port() -> None:
    with listener() as server:
        client, accepted = connect(server)
        with client, accepted:
            assert try_binding("tcp", port_of(client)) is Binding.TAKEN


def test_udp_is_not_shared() -> None:
    with udp_socket() as server:
        assert try_binding("udp", port_of(server)) is Binding.TAKEN


def test_an_address_of_another_machine_proves_nothing() -> None:
    assert try_binding("tcp", 8080, "192.0.2.1") is Binding.NOT_PROVABLE


@pytest.mark.root
def test_a_privileged_port_proves_nothing_to_who_may_not_bind_it() -> None:
    def ask() -> Binding:
        return in_child(lambda: try_binding("tcp", 80), uid=NOBODY)

    # A network namespace of its own begins with ip_unprivileged_port_start at 1024, whatever it is here.
    assert in_child(ask, namespaces=CLONE_NEWNET) is Binding.NOT_PROVABLE
