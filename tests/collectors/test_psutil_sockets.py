"""Sockets as psutil tells of them, made into records: each once, whoever holds it."""

from __future__ import annotations

import os
import signal
import socket
from multiprocessing.connection import Connection as Channel
from typing import Any

import psutil
import pytest

from netmon.collectors.psutil_sockets import RawSocket, connections_by_process, merge, record_of, state_of
from netmon.model.endpoint import Endpoint
from netmon.model.process import Owner
from netmon.model.socket import SocketState, Uncounted
from tests.sockets import forked, inode_of, listener, port_of

ANY4, ONE, OTHER = ("0.0.0.0", 80), ("127.0.0.1", 50000), ("127.0.0.1", 80)


def raw(**changed: Any) -> RawSocket:
    usual = RawSocket(socket.AF_INET, socket.SOCK_STREAM, ONE, OTHER, psutil.CONN_ESTABLISHED, None)
    return usual._replace(**changed)


def told(one: RawSocket, fd: int = -1) -> tuple[Any, ...]:
    """What psutil would have answered of a socket; without a descriptor, as on Windows, it has no inode."""
    return (fd, *one[:5])


# -- one socket, once


def test_a_socket_is_known_by_its_inode() -> None:
    with listener() as server:
        held = merge((one, os.getpid()) for one in psutil.Process().net_connections("inet"))
        (found,) = [one for one in held if one.local[1] == port_of(server) and not one.remote]
        assert found.inode == inode_of(server)
    assert held[found] == (os.getpid(),)


def wait_to_be_killed(channel: Channel) -> None:
    channel.send("ready")
    signal.pause()


def test_a_socket_of_several_processes_is_one_with_all_of_them() -> None:
    with listener() as server, forked(wait_to_be_killed) as child:
        child.hear()
        held = merge(connections_by_process())
        (pids,) = [pids for one, pids in held.items() if one.inode == inode_of(server)]
    assert pids == tuple(sorted((os.getpid(), child.pid)))


def test_without_inodes_the_processes_of_equal_sockets_are_put_together() -> None:
    one = raw(local=ANY4, remote=(), status=psutil.CONN_LISTEN)
    assert merge([(told(one), 7_000_002), (told(one), 7_000_001)]) == {one: (7_000_001, 7_000_002)}


@pytest.mark.parametrize("pid", [None, 0])
def test_who_holds_nothing_is_nobody(pid: int | None) -> None:
    assert merge([(told(raw()), pid)]) == {raw(): ()}


def test_a_socket_without_a_port_is_left_out_and_a_peer_without_one_is_none() -> None:
    unbound, unconnected = raw(local=("0.0.0.0", 0)), raw(remote=("0.0.0.0", 0))
    assert merge([(told(unbound), None), (told(raw(local=())), None)]) == {}
    assert merge([(told(unconnected), None)]) == {raw(remote=()): ()}


# -- as records


@pytest.mark.parametrize(
    ("one", "state"),
    [
        (raw(), SocketState.ESTABLISHED),
        (raw(status="DELETE_TCB"), SocketState.CLOSED),
        (raw(status="BOUND"), SocketState.UNKNOWN),
        (raw(kind=socket.SOCK_DGRAM, status=psutil.CONN_NONE), SocketState.ESTABLISHED),
        (raw(kind=socket.SOCK_DGRAM, status=psutil.CONN_NONE, remote=()), SocketState.UNCONNECTED),
    ],
)
def test_states(one: RawSocket, state: SocketState) -> None:
    assert state_of(one) is state


def test_a_record_says_what_is_known() -> None:
    mapped = raw(family=socket.AF_INET6, local=("::ffff:127.0.0.1", 50000), remote=("::ffff:127.0.0.1", 80))
    record = record_of(mapped, (), Owner())
    assert (record.protocol, record.family) == ("tcp", 6)
    assert (record.local, record.remote) == (Endpoint("127.0.0.1", 50000), Endpoint("127.0.0.1", 80))
    assert (record.uncounted, record.v6only, record.tcp) == (Uncounted.SOURCE, None, None)


def test_a_listener_has_no_peer() -> None:
    record = record_of(raw(local=ANY4, status=psutil.CONN_LISTEN, remote=("0.0.0.0", 1)), (), Owner())
    assert (record.remote, record.uncounted) == (None, Uncounted.LISTENER)


def key(one: RawSocket, *pids: int) -> object:
    return record_of(one, pids, Owner()).key


def test_a_connection_keeps_its_key_whatever_becomes_of_it() -> None:
    assert key(raw(inode=5), 7) == key(raw(status=psutil.CONN_TIME_WAIT))
    assert key(raw()) != key(raw(remote=ANY4))


def test_other_sockets_are_told_apart_by_inode_or_else_by_holder() -> None:
    bound = raw(kind=socket.SOCK_DGRAM, remote=(), status=psutil.CONN_NONE)
    assert key(bound._replace(inode=1), 7) == key(bound._replace(inode=1), 8)
    assert key(bound._replace(inode=1), 7) != key(bound._replace(inode=2), 7)
    assert key(bound, 7) != key(bound, 8)
