"""What container engines and systemd say of a port, by their own programs, each within a deadline."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence

DEADLINE_S = 2.0
_MOST_BYTES = 1 << 20


def published_ports(engine: str, deadline_s: float = DEADLINE_S) -> str:
    """The running containers of `docker` or `podman`: a line each, its name, a tab and its ports.

    Empty where the program is missing, refuses, or takes too long.
    """
    return _output([engine, "ps", "--format", "{{.Names}}\t{{.Ports}}"], deadline_s)


def systemd_sockets() -> str:
    """The sockets that systemd listens on: a line each, what it listens on, its unit, what that activates."""
    return _output(["systemctl", "list-sockets", "--no-pager", "--plain", "--no-legend"], DEADLINE_S)


def _output(command: Sequence[str], deadline_s: float) -> str:
    """What a program writes, if it ends well in time; empty otherwise."""
    if shutil.which(command[0]) is None or sys.platform == "win32":
        return ""
    try:
        running = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "LC_ALL": "C"},
        )
    except OSError:
        return ""
    with running:
        try:
            written = _read(running, time.monotonic() + deadline_s)
            return written.decode("utf-8", "replace") if running.wait(deadline_s) == 0 else ""
        except (TimeoutError, subprocess.TimeoutExpired):
            return ""
        finally:
            running.kill()


def _read(running: subprocess.Popen[bytes], deadline: float) -> bytes:
    """Everything that it writes until its end, or until that is too much."""
    assert running.stdout is not None
    descriptor, written = running.stdout.fileno(), bytearray()
    while len(written) < _MOST_BYTES:
        ready, _, _ = select.select([descriptor], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            raise TimeoutError
        part = os.read(descriptor, 1 << 16)
        if not part:
            return bytes(written)
        written += part
    raise TimeoutError  # who writes as much as this does not come to an end
