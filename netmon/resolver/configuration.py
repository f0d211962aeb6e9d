"""The resolvers that this machine is told to ask, and how it completes short names."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from netmon.model.endpoint import Endpoint
from netmon.model.text import clean
from netmon.resolver.answer import Configuration

if TYPE_CHECKING:
    import dns.resolver


_SIZE_LIMIT = 65536
"""Characters read of a file some of whose lines make no sense."""


def configuration(path: str = "/etc/resolv.conf") -> Configuration:
    """The servers and search list of this machine (on Windows from the registry); never raises."""
    import dns.exception
    import dns.inet
    import dns.resolver

    ignored: tuple[str, ...] = ()
    try:
        system = dns.resolver.Resolver(path)
    except dns.resolver.NoResolverConfiguration as error:
        what = "cannot be opened" if str(error).startswith("cannot open") else "names none"
        return Configuration(source=path, error=f"no nameservers: {path} {what}")
    except (dns.exception.DNSException, ValueError, OSError) as error:
        try:
            system, ignored = _without_bad_lines(path)
        except (dns.exception.DNSException, ValueError, OSError):
            return Configuration(source=path, error=f"{path} could not be understood: {clean(str(error))}")
    addresses = [address for address in map(str, system.nameservers) if dns.inet.is_address(address)]
    suffixes = system.search or [system.domain]
    return Configuration(
        servers=tuple(Endpoint(address, system.port) for address in addresses),
        search=tuple(clean(suffix.to_text()) for suffix in suffixes if len(suffix) > 1),
        ndots=1 if system.ndots is None else system.ndots,
        source=path,
        ignored=ignored,
    )


def _without_bad_lines(path: str) -> tuple[dns.resolver.Resolver, tuple[str, ...]]:
    """The configuration without the lines that make no sense, as the C library reads it, and those lines.

    Raises:
        DNSException, ValueError, OSError: nothing is left, or the file is not there.
    """
    import dns.resolver

    with open(path, encoding="utf-8", errors="replace") as file:
        lines = file.read(_SIZE_LIMIT).split("\n")
    good: list[str] = []
    ignored: list[str] = []
    for line in lines:
        (good if _makes_sense(line) else ignored).append(line)
    system = dns.resolver.Resolver(io.StringIO("\n".join(good)))
    return system, tuple(clean(line.strip(), 200) for line in ignored)


def _makes_sense(line: str) -> bool:
    import dns.exception
    import dns.resolver

    try:
        dns.resolver.Resolver(io.StringIO(line))
    except dns.resolver.NoResolverConfiguration:
        return True  # it is about something else
    except (dns.exception.DNSException, ValueError):
        return False
    return True
