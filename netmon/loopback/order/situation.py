"""Everything that decides in which order a set of addresses is tried on this machine now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from netmon.collectors.host_addresses import HostAddresses, read_host_addresses
from netmon.loopback.order.candidate import Candidate
from netmon.loopback.order.gai_conf import GaiConf, read_gai_conf
from netmon.loopback.order.sources import describe, find_sources, glibc_facts, true_facts


class Machine(NamedTuple):
    """What does not depend on the name."""

    gai_conf: GaiConf
    host: HostAddresses

    def situation(self, addresses: Sequence[str]) -> Situation:
        """That of some addresses; asks the kernel for the source of each, and sends nothing."""
        sources = find_sources(addresses)
        return Situation(
            tuple(describe(addresses, sources, true_facts(self.host))),
            tuple(describe(addresses, sources, glibc_facts(self.host))),
            self.gai_conf,
        )


class Situation(NamedTuple):
    """The candidates of one name."""

    true: tuple[Candidate, ...]
    """With what the kernel says of their sources."""
    glibc: tuple[Candidate, ...]
    """With what glibc makes of that."""
    gai_conf: GaiConf


def read_machine() -> Machine:
    """This machine as it is now.

    Raises:
        OSError: gai.conf cannot be read, the kernel refused, or this is no Linux.
        ValueError: gai.conf is too large.
    """
    return Machine(read_gai_conf(), read_host_addresses())
