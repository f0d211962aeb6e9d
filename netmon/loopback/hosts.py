"""What the hosts file makes of localhost (hosts(5)): the check `hosts-localhost`."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Iterable
from typing import NamedTuple

from netmon.loopback.files import FileText
from netmon.loopback.localhost import V4, V6, Localhost
from netmon.model.endpoint import Scope, scope_of
from netmon.model.finding import Finding, FindingState
from netmon.model.text import clean

NAMES = ("localhost", "localhost.localdomain", "ip6-localhost", "ip6-loopback")
"""Names that everybody takes for loopback; only the first one decides what localhost is."""

_CHECK, _REFERENCE = "hosts-localhost", "RFC 6761 section 6.3, hosts(5)"
_SHOWN = 6


class HostsLine(NamedTuple):
    """One line of a hosts file that gives an address to a name of loopback."""

    number: int
    """Counted from 1."""
    address: str
    """Without its zone."""
    zone: str
    names: tuple[str, ...]
    """Those of `NAMES` that it gives."""

    @property
    def is_loopback(self) -> bool:
        """Whether the address stays on this machine; macOS also names `fe80::1%lo0`."""
        return scope_of(self.address) is Scope.LOOPBACK or self.zone in ("lo", "lo0")

    def __str__(self) -> str:
        return f"line {self.number}: {self.address} {' '.join(self.names)}"


def parse_hosts(text: str) -> tuple[HostsLine, ...]:
    """The lines that give an address to one of `NAMES`; lines without an address are passed over."""
    found = []
    for number, line in enumerate(text.split("\n"), 1):
        # Most lines of a long file are about something else: look for the names before anything is split.
        lower = line.lower()
        if ("localhost" in lower or "ip6-loopback" in lower) and (entry := _parse_line(number, lower)):
            found.append(entry)
    return tuple(found)


def _parse_line(number: int, line: str) -> HostsLine | None:
    fields = line.partition("#")[0].split()
    names = tuple(name for name in NAMES if name in fields[1:])
    if not names:
        return None
    address, _, zone = fields[0].partition("%")
    try:
        return HostsLine(number, str(ipaddress.ip_address(address)), clean(zone, 16), names)
    except ValueError:
        return None


def hosts_localhost(file: FileText, seen: Localhost) -> Finding:
    """The judgement on the hosts file, beside which loopback addresses really work."""
    if file.text is None:
        return _without_file(file)
    lines = parse_hosts(file.text)
    evidence = f"{file.path}: {_listed(lines)}"
    if strangers := [line for line in lines if not line.is_loopback]:
        return Finding(
            _CHECK,
            FindingState.FAIL,
            f"the hosts file gives {strangers[0].names[0]} the address {strangers[0].address}, "
            "which is no loopback address",
            evidence,
            why="What is meant to stay on this machine leaves it, to whoever has that address.",
            fix=f"Change line {strangers[0].number} of {file.path} to `{_good(strangers[0])}`.",
            reference=_REFERENCE,
        )
    named = {line.address for line in lines if NAMES[0] in line.names}
    if V6 in named and not seen.works(V6):
        return _dead_v6(file, evidence)
    missing = [a for a in (V4, V6) if a not in named and seen.works(a)]
    return _missing(file, missing, evidence) if missing else _sound(named, evidence)


def _good(line: HostsLine) -> str:
    return f"{V6 if ':' in line.address else V4} {' '.join(line.names)}"


def _listed(lines: Iterable[HostsLine]) -> str:
    shown = [str(line) for line in lines]
    more = f"; and {len(shown) - _SHOWN} more" if len(shown) > _SHOWN else ""
    return "; ".join(shown[:_SHOWN]) + more if shown else "no line names localhost"


def _without_file(file: FileText) -> Finding:
    if not file.missing:
        return Finding(_CHECK, FindingState.UNKNOWN, f"{file.path} could not be read: {file.error}")
    return Finding(
        _CHECK,
        FindingState.WARN,
        f"there is no {file.path}, so localhost is whatever the next source says",
        f"{file.path}: {file.error}",
        why="Each lookup of localhost goes to a resolver, which may be slow, wrong, or somebody else's.",
        fix=f"Create {file.path} with the lines `{V4} localhost` and `{V6} localhost`.",
        reference=_REFERENCE,
    )


def _dead_v6(file: FileText, evidence: str) -> Finding:
    return Finding(
        _CHECK,
        FindingState.FAIL,
        f"the hosts file gives localhost the address {V6}, which carries no connection here",
        evidence,
        why="Programs that try only that address fail; the others lose a step on each connection.",
        fix=f"Switch IPv6 on for lo, or take localhost out of the {V6} line of {file.path}.",
        reference=_REFERENCE,
    )


def _missing(file: FileText, missing: list[str], evidence: str) -> Finding:
    if os.name == "nt":
        what = "the hosts file leaves localhost to Windows, which answers for it itself"
        return Finding(_CHECK, FindingState.OK, what, evidence, reference=_REFERENCE)
    address = missing[0]
    return Finding(
        _CHECK,
        FindingState.WARN,
        f"the hosts file does not give localhost the address {address}, which works here",
        evidence,
        why=f"A server that listens on {address} alone is not found by the name localhost.",
        fix=f"Add the line `{address} localhost` to {file.path}.",
        reference=_REFERENCE,
    )


def _sound(named: set[str], evidence: str) -> Finding:
    shown = " and ".join(a for a in (V4, V6) if a in named) or "no address"
    return Finding(
        _CHECK, FindingState.OK, f"the hosts file gives localhost {shown}", evidence, reference=_REFERENCE
    )
