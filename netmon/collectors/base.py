"""What every collector offers, whatever the platform."""

from __future__ import annotations

from typing import Protocol

from netmon.model.process import Process
from netmon.model.snapshot import Snapshot, Source


class CollectorError(Exception):
    """A source cannot be read at all; the message says why in one line."""


class Collector(Protocol):
    """One source of sockets. It keeps no history, and never raises for one bad process.

    `poll` is called from one thread only; what is asked of one process may be asked from any.
    """

    @property
    def source(self) -> Source:
        """Where its records come from."""

    def poll(self) -> Snapshot:
        """Read every socket now.

        Raises:
            CollectorError: the source as a whole could not be read.
        """

    def ancestors(self, pid: int) -> tuple[Process, ...]:
        """The parents of a process, the nearest first, as far as they can be read."""

    def working_directory(self, pid: int) -> str | None:
        """The directory that a process works in, cleaned, or None where it may not be read."""

    def close(self) -> None:
        """Give back sockets and threads."""
