"""Processes as /proc tells of them (proc(5)); a process that vanishes mid-read is simply None."""

from __future__ import annotations

import os
from functools import lru_cache

from netmon.collectors.cgroups import unit_of
from netmon.model.process import Process
from netmon.model.text import clean

COMMAND_LIMIT = 4096
"""Characters kept of a command line; the kernel allows megabytes."""
_ARGUMENTS_LIMIT = 256
_NOT_HIDING = (b"hidepid=0", b"hidepid=off")
_COMM_LENGTH = 15  # TASK_COMM_LEN without its NUL


def pids() -> list[int]:
    """The processes that can be seen."""
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def read_process(pid: int) -> Process | None:
    """Everything netmon shows of a process, or None if it is gone or hidden."""
    stat = _read(f"/proc/{pid}/stat", 4096)
    if not stat:
        return None
    # The name stands in parentheses and may itself hold parentheses and spaces: cut at the last one.
    opening, closing = stat.find(b"("), stat.rfind(b")")
    fields = stat[closing + 2 :].split()
    if opening < 0 or len(fields) < 20:
        return None
    command = _command(pid)
    uid = _uid(pid)
    return Process(
        pid=pid,
        name=_name(stat[opening + 1 : closing], command),
        command=command,
        uid=uid,
        user=None if uid is None else user_name(uid),
        started_at=_boot_time() + int(fields[19]) / _clock_ticks(),
        parent_pid=int(fields[1]) or None,
        unit=unit_of(_cgroup(pid)),
    )


def ancestors(pid: int, limit: int = 32) -> tuple[Process, ...]:
    """The parents of a process, nearest first."""
    found: list[Process] = []
    process = read_process(pid)
    while process is not None and process.parent_pid is not None and len(found) < limit:
        process = read_process(process.parent_pid)
        if process is not None:
            found.append(process)
    return tuple(found)


def working_directory(pid: int) -> str | None:
    """The directory that a process works in, cleaned; None if it is gone or may not be read."""
    try:
        return clean(os.readlink(f"/proc/{pid}/cwd"), COMMAND_LIMIT)
    except OSError:
        return None


def parent_of(pid: int) -> int | None:
    """The number of a process's parent, or None if either is gone or hidden."""
    stat = _read(f"/proc/{pid}/stat", 4096)
    fields = stat[stat.rfind(b")") + 2 :].split()
    return int(fields[1]) or None if len(fields) > 1 else None


def is_hidden() -> bool:
    """Whether /proc is mounted so that other users' processes cannot be seen (hidepid, proc(5))."""
    if os.geteuid() == 0:
        return False
    hidden = False
    for line in _read("/proc/self/mounts", 1 << 20).splitlines():
        fields = line.split()
        if len(fields) > 3 and fields[1] == b"/proc" and fields[2] == b"proc":
            # Of several mounted over one another the last is in effect.
            options = fields[3].split(b",")
            hidden = any(o.startswith(b"hidepid=") and o not in _NOT_HIDING for o in options)
    return hidden


def in_initial_pid_namespace() -> bool:
    """Whether every process of the machine has a number here (PROC_PID_INIT_INO in linux/proc_ns.h)."""
    try:
        return os.readlink("/proc/self/ns/pid") == "pid:[4026531836]"
    except OSError:
        return False


@lru_cache(maxsize=4096)
def user_name(uid: int) -> str | None:
    """The login name of a user, cleaned, or None if there is none."""
    import pwd

    try:
        return clean(pwd.getpwuid(uid).pw_name, 64)
    except (KeyError, OSError):
        return None


def _read(path: str, limit: int) -> bytes:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return b""
    try:
        return os.read(descriptor, limit)
    except OSError:
        return b""
    finally:
        os.close(descriptor)


def _command(pid: int) -> tuple[str, ...]:
    raw = _read(f"/proc/{pid}/cmdline", COMMAND_LIMIT)
    if not raw:
        return ()
    arguments = raw.removesuffix(b"\0").split(b"\0")[:_ARGUMENTS_LIMIT]
    return tuple(clean(os.fsdecode(argument), COMMAND_LIMIT) for argument in arguments)


def _name(comm: bytes, command: tuple[str, ...]) -> str:
    name = clean(os.fsdecode(comm), 256)
    if len(comm) >= _COMM_LENGTH and command:
        # The kernel cuts names at 15 bytes; the command line usually has the whole one.
        longer = command[0].split(" ", 1)[0].rsplit("/", 1)[-1]
        if longer.startswith(name):
            return longer[:256]
    return name


def _uid(pid: int) -> int | None:
    for line in _read(f"/proc/{pid}/status", 4096).splitlines():
        if line.startswith(b"Uid:"):
            return int(line.split()[1])
    return None


def _cgroup(pid: int) -> str:
    """The path in the cgroup2 tree, or that of systemd's named v1 tree."""
    path = ""
    for line in _read(f"/proc/{pid}/cgroup", 16384).splitlines():
        hierarchy, controllers, where = line.split(b":", 2)
        if hierarchy == b"0" and where != b"/":
            return os.fsdecode(where)
        if controllers == b"name=systemd":
            path = os.fsdecode(where)
    return path


@lru_cache(maxsize=1)
def _boot_time() -> float:
    for line in _read("/proc/stat", 1 << 20).splitlines():
        if line.startswith(b"btime "):
            return float(line.split()[1])
    return 0.0


@lru_cache(maxsize=1)
def _clock_ticks() -> int:
    return os.sysconf("SC_CLK_TCK")
