"""The resolvers that this machine is told to ask, and how it completes short names."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

from netmon.model.endpoint import Endpoint
from netmon.model.text import clean
from netmon.resolver.answer import Configuration
from netmon.resolver.system.resolv_conf import parse_resolv_conf

if TYPE_CHECKING:
    import dns.resolver

PORT = 53
_SIZE_LIMIT = 65536
"""Characters read of the file; more would be no configuration."""


def configuration(
    path: str = "/etc/resolv.conf", environment: Mapping[str, str] = os.environ
) -> Configuration:
    """The servers and search list of this machine; never raises."""
    if sys.platform == "win32":
        return from_registry()
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            text = file.read(_SIZE_LIMIT)
    except OSError:
        return Configuration(source=path, error=f"no nameservers: {path} cannot be opened")
    found = parse_resolv_conf(text, environment)
    return Configuration(
        servers=tuple(Endpoint(address, PORT) for address in found.nameservers),
        search=_own_domain() if found.search is None else found.search,
        ndots=found.ndots,
        source=path,
        error=None if found.nameservers else _no_servers(path, found.ignored),
        ignored=found.ignored,
    )


def _no_servers(path: str, ignored: tuple[str, ...]) -> str:
    if ignored:
        return f"no nameservers: {path} could not be understood: {clean(ignored[0], 60)!r}"
    return f"no nameservers: {path} names none"


def _own_domain() -> tuple[str, ...]:
    """Where no line says otherwise: what is behind the first dot of this machine's name (resolv.conf(5))."""
    domain = socket.gethostname().partition(".")[2]
    return parse_resolv_conf(f"domain {domain}").search or ()


def from_registry() -> Configuration:
    """What dnspython finds in the registry or by WMI; it costs 100 ms to import, which only Windows pays."""
    import dns.exception
    import dns.resolver

    try:
        found = dns.resolver.Resolver()
    except (dns.exception.DNSException, ValueError, OSError) as error:
        return Configuration(source="registry", error=f"no nameservers: {clean(str(error), 200)}")
    return from_resolver(found)


def from_resolver(found: dns.resolver.Resolver) -> Configuration:
    """What a resolver of dnspython holds; one over HTTPS is nobody that this program could ask."""
    import dns.inet

    addresses = [address for address in map(str, found.nameservers) if dns.inet.is_address(address)]
    suffixes = found.search or [found.domain]
    return Configuration(
        servers=tuple(Endpoint(address, found.port) for address in addresses),
        search=tuple(clean(suffix.to_text()) for suffix in suffixes if len(suffix) > 1),
        ndots=1 if found.ndots is None else found.ndots,
        source="registry",
        error=None if addresses else "no nameservers: the registry names none",
    )
