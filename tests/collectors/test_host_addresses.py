"""The machine's addresses and tunnels together."""

from __future__ import annotations

import socket

import pytest

from netmon.collectors.addresses import read_addresses
from netmon.collectors.host_addresses import read_host_addresses
from netmon.collectors.netlink import NetlinkSocket
from tests.sockets import CLONE_NEWNET, in_child


def test_the_addresses_are_those_of_the_poll() -> None:
    link = NetlinkSocket(socket.NETLINK_ROUTE)
    try:
        expected = read_addresses(link)
    finally:
        link.close()
    host = read_host_addresses()
    assert {one.address for one in host.addresses} == set(expected)
    assert host.tunnels <= {index for index, _ in socket.if_nameindex()}


@pytest.mark.root
def test_a_machine_without_addresses() -> None:
    assert in_child(read_host_addresses, namespaces=CLONE_NEWNET).addresses == ()


def test_elsewhere_it_is_an_error_with_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(socket, "AF_NETLINK")
    with pytest.raises(OSError, match="only Linux"):
        read_host_addresses()
