"""Settings of the kernel below /proc/sys (proc(5), sysctl(8)); reading them needs no root."""

from __future__ import annotations

import os

ROOT = "/proc/sys/"
_NUMBER_BYTES = 64


def read_number(name: str, root: str = ROOT) -> int | None:
    """A setting that is a whole number, such as `net/core/somaxconn`; None where there is none to be read."""
    return parse_number(read_text(name, root=root))


def read_text(name: str, size: int = _NUMBER_BYTES, root: str = ROOT) -> str:
    """A setting as text, empty where it cannot be read.

    Args:
        name: Its path below `root`.
        size: Bytes to read at most. The kernel clears a buffer of this size: a megabyte takes a millisecond.
        root: Where the settings are.
    """
    try:
        descriptor = os.open(f"{root}{name}", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return ""
    try:
        return os.read(descriptor, size).decode("ascii", "replace")
    except OSError:
        return ""
    finally:
        os.close(descriptor)


def parse_number(text: str) -> int | None:
    """The whole number that a setting holds, or None if it holds none."""
    word = text.strip()
    return int(word) if word.isascii() and word.isdigit() and len(word) < 12 else None
