"""Which processes hold which sockets (Linux), found incrementally.

Reading every descriptor of every process costs 25 ms for 10,000 sockets. On Linux 6.2 and later the size
of /proc/PID/fd is the number of open descriptors, so a process is read again only when that changes, and
then only those descriptors that were not known to be sockets; or when a socket has appeared that nobody
holds. A slice of what is known is verified at each poll, so that no error lasts.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Mapping, Set
from typing import NamedTuple

from netmon.collectors import procfs
from netmon.collectors.cgroups import CgroupTree
from netmon.model.process import Owner, OwnerReason, Process
from netmon.model.snapshot import ProcessCount
from netmon.model.socket import SocketState

_SOCKET_LINK = "socket:["
_VERIFIED_PER_POLL = 64
"""Descriptors read again at each poll even though nothing seems to have changed."""
_YOUNG_POLLS = 5
"""A process is read anew for this many polls after it appeared, and whenever its descriptors change: it may
call exec, or change its user."""


class _Watched:
    """What is known of one process."""

    __slots__ = ("descriptors", "elsewhere", "holder", "info", "polls", "readable", "signature")

    def __init__(self, pid: int) -> None:
        self.holder = (pid,)
        """The pid alone in a tuple, shared by all the sockets that only this process holds."""
        self.signature = (-1, -1, -1)
        """Inode, size and user of its fd directory at the last reading."""
        self.descriptors: dict[str, int] = {}
        """Descriptor number to socket inode; 0 for what is not a socket."""
        self.elsewhere: set[int] = set()
        """Its sockets that are none of this network namespace, or of another kind than TCP and UDP."""
        self.readable = True
        self.polls = 0
        self.info: Process | None = None


class _Answer(NamedTuple):
    """What an answer depends on."""

    holders: tuple[int, ...]
    state: SocketState | None
    """Only where there is no inode."""
    uid: int
    cgroup_id: int | None
    wanted: bool
    """Whether nobody has been found to hold it, but only one look has been taken."""


class OwnerTable:
    """Socket inodes and who holds them.

    Args:
        cgroups: resolves the sockets' cgroups.
        second_look: whether there will be another `refresh`, so that a socket that nobody seems to hold
            is not judged at once.
    """

    def __init__(self, cgroups: CgroupTree | None = None, *, second_look: bool = True) -> None:
        self.cgroups = cgroups or CgroupTree()
        self.privileged = os.geteuid() == 0
        self.touched: set[int] = set()
        """Sockets whose owner may differ from what was answered before; the reader empties it."""
        self._euid = os.geteuid()
        self._hidden = procfs.is_hidden()
        self._sees_all = self.privileged and procfs.in_initial_pid_namespace()
        self._network = _network_of("self")
        self._counts_descriptors = os.stat("/proc/self/fd").st_size > 0
        self._processes: dict[int, _Watched] = {}
        self._holders: dict[int, tuple[int, ...]] = {}
        self._wanted: set[int] = set()
        self._second_look = second_look
        self._read_now: set[int] = set()
        """Processes whose descriptors were read in this very refresh."""
        self._owners: dict[_Answer, Owner] = {}
        self._verify_turns: list[int] = []
        """Processes whose descriptors are still to be verified in this round."""
        self._verify_names: list[str] = []
        """Those of the process whose turn it is, which stands last in `_verify_turns`."""

    @property
    def count(self) -> ProcessCount:
        """How many processes there were at the last reading, and how many did not let themselves be read."""
        watched = self._processes.values()
        return ProcessCount(len(watched), sum(not each.readable for each in watched))

    # -- reading

    def refresh(self, appeared: Iterable[int], alive: Callable[[], Set[int]]) -> None:
        """Bring the table up to date.

        Args:
            appeared: the inodes of sockets that are new or have changed since the last call.
            alive: gives the inodes of all sockets that exist now; called only when something is reread.
        """
        self._read_now = set()
        self._refresh_processes(alive)
        self._verify_slice()
        missing = {inode for inode in appeared if inode and inode not in self._holders}
        # What nobody holds is looked for twice (a descriptor may be on its way between processes), then
        # given up until the process that gets it has a new descriptor.
        once_more = {inode for inode in self._wanted if inode not in self._holders}
        if missing or once_more:
            self._search(alive, missing | once_more)
        self.touched |= once_more  # either somebody holds them, or now it is sure that nobody does
        self._wanted = missing - self._holders.keys() if self._second_look else set()

    def _refresh_processes(self, alive: Callable[[], Set[int]]) -> None:
        pids = procfs.pids()
        processes = self._processes
        for pid in processes.keys() - set(pids):
            self._forget(pid)
        for pid in pids:
            watched = processes.get(pid)
            if watched is None:
                watched = processes[pid] = _Watched(pid)
            try:
                status = os.stat(f"/proc/{pid}/fd")
            except OSError:
                continue  # gone between the two reads: the next poll forgets it
            watched.polls += 1
            signature = (status.st_ino, status.st_size, status.st_uid)
            if signature[0] != watched.signature[0]:  # another process under a reused number
                self._begin(pid, watched)
            moved = signature != watched.signature or not self._counts_descriptors
            if moved:
                watched.signature, watched.readable = signature, True
                if watched.elsewhere and _network_of(pid) in (None, self._network):
                    watched.elsewhere = set()
                # Of kernel threads, of which there are hundreds, it is known without a look.
                is_empty = self._counts_descriptors and not status.st_size and not watched.descriptors
                if not is_empty:
                    self._rescan(pid, watched, alive)
            if watched.info is not None and (moved or watched.polls <= _YOUNG_POLLS):
                self._reread_info(pid, watched)

    def _begin(self, pid: int, watched: _Watched) -> None:
        """Take nothing over from an earlier process of this number."""
        self._let_go(set(watched.descriptors.values()), watched)
        self._unname(pid, watched)
        watched.descriptors, watched.info, watched.polls = {}, None, 1
        watched.elsewhere = set()

    def _unname(self, pid: int, watched: _Watched) -> None:
        """Forget the answers that name a process."""
        if watched.info is not None:
            self._owners = {key: owner for key, owner in self._owners.items() if pid not in key.holders}

    def _rescan(self, pid: int, watched: _Watched, alive: Callable[[], Set[int]]) -> None:
        """List the descriptors of one process and read those not known to be sockets that still exist.

        Nor those of sockets that are not among ours, for as long as the process opens and closes nothing or
        lives in another network namespace: a container may hold thousands. Where the number of one went to a
        socket of ours meanwhile, verification finds it.
        """
        if not watched.readable:
            return
        self._read_now.add(pid)
        known, sockets, elsewhere = watched.descriptors, alive(), watched.elsewhere
        try:
            names = os.listdir(f"/proc/{pid}/fd")
            read: dict[str, int | None] = dict.fromkeys(known.keys() - set(names))
            for name in names:
                inode = known.get(name, 0)
                if inode not in sockets and inode not in elsewhere:
                    read[name] = _socket_inode(f"/proc/{pid}/fd/{name}")
        except PermissionError:  # of the directory; or, where it may be listed, of the links in it
            watched.readable = False
        except OSError:
            return
        else:
            self._learn(watched, read)
            elsewhere.update(inode for inode in read.values() if inode and inode not in sockets)

    def _learn(self, watched: _Watched, read: Mapping[str, int | None]) -> None:
        """Take in what some descriptors of a process are now; None for those that are closed."""
        known = watched.descriptors
        before = {known.pop(name, 0) for name in read}
        known.update((name, inode) for name, inode in read.items() if inode is not None)
        now = {inode for inode in read.values() if inode}
        for inode in now:
            self._hold(inode, watched)
        if left := before - now - {0}:  # but it may hold them by another descriptor yet
            self._let_go(left.difference(known.values()), watched)

    def _hold(self, inode: int, watched: _Watched) -> None:
        holders = self._holders.get(inode)
        (pid,) = watched.holder
        if holders is None:
            self._holders[inode] = watched.holder
        elif pid not in holders:
            self._holders[inode] = tuple(sorted((*holders, pid)))
        else:
            return
        self.touched.add(inode)

    def _let_go(self, inodes: Iterable[int], watched: _Watched) -> None:
        (pid,) = watched.holder
        for inode in inodes:
            holders = self._holders.get(inode, ())
            if pid not in holders:
                continue
            if len(holders) == 1:
                del self._holders[inode]
            else:
                self._holders[inode] = tuple(p for p in holders if p != pid)
            self.touched.add(inode)

    def _forget(self, pid: int) -> None:
        watched = self._processes.pop(pid)
        self._let_go(watched.descriptors.values(), watched)
        self._unname(pid, watched)

    def _verify_slice(self) -> None:
        """Read a few known descriptors again: a number may have been reused while the count stayed."""
        for _ in range(_VERIFIED_PER_POLL):
            if not self._verify_names and not self._next_to_verify():
                return
            pid, name = self._verify_turns[-1], self._verify_names.pop()
            watched = self._processes.get(pid)
            if watched is not None and watched.readable and name in watched.descriptors:
                with contextlib.suppress(PermissionError):  # the next reading of the process finds out
                    self._learn(watched, {name: _socket_inode(f"/proc/{pid}/fd/{name}")})

    def _next_to_verify(self) -> bool:
        """Give the turn to the next process that has descriptors; false where none is left in this round."""
        if self._verify_turns:
            self._verify_turns.pop()
        else:
            self._verify_turns = [pid for pid, watched in self._processes.items() if watched.descriptors]
        while self._verify_turns:
            watched = self._processes.get(self._verify_turns[-1])
            if watched is not None and watched.descriptors:
                self._verify_names = list(watched.descriptors)
                return True
            self._verify_turns.pop()
        return False

    def _search(self, alive: Callable[[], Set[int]], missing: set[int]) -> None:
        """Look for sockets in every readable process, those with the most descriptors first."""
        for pid, watched in sorted(self._processes.items(), key=lambda item: -item[1].signature[1]):
            if pid in self._read_now:
                continue
            self._rescan(pid, watched, alive)
            missing -= self._holders.keys()
            if not missing:
                return

    # -- answers

    def process(self, pid: int) -> Process | None:
        """One process, read once and again while it is young."""
        watched = self._processes.get(pid)
        if watched is None:
            return procfs.read_process(pid)
        if watched.info is None:
            watched.info = procfs.read_process(pid)
        return watched.info

    def _reread_info(self, pid: int, watched: _Watched) -> None:
        info = procfs.read_process(pid)
        if info is not None and info != watched.info:
            self._unname(pid, watched)
            watched.info = info
            self.touched.update(watched.descriptors.values())

    def owner(self, state: SocketState, inode: int, uid: int, cgroup_id: int | None) -> Owner:
        """Who holds a socket, or why nobody can be named. Equal answers are one object."""
        holders = self._holders.get(inode, ()) if inode else ()
        wanted = inode in self._wanted and self._may_read(uid)
        key = _Answer(holders, state if not inode else None, uid, cgroup_id, wanted)
        owner = self._owners.get(key)
        if owner is None:
            if len(self._owners) > 8192:
                self._owners.clear()
            owner = self._owners[key] = self._make_owner(key, state)
        return owner

    def _make_owner(self, answer: _Answer, state: SocketState) -> Owner:
        if answer.state is not None:
            return Owner(reason=_REASONS_WITHOUT_INODE.get(state, OwnerReason.CLOSED))
        uid = answer.uid
        processes = tuple(p for pid in answer.holders if (p := self.process(pid)) is not None)
        user, unit = procfs.user_name(uid), self.cgroups.unit(answer.cgroup_id)
        if processes:
            return Owner(processes, None, uid, user, unit or processes[0].unit)
        # Not found at the first look, or its holder ended since: likely gone itself by the next poll.
        gone = answer.wanted or bool(answer.holders)
        return Owner((), self._reason(uid, gone), uid, user, unit)

    def _may_read(self, uid: int) -> bool:
        return self.privileged or uid == self._euid

    def _reason(self, uid: int, gone: bool) -> OwnerReason:
        if not self._may_read(uid):
            return OwnerReason.HIDDEN if self._hidden else OwnerReason.OTHER_USER
        if gone:
            return OwnerReason.GONE
        if any(self._may_hold(watched, uid) for watched in self._processes.values() if not watched.readable):
            return OwnerReason.UNREADABLE
        return OwnerReason.KERNEL if self._sees_all else OwnerReason.OTHER_NAMESPACE

    def _may_hold(self, unreadable: _Watched, uid: int) -> bool:
        """Whether a process that refuses to be read may be the holder of a socket of this user."""
        if self.privileged:
            return True
        info = unreadable.info or procfs.read_process(unreadable.holder[0])
        return info is not None and info.uid == uid


_REASONS_WITHOUT_INODE = {
    SocketState.TIME_WAIT: OwnerReason.TIME_WAIT,
    SocketState.SYN_RECV: OwnerReason.HANDSHAKE,
    # A close would have ended these states: they wait in the accept queue of a listener.
    SocketState.ESTABLISHED: OwnerReason.HANDSHAKE,
    SocketState.CLOSE_WAIT: OwnerReason.HANDSHAKE,
}


def _network_of(pid: int | str) -> int | None:
    """The network namespace of a process; None where it may not be read, or the kernel has none."""
    try:
        return os.stat(f"/proc/{pid}/ns/net").st_ino
    except OSError:
        return None


def _socket_inode(path: str) -> int | None:
    """The inode of the socket behind a descriptor; 0 if it is something else, None if it is gone.

    Raises:
        PermissionError: the process does not let itself be read.
    """
    try:
        link = os.readlink(path)
    except PermissionError:
        raise
    except OSError:
        return None
    return int(link[len(_SOCKET_LINK) : -1]) if link.startswith(_SOCKET_LINK) else 0
