"""The small text files that say what localhost means, read whole or up to a limit."""

from __future__ import annotations

import os
from typing import NamedTuple

from netmon.model.text import clean

LIMIT = 4 << 20
"""Characters; hosts files that block advertisements hold two or three million."""


class FileText(NamedTuple):
    """A file as it was read, or the reason why it could not be."""

    path: str
    text: str | None
    error: str | None = None
    """Set exactly when `text` is None."""
    missing: bool = False
    """Whether the reason is that there is no such file."""


def read_file(path: str, limit: int = LIMIT) -> FileText:
    """The first `limit` characters of a text file; bytes that are no UTF-8 are replaced."""
    try:
        with open(path, encoding="utf-8", errors="replace", opener=_open) as file:
            return FileText(path, file.read(limit))
    except OSError as error:
        missing = isinstance(error, FileNotFoundError)
        return FileText(path, None, clean(error.strerror or str(error)), missing)


def _open(path: str, flags: int) -> int:
    """Opens without waiting: a pipe with no writer in a file's place must not hold up the checks."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def hosts_path() -> str:
    """Where this system keeps its hosts file."""
    if os.name == "nt":
        root = os.environ.get("SYSTEMROOT", r"C:\Windows")
        return os.path.join(root, "System32", "drivers", "etc", "hosts")
    return "/etc/hosts"
