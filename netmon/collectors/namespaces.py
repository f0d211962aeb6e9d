"""What listens on a port in other network namespaces (containers), found without root where /proc lets one.

The network tables of a foreign process, /proc/PID/net/tcp and the like, may be read by anyone who sees the
process (proc(5), proc_pid_net(5)). There is one set of them for each network namespace, so that the inode
of such a file tells namespaces apart, where /proc/PID/ns/net would need the right to trace the process.
Verified as uid 65534 on Linux 6.18.
"""

from __future__ import annotations

import os
import socket
import struct
import sys
import time
from collections.abc import Collection, Iterator
from typing import Final, NamedTuple

from netmon.collectors import procfs
from netmon.model.endpoint import Endpoint
from netmon.model.process import Process
from netmon.model.socket import Protocol

_LINUX = sys.platform.startswith("linux")
MOST_NAMESPACES = 64
"""Other namespaces that are looked into, those of the lowest pids first."""
TABLE_BYTES = 1 << 20
"""Bytes read of one table: some 7,000 sockets."""
DEADLINE_S = 0.5
"""When no further table is begun: for one of TCP the kernel walks the whole machine's sockets, 2 to 4 ms."""
_PAGE_BYTES = 4096
_MOST_PROCESSES = 64
_MOST_DESCRIPTORS = 4096

_TABLES: Final[tuple[tuple[str, Protocol, bytes], ...]] = (
    ("tcp", "tcp", b"0A"), ("tcp6", "tcp", b"0A"), ("udp", "udp", b"07"), ("udp6", "udp", b"07"),
)  # fmt: skip
"""File, protocol, and the state of a listener or an unconnected socket in it."""


class ForeignListener(NamedTuple):
    """A socket that listens in another network namespace."""

    protocol: Protocol
    local: Endpoint
    uid: int
    """The user it belongs to, by the number it has here."""
    inode: int
    namespace: int
    """The inode of the namespace's table: a number of its own, not the one in /proc/PID/ns/net."""
    process: Process | None
    """Who holds it, where that may be read."""
    resident: Process | None
    """A process that lives in that namespace: the one with the lowest pid."""


class _Row(NamedTuple):
    """What one line of a table says."""

    local: Endpoint
    state: bytes
    uid: int
    inode: int


def foreign_listeners(ports: Collection[int]) -> list[ForeignListener]:
    """The sockets that listen on one of these ports in other network namespaces that can be seen."""
    if not _LINUX:
        return []
    found: list[ForeignListener] = []
    deadline = time.monotonic() + DEADLINE_S
    for namespace, pids in _other_namespaces():
        used = _tables_in_use(pids[0])
        for table, protocol, state in _TABLES:
            if table in used and time.monotonic() < deadline:
                text = _read(f"/proc/{pids[0]}/net/{table}", only_listeners=protocol == "tcp")
                rows = parse_table(text, ports)
                found += [_foreign(protocol, row, namespace, pids) for row in rows if row.state == state]
    return found


def _tables_in_use(pid: int) -> set[str]:
    """The tables with any socket in them, from counts that cost the kernel nothing: `TCP: inuse 2 …`."""
    text = _read(f"/proc/{pid}/net/sockstat") + _read(f"/proc/{pid}/net/sockstat6")
    lines = [line.split() for line in text.splitlines()]
    return {
        line[0].rstrip(b":").decode("ascii", "replace").lower()
        for line in lines
        if line[1:2] == [b"inuse"] and line[2:3] != [b"0"]
    }


def _foreign(protocol: Protocol, row: _Row, namespace: int, pids: list[int]) -> ForeignListener:
    holder = _holder(row.inode, pids)
    process = None if holder is None else procfs.read_process(holder)
    resident = procfs.read_process(pids[0])
    return ForeignListener(protocol, row.local, row.uid, row.inode, namespace, process, resident)


def _other_namespaces() -> list[tuple[int, list[int]]]:
    """Each other network namespace with the processes in it, lowest pid first."""
    own = _namespace_of("self")
    residents: dict[int, list[int]] = {}
    for pid in sorted(procfs.pids()):
        namespace = _namespace_of(str(pid))
        if namespace is not None and namespace != own:
            residents.setdefault(namespace, []).append(pid)
    return list(residents.items())[:MOST_NAMESPACES]


def _namespace_of(pid: str) -> int | None:
    try:
        return os.stat(f"/proc/{pid}/net/tcp").st_ino
    except OSError:  # gone, or hidden
        return None


def _holder(inode: int, pids: list[int]) -> int | None:
    """The first of these processes that has a descriptor of a socket, as far as they may be read."""
    wanted = f"socket:[{inode}]"
    for pid in pids[:_MOST_PROCESSES]:
        try:
            names = os.listdir(f"/proc/{pid}/fd")[:_MOST_DESCRIPTORS]
        except OSError:
            continue
        for name in names:
            try:
                if os.readlink(f"/proc/{pid}/fd/{name}") == wanted:
                    return pid
            except OSError:
                continue
    return None


def parse_table(text: bytes, ports: Collection[int]) -> Iterator[_Row]:
    """The sockets bound to one of these ports, from the whole lines of a table in /proc/net."""
    marks = [f":{port:04X} ".encode() for port in ports]
    if not any(mark in text for mark in marks):
        return
    for line in text[: text.rfind(b"\n") + 1].splitlines():  # where reading ended, a number may be cut
        if any(mark in line for mark in marks) and (row := _row(line)) and row.local.port in ports:
            yield row


def _row(line: bytes) -> _Row | None:
    """One line (`sl local_address rem_address st tx:rx tr:tm retrnsmt uid timeout inode …`), or None."""
    try:
        _, local, _, state, _, _, _, uid, _, inode, *_ = line.split()
        address, port = local.split(b":")
        return _Row(Endpoint(_address(address), int(port, 16)), state, int(uid), int(inode))
    except (ValueError, struct.error):
        return None


def _address(digits: bytes) -> str:
    """An address as these tables write it: 32-bit words, each as the machine keeps it.

    Raises:
        ValueError: it is neither four nor sixteen bytes.
    """
    words = [int(digits[at : at + 8], 16) for at in range(0, len(digits), 8)]
    raw = struct.pack(f"={len(words)}I", *words)
    if raw.startswith(b"\0" * 10 + b"\xff\xff"):
        raw = raw[12:]
    return socket.inet_ntop(socket.AF_INET if len(raw) == 4 else socket.AF_INET6, raw)


def _is_past_listeners(piece: bytes) -> bool:
    """Whether a piece of a table of TCP ends with a connection: listeners stand before them."""
    *_, last = piece[: piece.rfind(b"\n")].splitlines() or [b""]
    return last.split()[3:4] not in ([b"0A"], [b"st"], [])


def _read(path: str, *, only_listeners: bool = False) -> bytes:
    """A table as far as it is of use: of TCP only to where the listeners end."""
    try:
        with open(path, "rb", buffering=0) as table:
            pieces: list[bytes] = []
            room = TABLE_BYTES
            while room > 0 and (piece := table.read(min(room, 1 << 16))):
                pieces.append(piece)
                room -= len(piece)
                # A page that is not full was the last; asked again, the kernel would walk all once more.
                if len(piece) < _PAGE_BYTES // 2 or (only_listeners and _is_past_listeners(piece)):
                    break
            return b"".join(pieces)
    except OSError:
        return b""
