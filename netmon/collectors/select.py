"""Which collector this machine gets: the Linux one where the kernel lets it, else the portable one.

Nothing is imported before it is chosen: psutil costs 20 ms, which the Linux collector need not pay.
"""

from __future__ import annotations

import errno
import sys
from collections.abc import Collection

from netmon.collectors.base import Collector, CollectorError
from netmon.model.process import Process
from netmon.model.snapshot import Degradation, Snapshot, Source

_REMEDIES = {
    errno.EPERM: "allow netlink: a seccomp or security policy forbids it",
    errno.EACCES: "allow netlink: a security policy (SELinux, AppArmor) forbids it",
    errno.EAFNOSUPPORT: "allow AF_NETLINK (systemd: RestrictAddressFamilies=)",
    errno.EPROTONOSUPPORT: "load the kernel modules inet_diag, tcp_diag and udp_diag",
    errno.ENOENT: "load the kernel modules inet_diag, tcp_diag and udp_diag",
    errno.EMFILE: "raise the limit of open files (ulimit -n)",
    errno.ENFILE: "raise the system's limit of open files (fs.file-max)",
}


def create_collector(
    portable: bool = False, follow: bool = True, listeners_only: bool = False, ports: Collection[int] = ()
) -> Collector:
    """The best collector that works here.

    Args:
        portable: use psutil even where the Linux collector would work.
        follow: for watching; a single reading does without destroy events and interface counters.
        listeners_only: for questions about ports; connections are then only counted, if that is cheaper.
        ports: for questions about these ports; other sockets are then left out, if that is cheaper.

    Raises:
        CollectorError: nothing can read sockets here.
    """
    if portable or not sys.platform.startswith("linux"):
        return _portable(follow)
    from netmon.collectors.linux import LinuxCollector

    try:
        collector = LinuxCollector(follow=follow, listeners_only=listeners_only, ports=ports)
        return FallbackCollector(collector, follow)
    except (CollectorError, OSError) as refusal:
        return _portable(follow, refusal)


class FallbackCollector:
    """A collector that gives way to psutil if its first poll fails, as netlink may be refused only then.

    A later failure is not a refusal: it is raised, and the next poll tries again.
    """

    def __init__(self, collector: Collector, follow: bool = True) -> None:
        self.source: Source = collector.source
        self._collector = collector
        self._follow = follow
        self._proven = False

    def poll(self) -> Snapshot:
        """Read every socket now.

        Raises:
            CollectorError: the source as a whole could not be read, at first psutil neither.
        """
        try:
            snapshot = self._collector.poll()
        except (CollectorError, OSError) as refusal:
            if self._proven:
                raise
            self._collector.close()
            self._collector = _portable(self._follow, refusal)
            self.source = self._collector.source
            snapshot = self._poll_after(refusal)
        self._proven = True
        return snapshot

    def _poll_after(self, refusal: Exception) -> Snapshot:
        try:
            return self._collector.poll()
        except CollectorError as error:
            raise CollectorError(f"{refusal}; {error}") from error

    def ancestors(self, pid: int) -> tuple[Process, ...]:
        """The parents of a process, nearest first."""
        return self._collector.ancestors(pid)

    def working_directory(self, pid: int) -> str | None:
        """The directory that a process works in, or None where it may not be read."""
        return self._collector.working_directory(pid)

    def close(self) -> None:
        """Close the collector in use."""
        self._collector.close()


def _portable(follow: bool, refusal: Exception | None = None) -> Collector:
    try:
        from netmon.collectors.psutil_backend import PsutilCollector
    except ImportError as error:
        before = f"{refusal}; " if refusal else ""
        raise CollectorError(f"{before}psutil cannot be loaded: {error}") from error
    return PsutilCollector(follow=follow, degradations=(_degradation(refusal),) if refusal else ())


def _degradation(refusal: Exception) -> Degradation:
    cause = refusal if isinstance(refusal, OSError) else refusal.__cause__
    number = cause.errno if isinstance(cause, OSError) else None
    return Degradation("netlink", str(refusal), _REMEDIES.get(number or 0))
