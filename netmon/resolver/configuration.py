"""The resolvers that this machine is told to ask, and how it completes short names."""

from __future__ import annotations

from netmon.model.endpoint import Endpoint
from netmon.model.text import clean
from netmon.resolver.answer import Configuration


def configuration(path: str = "/etc/resolv.conf") -> Configuration:
    """The servers and search list of this machine (on Windows from the registry); never raises."""
    import dns.exception
    import dns.inet
    import dns.resolver

    try:
        system = dns.resolver.Resolver(path)
    except dns.resolver.NoResolverConfiguration as error:
        what = "cannot be opened" if str(error).startswith("cannot open") else "names none"
        return Configuration(source=path, error=f"no nameservers: {path} {what}")
    except (dns.exception.DNSException, ValueError, OSError) as error:
        return Configuration(source=path, error=f"{path} could not be understood: {clean(str(error))}")
    addresses = [address for address in map(str, system.nameservers) if dns.inet.is_address(address)]
    suffixes = system.search or [system.domain]
    return Configuration(
        servers=tuple(Endpoint(address, system.port) for address in addresses),
        search=tuple(clean(suffix.to_text()) for suffix in suffixes if len(suffix) > 1),
        ndots=1 if system.ndots is None else system.ndots,
        source=path,
    )
