"""Addresses of a test's own network that never answer, or that no route leads to."""

from __future__ import annotations

import socket
import subprocess

_SILENT = {socket.AF_INET: "10.99.0.66", socket.AF_INET6: "fd99::66"}
_NOWHERE = {socket.AF_INET: "10.98.0.1", socket.AF_INET6: "fd98::1"}
_NOBODY = "02:00:00:00:00:66"
"""A hardware address that nobody has: frames to it are sent, and lost."""


def silent(family: socket.AddressFamily) -> str:
    """A black hole at the other end of the cable (on the host of tests.kernel.hosts that runs this)."""
    address = _SILENT[family]
    command = ["ip", "neighbour", "replace", address, "lladdr", _NOBODY, "dev", "cable", "nud", "permanent"]
    subprocess.run(command, check=True)
    return address


def nowhere(family: socket.AddressFamily) -> str:
    """An address whose route says that it cannot be reached."""
    address = _NOWHERE[family]
    version = "-6" if family == socket.AF_INET6 else "-4"
    subprocess.run(["ip", version, "route", "replace", "unreachable", address], check=True)
    return address
