"""The portable collector: sockets as psutil tells of them (macOS, Windows, BSD, Linux without netlink).

It costs some ten times what the Linux collector does and knows less: no byte counters, queues, round-trip
times, cookies or closed sockets. What is missing is None and named in the snapshot's degradations.

psutil takes 20 ms to import, so that this module is imported only when it is chosen.
"""

from __future__ import annotations

import ctypes
import os
import socket
import sys
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import psutil

from netmon.collectors import procfs
from netmon.collectors.base import CollectorError
from netmon.collectors.ephemeral import ephemeral_range
from netmon.collectors.interfaces import read_counters
from netmon.collectors.netstat import read_listen_counters
from netmon.collectors.port_limits import read_limits
from netmon.collectors.psutil_addresses import read_addresses
from netmon.collectors.psutil_processes import ProcessTable, ancestors, working_directory
from netmon.collectors.psutil_sockets import RawSocket, connections_by_process, merge, record_of, state_of
from netmon.model.process import Owner, OwnerReason, Process
from netmon.model.snapshot import Degradation, ProcessCount, Snapshot, Source
from netmon.model.socket import SocketRecord, SocketState, Uncounted

_LINUX = sys.platform.startswith("linux")
_ADDRESSES_EVERY_S = 10.0
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
        self._known: dict[RawSocket, SocketRecord] = {}
        self._unheld = {reason: Owner(reason=reason) for reason in OwnerReason}
        self._processes = ProcessTable()
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
            listen=read_listen_counters(),
            limits=read_limits() if _LINUX else None,
            processes=self._count_processes(),
            degradations=self._degradations,
            privileged=self._privileged,
            cost_s=time.monotonic() - now,
        )

    def _read_sockets(self) -> list[SocketRecord]:
        try:
            held = merge(self._connections())
        except (OSError, RuntimeError, psutil.Error) as error:
            raise CollectorError(f"psutil cannot read the sockets: {error}") from error
        self._processes.refresh({pids for pids in held.values() if pids})
        # Ports whose listener is known: what is connected to one and held by nobody is not accepted yet.
        served = {raw.local[1] for raw, pids in held.items() if pids and raw.status == psutil.CONN_LISTEN}
        before, self._known = self._known, {}
        found: dict[object, SocketRecord] = {}
        for raw, pids in held.items():
            owner = self._processes.owner(pids) if pids else self._unheld[self._reason(raw, served)]
            known = before.get(raw)
            record = known if known is not None and known.owner is owner else record_of(raw, pids, owner)
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
        return connections_by_process()

    def _count_processes(self) -> ProcessCount | None:
        """All processes; how many of them refuse to be read is known only to root, to whom none does."""
        try:
            return ProcessCount(len(psutil.pids()), 0 if self._privileged else None)
        except (OSError, psutil.Error):
            return None

    # -- owners

    def _reason(self, raw: RawSocket, served: set[int]) -> OwnerReason:
        """Why psutil names no process for a socket."""
        state = state_of(raw)
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
        return tuple(ancestors(pid))

    def working_directory(self, pid: int) -> str | None:
        """The directory that a process works in, or None where it may not be read."""
        return working_directory(pid)

    def close(self) -> None:
        """Nothing is held open."""


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
