"""The standard streams of a command, any of which may be missing, full, or closed at its other end."""

from __future__ import annotations

import io
import os
import sys
from typing import TextIO

from netmon.commands.ending import CannotAskError


def exists(stream: TextIO | None) -> bool:
    """Whether a standard stream is there at all: it is None where it was closed before the start (`>&-`)."""
    return stream is not None


def is_terminal(stream: TextIO | None) -> bool:
    """Whether a person is at the other end of a standard stream."""
    return stream is not None and stream.isatty()


def require_output() -> None:
    """Make sure that there is somewhere to answer, and that no name ends the answer.

    Raises:
        CannotAskError: there is no standard output.
    """
    if not exists(sys.stdout):
        raise CannotAskError("there is no standard output to answer on")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a name outside the encoding ends no answer


def discard_output() -> None:
    """Let what is still buffered go nowhere at exit, where it would fail once more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
