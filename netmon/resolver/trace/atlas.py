"""What a trace has learned of the tree: the zone cuts, their servers, and the addresses of those."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import dns.name

    from netmon.resolver.trace.hints import Hints
    from netmon.resolver.trace.referral import Delegation


class Cut(NamedTuple):
    """A zone and the names of its servers."""

    zone: dns.name.Name
    servers: tuple[dns.name.Name, ...]


class Atlas:
    """Grows with each referral, so that an alias or a name server is sought from the closest known cut."""

    def __init__(self, hints: Hints) -> None:
        """Begin with nothing but the hints."""
        self._cuts = {hints.zone: Cut(hints.zone, tuple(hints.servers))}
        self._addresses = {name: found for name, found in hints.servers.items() if found}
        self._nowhere: dict[dns.name.Name, str] = {}

    def learn(self, delegation: Delegation) -> Cut:
        """Enter a delegation with its glue; the latest word on an address counts."""
        cut = self._cuts[delegation.zone] = Cut(delegation.zone, delegation.servers)
        self._addresses.update(delegation.glue)
        return cut

    def locate(self, server: dns.name.Name, addresses: tuple[str, ...], reason: str) -> None:
        """Enter the addresses that were found for a server, or the reason why there are none."""
        if addresses:
            self._addresses[server] = addresses
        else:
            self._nowhere[server] = reason

    def addresses(self, server: dns.name.Name) -> tuple[str, ...]:
        """The known addresses of a server."""
        return self._addresses.get(server, ())

    def nowhere(self, server: dns.name.Name) -> str | None:
        """Why a server has no address; None while nobody has asked, or where it has one."""
        return self._nowhere.get(server)

    def closest(self, name: dns.name.Name, kind: str) -> Cut | None:
        """The deepest known zone that could answer; None above where the trace began.

        The DS records of a zone are its parent's (RFC 4035 section 2.4).
        """
        zone = name.parent() if kind == "DS" and len(name) > 1 else name
        while zone not in self._cuts:
            if len(zone) <= 1:
                return None
            zone = zone.parent()
        return self._cuts[zone]
