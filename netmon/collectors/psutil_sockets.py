"""Sockets as psutil tells of them, made into records: each once, with every process that holds it."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import lru_cache
from typing import Any, Final, Literal, NamedTuple

import psutil

from netmon.collectors import procfs
from netmon.collectors.psutil_addresses import plain_address
from netmon.model.endpoint import Endpoint
from netmon.model.process import Owner
from netmon.model.socket import SocketRecord, SocketState, Uncounted

_LINUX = sys.platform.startswith("linux")

_STATES: Final = {
    psutil.CONN_ESTABLISHED: SocketState.ESTABLISHED,
    psutil.CONN_SYN_SENT: SocketState.SYN_SENT,
    psutil.CONN_SYN_RECV: SocketState.SYN_RECV,
    psutil.CONN_FIN_WAIT1: SocketState.FIN_WAIT1,
    psutil.CONN_FIN_WAIT2: SocketState.FIN_WAIT2,
    psutil.CONN_TIME_WAIT: SocketState.TIME_WAIT,
    psutil.CONN_CLOSE: SocketState.CLOSED,
    psutil.CONN_CLOSE_WAIT: SocketState.CLOSE_WAIT,
    psutil.CONN_LAST_ACK: SocketState.LAST_ACK,
    psutil.CONN_LISTEN: SocketState.LISTEN,
    psutil.CONN_CLOSING: SocketState.CLOSING,
    "DELETE_TCB": SocketState.CLOSED,  # Windows: about to go
}


class RawSocket(NamedTuple):
    """One socket as psutil tells of it."""

    family: int
    kind: int
    local: tuple[str, int]
    remote: tuple[str, int] | tuple[()]
    status: str
    inode: int | None
    """Linux only: tells sockets of one port apart, and the same socket in several processes."""


def connections_by_process() -> Iterator[tuple[Any, int]]:
    """What psutil tells of each socket, and the pid, of those processes that may be asked."""
    for process in psutil.process_iter():
        with suppress(psutil.NoSuchProcess, psutil.AccessDenied, PermissionError):
            for connection in process.net_connections("inet"):
                yield connection, process.pid


def merge(connections: Iterable[tuple[Any, int | None]]) -> dict[RawSocket, tuple[int, ...]]:
    """Every socket that is bound to a port, once, with the processes that hold it, lowest pid first."""
    inodes, holders = _sockets_by_process() if _LINUX else ({}, {})
    held: dict[RawSocket, tuple[int, ...]] = {}
    for (fd, family, kind, local, remote, status, *_), pid in connections:
        if not local or not local[1]:
            continue
        remote = remote if remote and remote[1] else ()
        inode = inodes.get((pid, fd)) if pid else None
        raw = RawSocket(family, kind, local, remote, status, inode)
        if inode is not None:
            held[raw] = holders[inode]
        else:
            # Windows gives its idle process, 0, to what has none.
            held[raw] = tuple(sorted({*held.get(raw, ()), pid})) if pid else held.get(raw, ())
    return held


def _sockets_by_process() -> tuple[dict[tuple[int, int], int], dict[int, tuple[int, ...]]]:
    """On Linux: (pid, descriptor) to socket inode, and inode to pids.

    psutil knows one process of each socket here; a prefork server's has several.
    """
    inodes: dict[tuple[int, int], int] = {}
    holders: dict[int, tuple[int, ...]] = {}
    for pid in sorted(procfs.pids()):
        alone = (pid,)
        with suppress(OSError):  # gone, or not ours to read
            for name in os.listdir(f"/proc/{pid}/fd"):
                with suppress(OSError):
                    link = os.readlink(f"/proc/{pid}/fd/{name}")
                    if link.startswith("socket:["):
                        inode = inodes[pid, int(name)] = int(link[8:-1])
                        others = holders.setdefault(inode, alone)
                        if others[-1] != pid:
                            holders[inode] = others + alone
    return inodes, holders


def state_of(raw: RawSocket) -> SocketState:
    """The state; of a UDP socket, whether it has a peer."""
    if raw.kind == socket.SOCK_DGRAM:
        return SocketState.ESTABLISHED if raw.remote else SocketState.UNCONNECTED
    return _STATES.get(raw.status, SocketState.UNKNOWN)


def record_of(raw: RawSocket, pids: tuple[int, ...], owner: Owner) -> SocketRecord:
    """The record of a socket; what psutil does not tell is None."""
    state = state_of(raw)
    family: Literal[4, 6] = 6 if raw.family == socket.AF_INET6 else 4
    remote = raw.remote if raw.remote and state is not SocketState.LISTEN else None
    return SocketRecord(
        key=_key(raw, pids),
        protocol="udp" if raw.kind == socket.SOCK_DGRAM else "tcp",
        family=family,
        local=_endpoint(*raw.local, family),
        remote=_endpoint(*remote, family) if remote else None,
        state=state,
        owner=owner,
        inode=raw.inode,
        uncounted=Uncounted.LISTENER if state is SocketState.LISTEN else Uncounted.SOURCE,
    )


def _key(raw: RawSocket, pids: tuple[int, ...]) -> object:
    """What identifies a socket from poll to poll, whatever state it passes through."""
    if raw.kind == socket.SOCK_STREAM and raw.remote:
        return raw[:4]
    return raw[1:2] + raw[5:] if raw.inode is not None else raw[:5] + pids[:1]


@lru_cache(maxsize=16384)
def _endpoint(address: str, port: int, family: int) -> Endpoint:
    return Endpoint(plain_address(address, family), port)
