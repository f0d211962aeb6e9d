"""Names whose order can be observed without asking anyone: those with both families in the hosts file."""

from __future__ import annotations

import ipaddress
from collections import defaultdict
from pathlib import Path

from netmon.model.text import clean

HOSTS = Path("/etc/hosts")
NSSWITCH = Path("/etc/nsswitch.conf")
SIZE_LIMIT = 1 << 18
"""Bytes read; some hosts files are long lists of advertisers to block, which are of one family."""
NAMES_LIMIT = 8


def dual_stack_names(hosts: Path = HOSTS, nsswitch: Path = NSSWITCH) -> tuple[str, ...]:
    """The first few names with addresses of both families; none where something is asked before the file."""
    if not _files_first(_read(nsswitch)):
        return ()
    families: defaultdict[str, set[int]] = defaultdict(set)
    for line in _read(hosts).splitlines():
        address, *names = line.partition("#")[0].split() or [""]
        for name in names if (version := _version(address)) else ():
            families[name].add(version)
    dual = (name for name, versions in families.items() if len(versions) == 2 and clean(name) == name)
    return tuple(dual)[:NAMES_LIMIT]


def _files_first(nsswitch: str) -> bool:
    """Whether getaddrinfo looks in the hosts file before all else (nsswitch.conf(5))."""
    for line in nsswitch.splitlines():
        database, _, services = line.partition("#")[0].partition(":")
        if database.strip() == "hosts":
            return services.split()[:1] == ["files"]
    return False  # the default has changed from one glibc to another


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(SIZE_LIMIT).decode(errors="replace")
    except OSError:
        return ""


def _version(address: str) -> int:
    try:
        return ipaddress.ip_address(address).version
    except ValueError:
        return 0
