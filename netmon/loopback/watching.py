"""Tells when something that the checks read has changed, so that they need to run again only then.

Cheap enough for every state: a stat for each file, and the beginning of the tables of routes.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from netmon.loopback.files import hosts_path, read_file
from netmon.loopback.kernel_tables import ROUTE4, ROUTE6, default_routes4, default_routes6
from netmon.loopback.listeners import is_server
from netmon.model.connection import Connection

FILES = (hosts_path(), "/etc/gai.conf", "/etc/nsswitch.conf", "/etc/resolv.conf")

_ROUTES_LIMIT = 1 << 14
"""Characters: the default routes come first, and a router's table would take long."""


class Watcher:
    """Remembers what the checks depend on. Used from one thread at a time."""

    def __init__(self, files: Sequence[str] = FILES) -> None:
        self._files = files
        self._last: dict[str, object] | None = None

    def changed(
        self, listeners: Sequence[Connection] = (), addresses: Mapping[str, str] | None = None
    ) -> tuple[str, ...]:
        """What has changed since the last call, in words for people; nothing at the first call.

        Args:
            listeners: The listening sockets (`State.listeners`).
            addresses: This machine's addresses, each with its interface (`State.addresses`).
        """
        now: dict[str, object] = {path: _signature(path) for path in self._files}
        now["the routes"] = _default_routes()
        now["the addresses"] = tuple(sorted((addresses or {}).items()))
        now["the listeners"] = _what_listens(listeners)
        last, self._last = self._last, now
        return () if last is None else tuple(what for what, sight in now.items() if last.get(what) != sight)


class Signature(NamedTuple):
    """What changes about a file whenever it is written or replaced."""

    device: int
    inode: int
    modified_ns: int
    size: int


def _signature(path: str) -> Signature | None:
    """What the file is now, at the end of any links; None where there is none."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return Signature(found.st_dev, found.st_ino, found.st_mtime_ns, found.st_size)


def _default_routes() -> tuple[tuple[str, ...], tuple[str, ...]]:
    four, six = (read_file(path, _ROUTES_LIMIT).text or "" for path in (ROUTE4, ROUTE6))
    return default_routes4(four), default_routes6(six)


def _what_listens(listeners: Sequence[Connection]) -> tuple[object, ...]:
    """What of the servers here the checks look at: not their queues, which change all the time."""
    return tuple(
        (c.socket.local, c.socket.state, c.socket.v6only, c.socket.interface, c.owner)
        for c in listeners
        if is_server(c)
    )
