"""How long the system itself waits for an address that does not answer."""

from __future__ import annotations

import sys
from pathlib import Path

_SYSCTL = Path("/proc/sys/net/ipv4")
_INITIAL_RTO_S = 1.0
_MAX_RTO_S = 120.0
WINDOWS_S = 21.0
"""TcpMaxConnectRetransmissions of Windows: 3, 6 and 12 s."""
_ELSEWHERE = {"darwin": 75.0, "win32": WINDOWS_S}
"""net.inet.tcp.keepinit of macOS."""


def syn_timeout_s(sysctl: Path = _SYSCTL) -> float | None:
    """Seconds until connect() gives up on silence; None where it is not known.

    Linux doubles its wait from one second on, `tcp_syn_retries` times, after `tcp_syn_linear_timeouts` of one
    second each (since 6.5): the kernel's ip-sysctl.rst.
    """
    if not sys.platform.startswith("linux"):
        return _ELSEWHERE.get(sys.platform)
    retries, linear = _number(sysctl / "tcp_syn_retries"), _number(sysctl / "tcp_syn_linear_timeouts")
    if retries is None:
        return None
    doubling = [min(_MAX_RTO_S, _INITIAL_RTO_S * (1 << n)) for n in range(retries + 1)]
    return (linear or 0) * _INITIAL_RTO_S + sum(doubling)


def _number(path: Path) -> int | None:
    try:
        return int(path.read_text())
    except (OSError, ValueError):
        return None
