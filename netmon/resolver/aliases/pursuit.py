"""Asks on for the target of an alias that the servers left open, until the chain ends."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from netmon.resolver.aliases.chain import Beyond, End, follow_chain, heard_of
from netmon.resolver.ask import Replies, ask_servers
from netmon.resolver.edns import Wishes
from netmon.resolver.server import Server
from netmon.resolver.transport.exchange import Deadline

if TYPE_CHECKING:
    import dns.name

_TARGETS = 8
"""So many are asked for; a chain with more open ends is not worth the packets."""


def pursue(
    name: str,
    replies: Sequence[Replies],
    kinds: Sequence[str],
    resolvers: Sequence[Server],
    deadline: Deadline,
    ca_file: str | None = None,
) -> tuple[Beyond, ...]:
    """What resolvers say of each target that is missing; nothing where the chain is whole.

    Args:
        name: where the chain begins, in presentation format.
        replies: what was said of it.
        kinds: the types that were asked for.
        resolvers: who can be asked for any name; the first that answers is enough.
        deadline: for everything together.
        ca_file: certificates of resolvers to trust instead of the system's.
    """
    if not any(said.answer.has_alias for each in replies for said in each.said):
        return ()
    import dns.exception
    import dns.name

    beyond: list[Beyond] = []
    asked: set[str] = set()
    while len(asked) < _TARGETS and time.monotonic() < deadline.at:
        chain = follow_chain(name, heard_of(name, replies, beyond))
        if not chain.links or chain.end is not End.OPEN or chain.target.lower() in asked:
            break
        asked.add(chain.target.lower())
        try:
            target = dns.name.from_text(chain.target)
        except dns.exception.DNSException:  # no name that could be asked for
            break
        beyond += (Beyond(chain.target, each) for each in _any(target, kinds, resolvers, deadline, ca_file))
    return tuple(beyond)


def _any(
    target: dns.name.Name,
    kinds: Sequence[str],
    resolvers: Sequence[Server],
    deadline: Deadline,
    ca_file: str | None,
) -> list[Replies]:
    """The replies up to the first that says something."""
    found: list[Replies] = []
    for left, server in zip(range(len(resolvers), 0, -1), resolvers, strict=True):
        found += ask_servers(target, kinds, (server,), Wishes(), deadline.share(1 / left), ca_file=ca_file)
        if any(said.answer.rcode in ("NOERROR", "NXDOMAIN") for said in found[-1].said):
            break
    return found
