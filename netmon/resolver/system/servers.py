"""The servers that this machine asks, and those behind them where a stub stands in front."""

from __future__ import annotations

from typing import NamedTuple

from netmon.model.text import clean
from netmon.resolver.server import Server
from netmon.resolver.system.configuration import configuration
from netmon.resolver.system.resolv_conf import MOST_NAMESERVERS
from netmon.resolver.system.scope_source import STUBS

_BEHIND = "/run/systemd/resolve/resolv.conf"
"""Where it writes the servers of all links, readable by everybody."""


class System(NamedTuple):
    """How this machine is told to resolve names."""

    servers: tuple[Server, ...] = ()
    search: tuple[str, ...] = ()
    ndots: int = 1
    notes: tuple[str, ...] = ()
    """What else is to be known of them, each one sentence."""
    error: str | None = None
    """Why there are none."""
    stubs: tuple[str, ...] = ()
    """Who is behind a stub as far as a file tells, each one sentence; for where the links are not known."""


def system(path: str = "/etc/resolv.conf", behind: str = _BEHIND) -> System:
    """The servers of this machine in the order they are asked; never raises."""
    found = configuration(path)
    servers = tuple(Server("udp", each.address, each.port) for each in found.servers)
    notes = [f"{path}: passed over {clean(line, 60)!r}, which makes no sense" for line in found.ignored]
    if len(servers) > MOST_NAMESERVERS:
        rest = ", ".join(map(str, servers[MOST_NAMESERVERS:]))
        notes.append(
            f"{path}: programs here never ask {rest}: the C library takes {MOST_NAMESERVERS} servers"
        )
    stubs = tuple(_stub(each, behind) for each in servers if each.host in STUBS)
    return System(servers, found.search, found.ndots, tuple(notes), found.error, stubs)


def _stub(server: Server, behind: str) -> str:
    found = configuration(behind)
    if found.error is not None:
        return f"{server} is systemd-resolved; which servers are behind it is not known ({found.error})"
    others = ", ".join(each.address for each in found.servers)
    return f"{server} is systemd-resolved, which asks {others} ({behind}; links may have their own names)"
