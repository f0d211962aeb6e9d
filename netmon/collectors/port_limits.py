"""The kernel's settings that decide when a queue is full and which ports are lent (ip-sysctl.rst)."""

from __future__ import annotations

from netmon.collectors.port_rules import read_reserved
from netmon.collectors.sysctl import ROOT, read_number
from netmon.model.pressure import PortLimits


def read_limits(root: str = ROOT) -> PortLimits:
    """What this network namespace is set to; all unknown where there is no /proc/sys."""
    return PortLimits(
        read_number("net/core/somaxconn", root),
        read_number("net/ipv4/tcp_max_syn_backlog", root),
        read_number("net/ipv4/tcp_tw_reuse", root),
        read_reserved(root),
    )
