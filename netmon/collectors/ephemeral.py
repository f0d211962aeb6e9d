"""The ports that the kernel lends to outgoing connections, asked of each system in its own way."""

from __future__ import annotations

import os
import re
import sys
from functools import lru_cache

_LINUX = sys.platform.startswith("linux")
_LINUX_PORTS = (32768, 60999)
_DYNAMIC_PORTS = (49152, 65535)  # RFC 6335 section 6
_COMMAND_TIMEOUT_S = 2.0


def ephemeral_range() -> tuple[int, int]:
    """The first and last port that the kernel lends to outgoing connections.

    On Linux a small file tells, which may change while netmon runs. Elsewhere a command does, asked once.
    """
    return _read_range() if _LINUX else _asked_range(sys.platform)


def _read_range(path: str = "/proc/sys/net/ipv4/ip_local_port_range") -> tuple[int, int]:
    """What ip(7) calls net.ipv4.ip_local_port_range, which holds for IPv6 too."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return _LINUX_PORTS
    try:
        low, high = os.read(descriptor, 64).split()
        return int(low), int(high)
    except (OSError, ValueError):
        return _LINUX_PORTS
    finally:
        os.close(descriptor)


@lru_cache(maxsize=1)
def _asked_range(platform: str) -> tuple[int, int]:
    if platform == "win32":
        # By its full path: Windows looks into the current directory first.
        netsh = os.path.join(os.environ.get("SYSTEMROOT", r"C:\Windows"), "System32", "netsh.exe")
        return parse_netsh(_output(netsh, "int", "ipv4", "show", "dynamicport", "tcp"))
    if platform == "darwin" or platform.startswith("freebsd"):
        names = ("net.inet.ip.portrange.first", "net.inet.ip.portrange.last")
        sysctl = "/usr/sbin/sysctl" if platform == "darwin" else "/sbin/sysctl"
        return parse_sysctl(_output(sysctl, "-n", *names))
    return _DYNAMIC_PORTS


def parse_sysctl(text: str) -> tuple[int, int]:
    """The first and last port from `sysctl -n net.inet.ip.portrange.first net.inet.ip.portrange.last`."""
    numbers = [int(word) for word in text.split() if word.isascii() and word.isdigit()]
    return _checked(*numbers) if len(numbers) == 2 else _DYNAMIC_PORTS


def parse_netsh(text: str) -> tuple[int, int]:
    """The ports from `netsh int ipv4 show dynamicport tcp`: start and count, the words translated."""
    numbers = [int(number) for number in re.findall(r":\s*([0-9]{1,5})\s*$", text, re.MULTILINE)]
    return _checked(numbers[0], numbers[0] + numbers[1] - 1) if len(numbers) == 2 else _DYNAMIC_PORTS


def _checked(first: int, last: int) -> tuple[int, int]:
    return (first, last) if 0 < first <= last < 65536 else _DYNAMIC_PORTS


def _output(*command: str) -> str:
    import subprocess  # which Linux does without

    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_COMMAND_TIMEOUT_S, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.decode("utf-8", "replace")
