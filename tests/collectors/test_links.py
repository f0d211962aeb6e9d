"""Which interfaces are tunnels, as the kernel tells it and in made-up bytes."""

from __future__ import annotations

import socket
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.collectors.links import decode_tunnels, read_tunnels
from netmon.collectors.netlink import HEADER, NetlinkError, NetlinkSocket


def link_message(kind: int, index: int, message: int = 16) -> bytes:
    payload = struct.pack("=BxHiII", 0, kind, index, 0, 0)
    return HEADER.pack(HEADER.size + len(payload), message, 0, 1, 0) + payload


def test_the_interfaces_of_this_machine() -> None:
    link = NetlinkSocket(socket.NETLINK_ROUTE)
    try:
        found = read_tunnels(link)
    finally:
        link.close()
    assert set(found) == {index for index, _ in socket.if_nameindex()}
    assert found[socket.if_nametoindex("lo")] is False


@pytest.mark.parametrize(
    ("kind", "tunnel"), [(1, False), (772, False), (768, True), (769, True), (776, True)]
)
def test_ipip_ip6tnl_and_sit_are_tunnels(kind: int, tunnel: bool) -> None:
    assert decode_tunnels(link_message(kind, 7)) == {7: tunnel}


def test_other_messages_tell_nothing() -> None:
    assert decode_tunnels(link_message(776, 7, message=20)) == {}
    assert decode_tunnels(HEADER.pack(HEADER.size + 4, 16, 0, 1, 0) + bytes(4)) == {}


@given(st.binary(max_size=200))
def test_random_bytes(data: bytes) -> None:
    try:
        found = decode_tunnels(data)
    except NetlinkError:
        return
    assert all(isinstance(index, int) for index in found)
