"""Where programs ask other servers for a name than those that were asked: `dig` finds it, `ping` does not."""

from __future__ import annotations

from collections.abc import Sequence

from netmon.model.finding import Finding, FindingState
from netmon.resolver.server import BadServerError, Server, parse_server
from netmon.resolver.system.scope_source import STUBS, Scoped
from netmon.resolver.system.scopes import Scope, choose


def findings(scoped: Scoped | None, name: str, asked: Sequence[Server]) -> tuple[Finding, ...]:
    """What is to be noticed about the scope that a name belongs to.

    Args:
        scoped: the scopes of this machine; None where there is one set of servers only.
        name: fully qualified.
        asked: who was asked.
    """
    if scoped is None or not scoped.scopes or any(server.host in STUBS for server in asked):
        return ()  # systemd-resolved's stub asks whom the programs ask
    choice = choose(name, scoped.scopes)
    if not choice.scopes:
        return (_nobody(scoped, name),)
    hosts = {server.host for server in asked}
    if any(host_of(each) in hosts for scope in choice.scopes for each in scope.servers):
        return ()
    return (_others(scoped, name, choice.scopes, choice.domain),)


def _nobody(scoped: Scoped, name: str) -> Finding:
    return Finding(
        "dns-scope", FindingState.WARN, f"Programs here have nobody to ask for {name}",
        f"{scoped.source}: it is in no scope's domains, and none is the default",
        "They fail at once, whatever the servers that were asked here say.",
    )  # fmt: skip


def _others(scoped: Scoped, name: str, scopes: Sequence[Scope], domain: str | None) -> Finding:
    whom = "; ".join(f"{each.name}: {', '.join(each.servers) or 'mDNS'}" for each in scopes)
    first = next((host for scope in scopes for each in scope.servers if (host := host_of(each))), None)
    return Finding(
        "dns-scope",
        FindingState.WARN,
        f"Programs here ask other servers for {name}",
        f"{scoped.source}: {whom}" + (f" (for {domain})" if domain else " (the default)"),
        "What those answer may differ: a tool that reads resolv.conf finds a name, and programs do not.",
        f"Ask them too: --server {first}" if first else "",
        "resolver(5) of macOS; systemd-resolved.service(8)",
    )


def host_of(text: str) -> str | None:
    """The address in what the system writes of a server: `[::1]:53#name`, `192.0.2.1:5353`, `fe80::1%en0`."""
    try:
        return parse_server(text.partition("#")[0]).host
    except BadServerError:
        return None
