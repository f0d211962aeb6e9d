"""The kernel's settings that decide when a queue is full and which ports are lent (Linux sysctls)."""

from __future__ import annotations

import os

from netmon.model.pressure import PortLimits

_ROOT = "/proc/sys/net/"
_LIMIT = 1 << 18
"""Bytes; a list of all the ports one by one has 400,000, a sane one some tens."""


def read_limits(root: str = _ROOT) -> PortLimits:
    """What this network namespace is set to; all unknown where there is no /proc/sys.

    `ip_local_reserved_ports` and `tcp_tw_reuse` are those of ip-sysctl.rst in the kernel's documentation.
    """
    reserved = _read(f"{root}ipv4/ip_local_reserved_ports")
    return PortLimits(
        _number(f"{root}core/somaxconn"),
        _number(f"{root}ipv4/tcp_max_syn_backlog"),
        _number(f"{root}ipv4/tcp_tw_reuse"),
        parse_port_list(reserved or ""),
    )


def parse_port_list(text: str) -> tuple[tuple[int, int], ...]:
    """The ranges in a list such as `8080,9000-9010`, first and last port each; nonsense is left out."""
    return tuple(found for part in text.split(",") if (found := _range(part.strip())))


def _range(part: str) -> tuple[int, int] | None:
    first, dash, last = part.partition("-")
    if not (_is_number(first) and (_is_number(last) or not dash)):
        return None
    low, high = int(first), int(last if dash else first)
    return (low, high) if low <= high < 1 << 16 else None


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdigit() and len(word) < 6


def _number(path: str) -> int | None:
    text = (_read(path) or "").strip()
    return int(text) if text.isascii() and text.isdigit() else None


def _read(path: str) -> str | None:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        return os.read(descriptor, _LIMIT).decode("ascii", "replace")
    except OSError:
        return None
    finally:
        os.close(descriptor)
