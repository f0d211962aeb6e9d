"""Reads zone files and those that they include: regular files of bounded size, below one directory."""

from __future__ import annotations

import os
import stat
from pathlib import Path

SIZE_LIMIT = 16 * 1024 * 1024
"""Bytes of all files together: some 300,000 records."""
DEPTH_LIMIT = 8
"""How deep one file may include another."""
COUNT_LIMIT = 256
"""Files in all: one that includes itself twice would otherwise be read without end in sight."""


class ZoneFileError(Exception):
    """The file could not be read; the text is one sentence that names it."""


class Files:
    """The files of one zone, and how much more of them may be read."""

    def __init__(self, path: str) -> None:
        self.path = Path(path)
        self._base = Path(os.path.realpath(path)).parent
        self._left = SIZE_LIMIT
        self._count = 0

    def main(self) -> bytes:
        """The zone file itself.

        Raises:
            ZoneFileError: it cannot be read.
        """
        return self._read(self.path, str(self.path))

    def included(self, name: str) -> bytes:
        """A file that an $INCLUDE names, from the directory of the zone file.

        Raises:
            ZoneFileError: it cannot be read, or is not below that directory (symbolic links followed).
        """
        self._count += 1
        if self._count >= COUNT_LIMIT:
            raise ZoneFileError(f"{name} is not read: more than {COUNT_LIMIT} files are included")
        # NUL bytes and the like are an error of the name, not of this program.
        try:
            path = Path(os.path.realpath(self._base / name))
        except (OSError, ValueError):
            raise ZoneFileError(f"{name} is no file name") from None
        if not path.is_relative_to(self._base):
            raise ZoneFileError(f"{name} is not below the directory of the zone file")
        return self._read(path, name)

    def _read(self, path: Path, name: str) -> bytes:
        try:
            # Without O_NONBLOCK, opening a FIFO would wait for a writer for ever.
            descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
            with open(descriptor, "rb") as file:
                if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                    raise ZoneFileError(f"{name} is not a regular file")
                data = file.read(self._left + 1)
        except ValueError:
            raise ZoneFileError(f"{name} is no file name") from None
        except OSError as error:
            raise ZoneFileError(f"{name} cannot be read: {error.strerror or error}") from None
        if len(data) > self._left:
            raise ZoneFileError(f"{name} is too large: more than {SIZE_LIMIT >> 20} MiB in all")
        self._left -= len(data)
        return data
