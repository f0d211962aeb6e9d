"""The Linux collector: sock_diag dumps, owners, destroy events and interfaces, put together."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import Final

from netmon.collectors import procfs
from netmon.collectors.accepted import RawSockets
from netmon.collectors.addresses import interface_name, read_addresses
from netmon.collectors.base import CollectorError
from netmon.collectors.closed import DestroyListener
from netmon.collectors.ephemeral import ephemeral_range
from netmon.collectors.interfaces import read_counters
from netmon.collectors.netlink import NetlinkSocket
from netmon.collectors.netstat import read_listen_counters
from netmon.collectors.owners import OwnerTable
from netmon.collectors.port_filter import port_filter
from netmon.collectors.port_limits import read_limits
from netmon.collectors.raw_tally import local_ends, tally_raw
from netmon.collectors.sock_diag import (
    ALL_STATES,
    LISTENING,
    NETLINK_SOCK_DIAG,
    NOT_LISTENING,
    PROTOCOL_NUMBERS,
    SOCK_DIAG_BY_FAMILY,
    DiagSocket,
    Dump,
    request,
)
from netmon.model.pressure import ConnectionTally, PortLimits
from netmon.model.process import Owner, Process
from netmon.model.snapshot import Degradation, InterfaceCounters, Snapshot, Source
from netmon.model.socket import Protocol, SocketRecord, SocketState

_KINDS: Final[tuple[tuple[int, Protocol], ...]] = (
    (socket.AF_INET, "tcp"),
    (socket.AF_INET6, "tcp"),
    (socket.AF_INET, "udp"),
    (socket.AF_INET6, "udp"),
)
_ADDRESSES_EVERY_S = 10.0
"""Addresses, and settings of the kernel, change seldom."""


class LinuxCollector:
    """Every TCP and UDP socket of this network namespace, from the kernel, without root.

    Args:
        follow: also listen for destroyed sockets and read the interfaces' counters, which a single
            reading has no use for.
        listeners_only: read no connections, only how many there are at each local end.
        ports: read only sockets with one of these ports at either end; every one if it is empty.

    Raises:
        CollectorError: the kernel refuses NETLINK_SOCK_DIAG.
    """

    source: Source = "sock_diag"

    def __init__(
        self, *, follow: bool = True, listeners_only: bool = False, ports: Collection[int] = ()
    ) -> None:
        self._degradations: dict[str, Degradation] = {}
        self._follow = follow
        self._listeners_only = listeners_only
        self._filter = port_filter(ports)
        with contextlib.ExitStack() as opened:
            try:
                self._link = opened.enter_context(contextlib.closing(NetlinkSocket(NETLINK_SOCK_DIAG)))
                self._route = opened.enter_context(contextlib.closing(NetlinkSocket(socket.NETLINK_ROUTE)))
                self._owners = OwnerTable(second_look=not (listeners_only or ports))
            except OSError as error:
                raise CollectorError(f"NETLINK_SOCK_DIAG refused: {error.strerror or error}") from error
            self._closed = self._listen_for_closed() if follow else None
            self._opened = opened.pop_all()
        self._dumps = [(family, Dump(protocol)) for family, protocol in _KINDS]
        self._addresses: Mapping[str, str] = {}
        self._addresses_read_at = float("-inf")
        self._limits = PortLimits()

    def _listen_for_closed(self) -> DestroyListener | None:
        try:
            return DestroyListener()
        except OSError as error:
            self._degradations["closed"] = Degradation(
                "closed", f"destroy events refused: {error.strerror or error}", None
            )
            return None

    # -- polling

    def poll(self) -> Snapshot:
        """Read every socket, what was destroyed since the last poll, and who holds what."""
        began = time.monotonic()
        out: list[SocketRecord | None] = []
        for subject in ("ipv6", "udp"):  # said anew if it is still so
            self._degradations.pop(subject, None)
        for family, dump in self._dumps:
            self._dump(family, dump, out)
        now = time.monotonic()
        sockets = self._settle(out)
        ephemeral = ephemeral_range()
        counted = self._count_connections(sockets, ephemeral) if self._listeners_only else None
        return Snapshot(
            taken_at=datetime.now(UTC),
            monotonic=now,
            began=began,
            source=self.source,
            sockets=sockets,
            # After the dump: a socket that closes meanwhile is then in both, never in neither.
            closed=self._closed.take() if self._closed else (),
            lost_events=self._closed.lost if self._closed else 0,
            interfaces=self._read_interfaces(),
            addresses=self._read_addresses(now),
            ephemeral=ephemeral,
            accepted=None if counted is None else local_ends(counted),
            tally=None if counted is None else self._tally(counted),
            listen=read_listen_counters(),
            limits=self._limits,
            processes=self._owners.count,
            degradations=tuple(self._degradations.values()),
            privileged=self._owners.privileged,
            reports_closed=self._closed is not None,
            cost_s=time.monotonic() - began,
        )

    def _settle(self, out: list[SocketRecord | None]) -> list[SocketRecord]:
        """Find the owners of what is new or changed, and make its records."""
        appeared = [change.diag.inode for _, dump in self._dumps for change in dump.changes]
        alive: set[int] | None = None

        def inodes() -> set[int]:
            nonlocal alive
            if alive is None:
                alive = {record.inode for record in out if record is not None and record.inode}
                alive.update(appeared)
                alive.discard(0)
            return alive

        self._owners.refresh(appeared, inodes)
        for _, dump in self._dumps:
            dump.settle(partial(self._record, dump.protocol), out)
        sockets = [record for record in out if record is not None]
        self._update_owners(sockets)
        self._forget_gone(sockets)
        return sockets

    def _dump(self, family: int, dump: Dump, out: list[SocketRecord | None]) -> None:
        dump.changes = []
        states = LISTENING if self._listeners_only and dump.protocol == "tcp" else ALL_STATES
        payload = request(family, PROTOCOL_NUMBERS[dump.protocol], states) + self._filter
        try:
            for view in self._link.dump(SOCK_DIAG_BY_FAMILY, payload):
                # The kernel says how long ago: a long dump must not count from its beginning.
                dump.feed(view, time.monotonic(), out)
        except OSError as error:
            if family == socket.AF_INET and dump.protocol == "tcp":
                raise CollectorError(f"NETLINK_SOCK_DIAG: {error.strerror or error}") from error
            # A kernel without IPv6 refuses its family: the others are whole without it.
            subject = "ipv6" if family == socket.AF_INET6 else dump.protocol
            self._degradations[subject] = Degradation(subject, f"not read: {error.strerror or error}", None)

    def _count_connections(
        self, sockets: Iterable[SocketRecord], ephemeral: tuple[int, int]
    ) -> list[RawSockets]:
        listening = {record.local.port for record in sockets if record.protocol == "tcp"}
        found = []
        for family, version in ((socket.AF_INET, 4), (socket.AF_INET6, 6)):
            found.append(raw := RawSockets(version, listening, ephemeral))
            payload = request(family, socket.IPPROTO_TCP, NOT_LISTENING, plain=True)
            try:
                for view in self._link.dump(SOCK_DIAG_BY_FAMILY, payload):
                    raw.read(view)
            except OSError as error:
                self._degradations["connections"] = Degradation("connections", f"not counted: {error}", None)
        return found

    def _tally(self, found: Sequence[RawSockets]) -> ConnectionTally:
        def owner_of(inode: int, uid: int) -> Owner:
            return self._owners.owner(SocketState.CLOSE_WAIT, inode, uid, None)

        return tally_raw(found, owner_of)

    def _record(self, protocol: Protocol, diag: DiagSocket) -> SocketRecord:
        inode = diag.inode or None
        return SocketRecord(
            diag.cookie if diag.cookie is not None else (protocol, diag.local, diag.remote),
            protocol,
            diag.family,
            diag.local,
            diag.remote,
            diag.state,
            self._owners.owner(diag.state, diag.inode, diag.uid, diag.cgroup_id),
            _bound_interface(diag.interface_index) if diag.interface_index else None,
            # Without an inode the kernel reports uid 0, which is not true.
            diag.uid if inode else None,
            inode,
            diag.cookie,
            diag.receive_queue,
            diag.send_queue,
            diag.v6only,
            diag.cgroup_id,
            diag.drops,
            diag.tcp,
            diag.uncounted,
        )

    def _update_owners(self, sockets: list[SocketRecord]) -> None:
        """Put the new owner into the records of sockets that changed hands."""
        touched, self._owners.touched = self._owners.touched, set()
        if not touched:
            return
        dumps = {(4 if family == socket.AF_INET else 6, dump.protocol): dump for family, dump in self._dumps}
        for index, record in enumerate(sockets):
            if record.inode not in touched:
                continue
            owner = self._owners.owner(record.state, record.inode or 0, record.uid or 0, record.cgroup_id)
            if owner != record.owner:
                sockets[index] = record = record._replace(owner=owner)
                dumps[record.family, record.protocol].replace(record)

    def _forget_gone(self, sockets: list[SocketRecord]) -> None:
        if sum(len(dump) for _, dump in self._dumps) > len(sockets) * 1.25 + 64:
            alive = {record.cookie for record in sockets}
            for _, dump in self._dumps:
                dump.forget_except(alive)

    def _read_addresses(self, now: float) -> Mapping[str, str]:
        if now - self._addresses_read_at >= _ADDRESSES_EVERY_S:
            self._addresses_read_at = now
            self._limits = read_limits()
            try:
                self._addresses = read_addresses(self._route)
            except OSError as error:
                self._degradations["addresses"] = Degradation("addresses", f"not read: {error}", None)
        return self._addresses

    def _read_interfaces(self) -> Mapping[str, InterfaceCounters]:
        return read_counters() if self._follow else {}

    # -- on request

    def ancestors(self, pid: int) -> tuple[Process, ...]:
        """The parents of a process, nearest first."""
        return procfs.ancestors(pid)

    def working_directory(self, pid: int) -> str | None:
        """The directory that a process works in, or None where it may not be read."""
        return procfs.working_directory(pid)

    def close(self) -> None:
        """Close the sockets and stop listening."""
        if self._closed:
            self._closed.close()
        self._opened.close()


@lru_cache(maxsize=256)
def _bound_interface(index: int) -> str | None:
    return interface_name(index)
