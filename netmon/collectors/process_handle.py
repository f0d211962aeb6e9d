"""One process held fast: checked to be the one that was meant, signalled, and waited for.

Between the question and the signal a process may end and its number go to another, or it may hand its socket
on. On Linux a pidfd (pidfd_open(2)) stands for one process and never for the next of that number, so it is
opened first and everything is checked after that. Elsewhere psutil compares start times.
"""

from __future__ import annotations

import errno
import os
import select
import signal
import threading
import time
from typing import TYPE_CHECKING, Any, Protocol

from netmon.collectors import procfs
from netmon.model.process import Process
from netmon.model.socket import SocketRecord
from netmon.model.text import clean

if TYPE_CHECKING:
    import psutil

_SAME_START_S = 0.005
"""Half a tick of the kernel's clock: start times nearer to each other than this are one."""
_LOOK_EVERY_S = 0.01


class HandleError(Exception):
    """A process must not or cannot be signalled; the message says why in one line."""


class GoneError(HandleError):
    """It has ended."""


class ChangedError(HandleError):
    """The number is another process's by now, or the socket is no longer in its hands."""


class ForbiddenError(HandleError):
    """Its user may signal it, or root, but not this one."""


class ProcessHandle(Protocol):
    """One process, from the moment at which the handle was made."""

    @property
    def pid(self) -> int:
        """Its number."""

    def check(self, process: Process, socket: SocketRecord) -> None:
        """Make sure that it is this process and that it holds this very socket.

        Raises:
            GoneError: it has ended.
            ChangedError: it is another process, or it holds the socket no more.
            ForbiddenError: its descriptors may not be read.
        """

    def send(self, number: int) -> None:
        """Send it a signal.

        Raises:
            GoneError: it has ended.
            ForbiddenError: the system does not let this user.
        """

    def wait(self, timeout_s: float) -> bool:
        """Wait until it has ended, also if nobody has asked for its exit code yet; whether it has."""

    def close(self) -> None:
        """Let go of it."""


def open_handle(pid: int, *, portable: bool = False) -> ProcessHandle:
    """The process that has this number now, held as fast as the system can.

    Args:
        pid: its number.
        portable: through psutil even where there are pidfds.

    Raises:
        GoneError: there is none.
        ForbiddenError: the system refuses.
    """
    if not portable and hasattr(os, "pidfd_open") and hasattr(signal, "pidfd_send_signal"):
        try:
            return PidfdHandle(pid)
        except OSError as error:
            if error.errno not in (errno.ENOSYS, errno.EPERM):  # before Linux 5.3, or a seccomp policy
                raise ForbiddenError(f"process {pid} cannot be held: {error.strerror}") from error
    return PsutilHandle(pid)


class PidfdHandle:
    """A process by its pidfd (Linux).

    Raises:
        GoneError: there is no such process.
        OSError: the kernel gives no pidfd.
    """

    def __init__(self, pid: int) -> None:
        self.pid = pid
        try:
            self._fd = os.pidfd_open(pid)
        except ProcessLookupError:
            raise _gone(pid) from None

    def check(self, process: Process, socket: SocketRecord) -> None:
        """Compare what /proc says of it, which can be of no other process while the pidfd's one lives."""
        now = procfs.read_process(self.pid)
        if now is None or self.wait(0):
            raise _gone(self.pid)
        _compare_start(process, now.started_at, now.name)
        if not self._holds(socket.inode):
            raise _handed_on(process, socket)

    def _holds(self, inode: int | None) -> bool:
        wanted, folder = f"socket:[{inode}]", f"/proc/{self.pid}/fd"
        try:
            return any(_link(f"{folder}/{name}") == wanted for name in os.listdir(folder))
        except PermissionError:
            raise ForbiddenError(f"what process {self.pid} holds may not be read by this user") from None
        except OSError:
            raise _gone(self.pid) from None

    def send(self, number: int) -> None:
        """Signal the process that the pidfd stands for, and no other."""
        try:
            signal.pidfd_send_signal(self._fd, number)
        except ProcessLookupError:
            raise _gone(self.pid) from None
        except PermissionError:
            raise _forbidden(self.pid) from None

    def wait(self, timeout_s: float) -> bool:
        """A pidfd is readable from the moment at which its process ends."""
        watch = select.poll()
        watch.register(self._fd, select.POLLIN)
        return bool(watch.poll(max(0.0, timeout_s) * 1000))

    def close(self) -> None:
        """Close the pidfd."""
        os.close(self._fd)


class PsutilHandle:
    """A process by its number and start time (macOS, Windows, BSD).

    Between psutil's own last look at the start time and the signal lie some microseconds.

    Raises:
        GoneError: there is no such process.
    """

    def __init__(self, pid: int) -> None:
        import psutil

        self.pid = pid
        try:
            self._process: psutil.Process = psutil.Process(pid)
        except psutil.NoSuchProcess:
            raise _gone(pid) from None

    def check(self, process: Process, socket: SocketRecord) -> None:
        """Compare its start time, and look for the socket among those that it has now."""
        import psutil

        if self.wait(0):
            raise _gone(self.pid)
        try:
            _compare_start(process, self._process.create_time(), clean(self._process.name(), 256))
            found = self._process.net_connections("inet")
        except psutil.AccessDenied:
            raise ForbiddenError(f"what process {self.pid} holds may not be read by this user") from None
        except psutil.NoSuchProcess:
            raise _gone(self.pid) from None
        if not any(_is_same(connection, socket) for connection in found):
            raise _handed_on(process, socket)

    def send(self, number: int) -> None:
        """Signal it; psutil refuses if the number has gone to another."""
        import psutil

        try:
            self._process.send_signal(number)
        except psutil.NoSuchProcess:
            raise _gone(self.pid) from None
        except (psutil.AccessDenied, PermissionError):
            raise _forbidden(self.pid) from None

    def wait(self, timeout_s: float) -> bool:
        """Look again and again: a process that is not a child tells nobody that it ends."""
        deadline, pause = time.monotonic() + timeout_s, threading.Event()
        while not self._has_ended():
            if time.monotonic() >= deadline:
                return False
            pause.wait(_LOOK_EVERY_S)
        return True

    def _has_ended(self) -> bool:
        import psutil

        try:
            return not self._process.is_running() or self._process.status() == psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return True
        except psutil.AccessDenied:
            return False

    def close(self) -> None:
        """Nothing is held open."""


def _compare_start(meant: Process, started_at: float | None, name: str) -> None:
    known = meant.started_at
    if known is None or started_at is None or abs(known - started_at) > _SAME_START_S:
        raise ChangedError(
            f"process {meant.pid} is no longer {meant.name}: the number has gone to another one, {name}"
        )


def _is_same(connection: Any, socket: SocketRecord) -> bool:
    """Whether psutil tells of this very socket, as far as it can be told."""
    from netmon.collectors.psutil_sockets import RawSocket, record_of

    _, family, kind, local, remote, status, *_ = connection
    if not local:
        return False
    now = record_of(RawSocket(family, kind, local, remote, status, None), (), socket.owner)
    ends = (socket.protocol, socket.family, socket.local, socket.remote, socket.state)
    return ends == (now.protocol, now.family, now.local, now.remote, now.state)


def _link(path: str) -> str:
    """Where a link leads; empty if its descriptor was closed meanwhile."""
    try:
        return os.readlink(path)
    except FileNotFoundError:
        return ""


def _gone(pid: int) -> GoneError:
    return GoneError(f"process {pid} has ended already")


def _handed_on(process: Process, socket: SocketRecord) -> ChangedError:
    return ChangedError(f"{process.name} ({process.pid}) no longer holds {socket.protocol} {socket.local}")


def _forbidden(pid: int) -> ForbiddenError:
    return ForbiddenError(f"process {pid} may not be signalled by this user; root may")
