"""What is this machine's own, and which interface it passes."""

from __future__ import annotations

import pytest

from netmon.engine.locality import interface_of, is_own
from tests.builders import connection

ADDRESSES = {"127.0.0.1": "lo", "10.0.0.5": "eth0", "2001:db8::5": "eth0"}


@pytest.mark.parametrize(
    ("address", "own"), [("10.0.0.5", True), ("127.8.8.8", True), ("::1", True), ("10.0.0.6", False)]
)
def test_own_addresses(address: str, own: bool) -> None:
    assert is_own(address, ADDRESSES) is own


@pytest.mark.parametrize(
    ("local", "remote", "interface"),
    [
        ("10.0.0.5:50000", "203.0.113.7:443", "eth0"),
        ("10.0.0.5:50000", "10.0.0.5:80", "lo"),  # to itself: the packets never reach the network
        ("127.0.0.1:50000", "127.0.0.2:80", "lo"),
        ("[2001:db8::5]:50000", "[2001:db8::9]:80", "eth0"),
        ("192.0.2.1:50000", "203.0.113.7:443", None),
    ],
)
def test_the_interface_follows_from_the_addresses(local: str, remote: str, interface: str | None) -> None:
    assert interface_of(connection(remote, local=local).socket, ADDRESSES) == interface


def test_a_binding_says_it_for_sure() -> None:
    bound = connection(socket={"interface": "wg0"}).socket
    assert interface_of(bound, ADDRESSES) == "wg0"
