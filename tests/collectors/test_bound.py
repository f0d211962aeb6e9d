"""Which sockets take what comes to a port, from the kernel and from psutil."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from netmon.collectors.bound import Bound, BoundSockets, NetlinkBound, PsutilBound, open_bound
from tests.collectors.seccomp import refuse_netlink
from tests.servers import udp_socket
from tests.sockets import connect, dual_listener, in_child, inode_of, listener, port_of


@pytest.fixture(params=[False, True], ids=["netlink", "psutil"])
def bound(request: pytest.FixtureRequest) -> Iterator[BoundSockets]:
    """Both ways to ask."""
    opened = open_bound(portable=request.param)
    assert isinstance(opened, PsutilBound if request.param else NetlinkBound)
    yield opened
    opened.close()


def test_listeners_by_port_and_nothing_else(bound: BoundSockets) -> None:
    with listener() as server, listener() as other:
        client, accepted = connect(server)
        with client, accepted:
            (found,) = bound.at("tcp", port_of(server))
            assert found == Bound(4, "127.0.0.1", inode_of(server), None)
            assert [one.inode for one in bound.at("tcp", port_of(other))] == [inode_of(other)]
            assert bound.at("tcp", port_of(client)) == []
            assert bound.at("udp", port_of(server)) == []
        port = port_of(server)
    assert bound.at("tcp", port) == []


def test_both_families(bound: BoundSockets) -> None:
    with dual_listener() as server:
        (found,) = bound.at("tcp", port_of(server))
        assert (found.family, found.address) == (6, "::")
        assert found.v6only is (False if isinstance(bound, NetlinkBound) else None)


def test_udp_sockets_without_a_peer(bound: BoundSockets) -> None:
    with udp_socket() as server, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.connect(server.getsockname())
        assert [one.inode for one in bound.at("udp", port_of(server))] == [inode_of(server)]
        assert bound.at("udp", port_of(client)) == []


def test_many_on_one_port(bound: BoundSockets) -> None:
    with ExitStack() as opened:
        port, servers = 0, []
        for _ in range(200):
            server = opened.enter_context(socket.socket())
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            server.bind(("127.0.0.1", port))
            server.listen()
            port = port_of(server)
            servers.append(inode_of(server))
        assert sorted(one.inode or 0 for one in bound.at("tcp", port)) == sorted(servers)


def test_where_netlink_is_refused_psutil_is_asked() -> None:
    def ask() -> tuple[str, int]:
        with listener() as server:
            refuse_netlink(errno.EPERM)
            opened = open_bound()
            return type(opened).__name__, len(opened.at("tcp", port_of(server)))

    assert in_child(ask) == ("PsutilBound", 1)
