"""Whom to ask: the servers that were named, those of this machine, and the own ones of the name's zone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from netmon.resolver.authority import Authority, find_authority
from netmon.resolver.server import Server
from netmon.resolver.system.servers import System, system
from netmon.resolver.transport.exchange import Deadline

if TYPE_CHECKING:
    import dns.name

    from netmon.resolver.trace.hints import Hints

MOST_SERVERS = 32


class NobodyError(Exception):
    """There is no server to ask; the message is one line that says why."""


class Circle:
    """Whom to ask, as far as it depends on the name."""

    def __init__(
        self,
        wanted: Sequence[Server],
        machine: System,
        hints: Hints | None = None,
        ca_file: str | None = None,
    ) -> None:
        """Ask nobody yet.

        Args:
            wanted: as they were named.
            machine: the servers of this machine, if they are among those.
            hints: where to begin to look for the zone's own servers; None to ask the others for them.
            ca_file: certificates to trust instead of the system's.

        Raises:
            NobodyError: there is nobody, or there are too many.
        """
        self._wanted, self._machine, self._hints, self._ca_file = wanted, machine, hints, ca_file
        others = [server for server in wanted if server.scheme != "authoritative"]
        self._wants_own = len(others) < len(wanted)
        if others or not self._wants_own:
            self.resolvers = servers_for(others, machine)
        else:
            self.resolvers = system().servers if hints is None else ()
        """Who can tell of other names, too."""

    def around(self, name: dns.name.Name, deadline: Deadline) -> tuple[tuple[Server, ...], Authority | None]:
        """Every server to ask about `name`, and who is authoritative for it, where that is wanted.

        Raises:
            NobodyError: there is nobody, or there are too many.
        """
        if not self._wants_own:
            return self.resolvers, None
        authority = find_authority(name, self.resolvers, deadline.share(0.5), self._hints, self._ca_file)
        return servers_for(self._wanted, self._machine, authority), authority


def servers_for(
    wanted: Sequence[Server], machine: System, authority: Authority | None = None
) -> tuple[Server, ...]:
    """Each server once, those of the machine in the place of `system`, the zone's own in theirs.

    Raises:
        NobodyError: there is none, or there are too many.
    """
    own = authority.servers if authority is not None else ()
    stand_in: dict[str, Sequence[Server]] = {"system": machine.servers, "authoritative": own}
    servers: dict[Server, None] = {}
    for server in wanted:
        servers.update(dict.fromkeys(stand_in.get(server.scheme, (server,))))
    if not servers:
        why = authority.error if authority is not None else machine.error
        raise NobodyError(why or "no nameservers: there is nobody to ask")
    if len(servers) > MOST_SERVERS:
        raise NobodyError(f"{len(servers)} servers are too many: at most {MOST_SERVERS} are asked at once")
    return tuple(servers)
