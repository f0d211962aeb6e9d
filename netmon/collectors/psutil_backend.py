"""The portable collector: sockets as psutil tells of them (macOS, Windows, BSD, Linux without netlink).

It costs some ten times what the Linux collector does and knows less: no byte counters, queues, round-trip
times, cookies or closed sockets. What is missing is None and named in the snapshot's degradations.

psutil takes 20 ms to import, so that this module is imported only when it is chosen.
"""

from __future__ import annotations

import ctypes
import ipaddress
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final, Literal, NamedTuple, TypeVar

import psutil

from netmon.collectors import procfs
from netmon.collectors.base import CollectorError
from netmon.collectors.interfaces import read_counters
from netmon.model.endpoint import Endpoint
from netmon.model.process import Owner, OwnerReason, Process
from netmon.model.snapshot import Degradation, Snapshot, Source
from netmon.model.socket import SocketRecord, SocketState, Uncounted
from netmon.model.text import clean

_T = TypeVar("_T")

_LINUX = sys.platform.startswith("linux")
_EMBEDS_ZONE = sys.platform == "darwin" or "bsd" in sys.platform
_ADDRESSES_EVERY_S = 10.0
_COMMAND_TIMEOUT_S = 2.0
_ARGUMENTS_LIMIT = 256
_YOUNG_POLLS = 5
"""A process is read anew for this many polls after it appeared: it may still call exec."""
_DYNAMIC_PORTS = (49152, 65535)  # RFC 6335 section 6

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
_CLOSING = {SocketState.FIN_WAIT1, SocketState.FIN_WAIT2, SocketState.CLOSING, SocketState.LAST_ACK}
_ACCEPTABLE = {SocketState.ESTABLISHED, SocketState.CLOSE_WAIT}

_NETLINK_REMEDY = "use the Linux collector, which needs NETLINK_SOCK_DIAG and no root" if _LINUX else None
_ALWAYS_MISSING = (
    Degradation("bytes", Uncounted.SOURCE.value, _NETLINK_REMEDY),
    Degradation("queues", "psutil gives no queues, round-trip times or V6ONLY", _NETLINK_REMEDY),
    Degradation("closed", "psutil misses what opens and closes between two polls", _NETLINK_REMEDY),
)
_OWNERS_MISSING = Degradation("owners", "the processes of other users cannot be read", "run netmon as root")
_SOCKETS_MISSING = Degradation(
    "sockets", "this system shows only your own processes' sockets", "run netmon as root"
)


class _Raw(NamedTuple):
    """One socket as psutil tells of it."""

    family: int
    kind: int
    local: tuple[str, int]
    remote: tuple[str, int] | tuple[()]
    status: str
    inode: int | None
    """Linux only: tells sockets of one port apart, and the same socket in several processes."""


class _Known(NamedTuple):
    """What the last poll learnt of a process."""

    created: float | None
    polls: int
    told: Process | OwnerReason
    """The process, or why it cannot be told."""


class PsutilCollector:
    """Every TCP and UDP socket that psutil shows.

    An owner's uid is that of its first process: psutil does not tell the socket's own.

    Args:
        follow: also read the interfaces' counters, which a single reading has no use for.
        degradations: what was already lost on the way here.
    """

    source: Source = "psutil"

    def __init__(self, *, follow: bool = True, degradations: tuple[Degradation, ...] = ()) -> None:
        self._follow = follow
        self._privileged = _is_privileged()
        self._reason_unseen = _reason_unseen(self._privileged)
        self._by_process = False
        self._degradations = (*degradations, *_ALWAYS_MISSING)
        if not self._privileged and sys.platform != "win32":
            self._degradations += (_OWNERS_MISSING,)
        self._known: dict[_Raw, SocketRecord] = {}
        self._unheld = {reason: Owner(reason=reason) for reason in OwnerReason}
        self._processes: dict[int, _Known] = {}
        self._owners: dict[tuple[int, ...], Owner] = {}
        self._addresses: Mapping[str, str] = {}
        self._addresses_read_at = float("-inf")

    # -- polling

    def poll(self) -> Snapshot:
        """Read every socket, and who holds it.

        Raises:
            CollectorError: psutil cannot read the sockets at all.
        """
        now = time.monotonic()
        return Snapshot(
            taken_at=datetime.now(UTC),
            monotonic=now,
            began=now,
            source=self.source,
            sockets=self._read_sockets(),
            interfaces=read_counters() if self._follow else {},
            addresses=self._read_addresses(now),
            ephemeral=ephemeral_range(),
            degradations=self._degradations,
            privileged=self._privileged,
            cost_s=time.monotonic() - now,
        )

    def _read_sockets(self) -> list[SocketRecord]:
        try:
            held = _merge(self._connections())
        except (OSError, RuntimeError, psutil.Error) as error:
            raise CollectorError(f"psutil cannot read the sockets: {error}") from error
        self._read_owners({pids for pids in held.values() if pids})
        # Ports whose listener is known: what is connected to one and held by nobody is not accepted yet.
        served = {raw.local[1] for raw, pids in held.items() if pids and raw.status == psutil.CONN_LISTEN}
        before, self._known = self._known, {}
        found: dict[object, SocketRecord] = {}
        for raw, pids in held.items():
            owner = self._owners[pids] if pids else self._unheld[self._reason(raw, served)]
            known = before.get(raw)
            record = known if known is not None and known.owner is owner else _record(raw, pids, owner)
            self._known[raw] = record
            if pids or record.key not in found:  # twice if caught on its way to TIME_WAIT
                found[record.key] = record
        return list(found.values())

    def _connections(self) -> Iterable[tuple[Any, int | None]]:
        """What psutil tells of each socket, and the pid; system-wide if the system lets it."""
        if not self._by_process:
            try:
                return [(connection, connection.pid) for connection in psutil.net_connections("inet")]
            except (psutil.AccessDenied, PermissionError):
                # macOS: refused as soon as one process is another user's.
                self._by_process = True
                self._degradations += (_SOCKETS_MISSING,)
        return _connections_by_process()

    # -- owners

    def _read_owners(self, holders: set[tuple[int, ...]]) -> None:
        """Bring processes and owners up to date; what did not change stays the same object."""
        pids = {pid for held in holders for pid in held}
        self._processes = {pid: _read_known(pid, self._processes.get(pid)) for pid in pids}
        before, self._owners = self._owners, {}
        for held in holders:
            owner = _owner([self._processes[pid].told for pid in held])
            known = before.get(held)
            self._owners[held] = known if known is not None and known == owner else owner

    def _reason(self, raw: _Raw, served: set[int]) -> OwnerReason:
        """Why psutil names no process for a socket."""
        state = _state(raw)
        if state is SocketState.TIME_WAIT:
            return OwnerReason.TIME_WAIT
        if state is SocketState.SYN_RECV:
            return OwnerReason.HANDSHAKE
        if state in _ACCEPTABLE and raw.kind == socket.SOCK_STREAM and raw.local[1] in served:
            return OwnerReason.HANDSHAKE
        if state in _CLOSING:
            # Without root it may as well be another user's, half closed.
            return OwnerReason.CLOSED if self._privileged else OwnerReason.NOT_SUPPORTED
        return self._reason_unseen

    # -- the rest

    def _read_addresses(self, now: float) -> Mapping[str, str]:
        if now - self._addresses_read_at >= _ADDRESSES_EVERY_S:
            self._addresses_read_at = now
            with suppress(OSError, psutil.Error):
                self._addresses = read_addresses()
        return self._addresses

    def ancestors(self, pid: int) -> tuple[Process, ...]:
        """The parents of a process, nearest first."""
        return tuple(_ancestors(pid))

    def close(self) -> None:
        """Nothing is held open."""


# -- sockets


def _connections_by_process() -> Iterator[tuple[Any, int]]:
    for process in psutil.process_iter():
        with suppress(psutil.NoSuchProcess, psutil.AccessDenied, PermissionError):
            for connection in process.net_connections("inet"):
                yield connection, process.pid


def _merge(connections: Iterable[tuple[Any, int | None]]) -> dict[_Raw, tuple[int, ...]]:
    """Every socket that is bound to a port, once, with the processes that hold it, lowest pid first."""
    inodes, holders = _sockets_by_process() if _LINUX else ({}, {})
    held: dict[_Raw, tuple[int, ...]] = {}
    for (fd, family, kind, local, remote, status, *_), pid in connections:
        if not local or not local[1]:
            continue
        remote = remote if remote and remote[1] else ()
        inode = inodes.get((pid, fd)) if pid else None
        raw = _Raw(family, kind, local, remote, status, inode)
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


def _state(raw: _Raw) -> SocketState:
    if raw.kind == socket.SOCK_DGRAM:
        return SocketState.ESTABLISHED if raw.remote else SocketState.UNCONNECTED
    return _STATES.get(raw.status, SocketState.UNKNOWN)


def _record(raw: _Raw, pids: tuple[int, ...], owner: Owner) -> SocketRecord:
    state = _state(raw)
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


def _key(raw: _Raw, pids: tuple[int, ...]) -> object:
    """What identifies a socket from poll to poll, whatever state it passes through."""
    if raw.kind == socket.SOCK_STREAM and raw.remote:
        return raw[:4]
    return raw[1:2] + raw[5:] if raw.inode is not None else raw[:5] + pids[:1]


@lru_cache(maxsize=16384)
def _endpoint(address: str, port: int, family: int) -> Endpoint:
    return Endpoint(plain_address(address, family), port)


def plain_address(text: str, family: int, embeds_zone: bool = _EMBEDS_ZONE) -> str:
    """An address without its zone; v4-mapped ones as IPv4.

    Args:
        embeds_zone: whether the system keeps the zone in the second group of a link-local address, as the
            BSDs and macOS do inside the kernel (`fe80:4::1`).
    """
    text = text.partition("%")[0]
    if text in ("", "*"):
        return "::" if family == 6 else "0.0.0.0"
    if ":" not in text:
        return text
    ip = ipaddress.IPv6Address(text)
    if ip.ipv4_mapped is not None:
        return str(ip.ipv4_mapped)
    packed = ip.packed
    if embeds_zone and (ip.is_link_local or packed[:2] in (b"\xff\x01", b"\xff\x02")):
        packed = packed[:2] + b"\0\0" + packed[4:]
    return socket.inet_ntop(socket.AF_INET6, packed)


# -- processes


def _owner(told: list[Process | OwnerReason]) -> Owner:
    processes = tuple(one for one in told if isinstance(one, Process))
    if processes:
        return Owner(processes, None, processes[0].uid, processes[0].user, processes[0].unit)
    return Owner(reason=next(one for one in told if isinstance(one, OwnerReason)))


def _read_known(pid: int, known: _Known | None) -> _Known:
    try:
        process = psutil.Process(pid)
        created = _told(process.create_time, None)
        if known is None or known.created != created:
            return _Known(created, 1, _read_process(process))
        if known.polls >= _YOUNG_POLLS:
            return known
        told = _read_process(process)
    except psutil.AccessDenied:
        return _Known(None, 0, OwnerReason.UNREADABLE)
    except psutil.NoSuchProcess:
        return _Known(None, 0, OwnerReason.GONE)
    return _Known(created, known.polls + 1, known.told if known.told == told else told)


def _read_process(process: psutil.Process) -> Process | OwnerReason:
    """Everything netmon shows of a process.

    Raises:
        psutil.NoSuchProcess: it is gone.
    """
    with process.oneshot():
        name = clean(_told(process.name, ""), 256)
        if not name:
            return OwnerReason.UNREADABLE
        uid = _told(process.uids, (None,))[0] if hasattr(process, "uids") else None
        return Process(
            pid=process.pid,
            name=name,
            command=_bounded(_told(process.cmdline, [])),
            uid=uid,
            user=_user(process, uid),
            started_at=_told(process.create_time, None),
            parent_pid=_told(process.ppid, None) or None,
            unit=_unit(process.pid),
        )


def _told(ask: Callable[[], _T], otherwise: Any) -> _T | Any:
    """What psutil answers, or `otherwise` if it may not say; a process that is gone still raises."""
    try:
        return ask()
    except (psutil.AccessDenied, psutil.ZombieProcess, OSError):
        return otherwise


def _bounded(arguments: list[str]) -> tuple[str, ...]:
    kept, room = [], procfs.COMMAND_LIMIT
    for argument in arguments[:_ARGUMENTS_LIMIT]:
        if room <= 0:
            break
        kept.append(clean(argument[:room], procfs.COMMAND_LIMIT))
        room -= len(argument) + 1
    return tuple(kept)


def _user(process: psutil.Process, uid: int | None) -> str | None:
    if uid is not None:
        return procfs.user_name(uid)
    name = _told(process.username, None) if sys.platform == "win32" else None
    return clean(name, 64) if name else None


def _unit(pid: int) -> str | None:
    """The systemd unit or container, which psutil does not tell but Linux lets anyone read."""
    process = procfs.read_process(pid) if _LINUX else None
    return process.unit if process else None


def _ancestors(pid: int, limit: int = 32) -> Iterator[Process]:
    with suppress(psutil.Error):
        process = psutil.Process(pid)
        for _ in range(limit):
            process = process.parent()
            told = _read_process(process) if process is not None else None
            if not isinstance(told, Process):
                return
            yield told


# -- the machine


def _reason_unseen(privileged: bool) -> OwnerReason:
    """Why a socket in no particular state has no process, as far as this system lets one tell."""
    if not privileged:
        return OwnerReason.HIDDEN if _LINUX and procfs.is_hidden() else OwnerReason.OTHER_USER
    if not _LINUX:
        return OwnerReason.NOT_SUPPORTED
    return OwnerReason.KERNEL if procfs.in_initial_pid_namespace() else OwnerReason.OTHER_NAMESPACE


def _is_privileged() -> bool:
    """Whether every process may be read: root, or an administrator on Windows."""
    if hasattr(os, "geteuid"):
        return os.geteuid() == 0
    windll = getattr(ctypes, "windll", None)
    return bool(windll and windll.shell32.IsUserAnAdmin())


def read_addresses() -> dict[str, str]:
    """Every address of this machine with the name of its interface."""
    families = {socket.AF_INET: 4, socket.AF_INET6: 6}
    return {
        plain_address(one.address, families[one.family]): name
        for name, all_of_it in psutil.net_if_addrs().items()
        for one in all_of_it
        if one.family in families
    }


def ephemeral_range() -> tuple[int, int]:
    """The first and last port that the kernel lends to outgoing connections."""
    if _LINUX:
        from netmon.collectors import linux

        return linux.ephemeral_range()  # a small file, which may change while netmon runs
    return _asked_range(sys.platform)


@lru_cache(maxsize=1)
def _asked_range(platform: str) -> tuple[int, int]:
    if platform == "win32":
        # By its full path: Windows looks into the current directory first.
        netsh = os.path.join(os.environ.get("SYSTEMROOT", r"C:\Windows"), "System32", "netsh.exe")
        return parse_netsh(_output(netsh, "int", "ipv4", "show", "dynamicport", "tcp"))
    if platform == "darwin" or platform.startswith("freebsd"):
        names = ("net.inet.ip.portrange.first", "net.inet.ip.portrange.last")
        sysctl = "/usr/sbin/sysctl" if platform == "darwin" else "/sbin/sysctl"
        return parse_sysctl(_output(sysctl, "-n", *names))
    return _DYNAMIC_PORTS


def parse_sysctl(text: str) -> tuple[int, int]:
    """The first and last port from `sysctl -n net.inet.ip.portrange.first net.inet.ip.portrange.last`."""
    numbers = [int(word) for word in text.split() if word.isascii() and word.isdigit()]
    return _checked(*numbers) if len(numbers) == 2 else _DYNAMIC_PORTS


def parse_netsh(text: str) -> tuple[int, int]:
    """The ports from `netsh int ipv4 show dynamicport tcp`: start and count, the words translated."""
    numbers = [int(number) for number in re.findall(r":\s*([0-9]{1,5})\s*$", text, re.MULTILINE)]
    return _checked(numbers[0], numbers[0] + numbers[1] - 1) if len(numbers) == 2 else _DYNAMIC_PORTS


def _checked(first: int, last: int) -> tuple[int, int]:
    return (first, last) if 0 < first <= last < 65536 else _DYNAMIC_PORTS


def _output(*command: str) -> str:
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_COMMAND_TIMEOUT_S, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.decode("utf-8", "replace")
