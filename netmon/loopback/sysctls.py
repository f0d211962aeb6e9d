"""The kernel's switches for IPv6 (Documentation/networking/ip-sysctl.rst): the check `sysctl`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import NamedTuple

from netmon.loopback.files import FileText, read_file
from netmon.loopback.hosts import NAMES, parse_hosts
from netmon.loopback.localhost import V6, Localhost
from netmon.model.finding import Finding, FindingState

ROOT = "/proc/sys/net/ipv6"
_MAX_INTERFACES = 512
_CHECK, _REFERENCE = "sysctl", "ip-sysctl.rst, ipv6(7)"
_SHOWN = 4


class Switches(NamedTuple):
    """The switches of one interface, or of `all` and `default`; None where one cannot be read."""

    disable_ipv6: int | None
    accept_ra: int | None = None
    """Whether addresses and routes are taken from routers: 0 no, 1 unless forwarding, 2 always."""
    use_tempaddr: int | None = None
    """Temporary addresses (RFC 8981): 0 or less none, 1 made, 2 preferred."""


class Sysctls(NamedTuple):
    """The switches of this network namespace."""

    bindv6only: int | None
    """Whether sockets on `::` refuse IPv4 unless they ask for it."""
    interfaces: Mapping[str, Switches]
    """By interface, with `all` and `default`."""

    @property
    def disabled(self) -> tuple[str, ...]:
        """Where IPv6 is switched off, `all` and `default` included."""
        return tuple(name for name, switches in self.interfaces.items() if switches.disable_ipv6)


def parse_number(text: str | None) -> int | None:
    """A switch as the kernel writes it, or None."""
    text = (text or "").strip()
    return int(text) if len(text) < 12 and text.removeprefix("-").isdecimal() and text.isascii() else None


def read_sysctls(root: str = ROOT) -> Sysctls | None:
    """The switches as they are; None on a kernel without them (no Linux, or no IPv6)."""
    try:
        names = sorted(os.listdir(f"{root}/conf"))[:_MAX_INTERFACES]
    except OSError:
        return None

    def number(path: str) -> int | None:
        return parse_number(read_file(f"{root}/{path}", 64).text)

    switches = {
        name: Switches(*(number(f"conf/{name}/{field}") for field in Switches._fields)) for name in names
    }
    return Sysctls(number("bindv6only"), switches)


def sysctl(found: Sysctls | None, hosts: FileText, seen: Localhost) -> Finding:
    """The judgement on the switches, beside what still gives out IPv6 addresses."""
    if found is None:
        what = f"the kernel's switches for IPv6 are not in {ROOT}"
        return Finding(_CHECK, FindingState.UNKNOWN, what, reference=_REFERENCE)
    evidence = _evidence(found)
    lo = found.interfaces.get("lo")
    if lo is not None and lo.disable_ipv6:
        return _off(found, hosts, seen, evidence)
    if found.bindv6only:
        return Finding(
            _CHECK,
            FindingState.WARN,
            "sockets on :: refuse IPv4 here unless they ask for it (bindv6only is 1)",
            evidence,
            why="Servers that count on :: for both families are not reached over IPv4.",
            fix="sysctl net.ipv6.bindv6only=0",
            reference=_REFERENCE,
        )
    if found.disabled:
        return Finding(
            _CHECK,
            FindingState.WARN,
            f"IPv6 is switched off in part: {_names(found.disabled)}",
            evidence,
            why="Programs find ::1 and take IPv6 for working, though it has no way out over these.",
            fix=f"Switch it on: sysctl net.ipv6.conf.{found.disabled[0]}.disable_ipv6=0",
            reference=_REFERENCE,
        )
    return Finding(_CHECK, FindingState.OK, "IPv6 is switched on everywhere", evidence, reference=_REFERENCE)


def _off(found: Sysctls, hosts: FileText, seen: Localhost, evidence: str) -> Finding:
    """IPv6 is off for loopback: does anything still lead there?"""
    in_file = any(line.address == V6 and NAMES[0] in line.names for line in parse_hosts(hosts.text or ""))
    givers = [hosts.path] * in_file + ["getaddrinfo"] * (V6 in seen.plain.addresses)
    where = "all" if "all" in found.disabled else "lo"
    fix = f"Switch it on: sysctl net.ipv6.conf.{where}.disable_ipv6=0"
    if givers:
        return Finding(
            _CHECK,
            FindingState.FAIL,
            f"IPv6 is switched off, yet localhost still leads to {V6}",
            f"{evidence}; {V6} is given by {' and '.join(givers)}",
            why="Programs go to an address that is not there; those that try only that one fail.",
            fix=fix if where == "lo" else f"{fix}, or take {V6} out of {hosts.path}",
            reference=_REFERENCE,
        )
    return Finding(
        _CHECK,
        FindingState.INFO,
        "IPv6 is switched off, and localhost does not lead to it",
        evidence,
        why="Servers that listen on ::1 alone cannot start.",
        fix=fix,
        reference=_REFERENCE,
    )


def _names(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def _evidence(found: Sysctls) -> str:
    general = found.interfaces.get("all") or Switches(None)
    parts = [f"bindv6only {_word(found.bindv6only)}"]
    parts.append(f"disable_ipv6 is 1 for {_names(found.disabled)}" if found.disabled else "disable_ipv6 0")
    parts.append(f"accept_ra {_word(general.accept_ra)}")
    parts.append(f"use_tempaddr {_word(general.use_tempaddr)}")
    odd = [
        f"{name}: accept_ra {_word(s.accept_ra)}, use_tempaddr {_word(s.use_tempaddr)}"
        for name, s in found.interfaces.items()
        if name not in ("all", "default", "lo") and (s.accept_ra, s.use_tempaddr) != general[1:]
    ]
    return ", ".join(parts) + "".join(f"; {text}" for text in odd[:_SHOWN])


def _word(value: int | None) -> str:
    return "unknown" if value is None else str(value)
