"""Processes as psutil tells of them, and the owners that they are to their sockets."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, NamedTuple, TypeVar

import psutil

from netmon.collectors import procfs
from netmon.model.process import Owner, OwnerReason, Process
from netmon.model.text import clean

_T = TypeVar("_T")

_LINUX = sys.platform.startswith("linux")
_ARGUMENTS_LIMIT = 256
_YOUNG_POLLS = 5
"""A process is read anew for this many polls after it appeared: it may still call exec."""


class _Known(NamedTuple):
    """What the last poll learnt of a process."""

    created: float | None
    polls: int
    told: Process | OwnerReason
    """The process, or why it cannot be told."""


class ProcessTable:
    """The owners of sockets, by the processes that hold them; what did not change stays the same object."""

    def __init__(self) -> None:
        self._processes: dict[int, _Known] = {}
        self._owners: dict[tuple[int, ...], Owner] = {}

    def refresh(self, holders: set[tuple[int, ...]]) -> None:
        """Read the processes of these groups as they are now, and forget all others."""
        pids = {pid for held in holders for pid in held}
        self._processes = {pid: _read_known(pid, self._processes.get(pid)) for pid in pids}
        before, self._owners = self._owners, {}
        for held in holders:
            owner = _owner([self._processes[pid].told for pid in held])
            known = before.get(held)
            self._owners[held] = known if known is not None and known == owner else owner

    def owner(self, pids: tuple[int, ...]) -> Owner:
        """The owner that these processes are together.

        Raises:
            KeyError: they were not among those last refreshed.
        """
        return self._owners[pids]


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
            return _Known(created, 1, read_process(process))
        if known.polls >= _YOUNG_POLLS:
            return known
        told = read_process(process)
    except psutil.AccessDenied:
        return _Known(None, 0, OwnerReason.UNREADABLE)
    except psutil.NoSuchProcess:
        return _Known(None, 0, OwnerReason.GONE)
    return _Known(created, known.polls + 1, known.told if known.told == told else told)


def read_process(process: psutil.Process) -> Process | OwnerReason:
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


def ancestors(pid: int, limit: int = 32) -> Iterator[Process]:
    """The parents of a process, nearest first, as far as they can be told."""
    with suppress(psutil.Error):
        process = psutil.Process(pid)
        for _ in range(limit):
            process = process.parent()
            told = read_process(process) if process is not None else None
            if not isinstance(told, Process):
                return
            yield told


def working_directory(pid: int) -> str | None:
    """The directory that a process works in, cleaned, as far as the system tells it."""
    with suppress(psutil.Error, OSError):
        told = psutil.Process(pid).cwd()
        return clean(told, procfs.COMMAND_LIMIT) if told else None
    return None
