"""Asks the configured resolvers about localhost, as far as the user wants it.

Of all checks only those on resolvers send anything: DNS questions to the resolvers that this machine asks
anyway, for `localhost.`, `x.localhost.` and, only where the user wants it, `ipv4only.arpa.`; never for any
other name.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from netmon.model.endpoint import Endpoint
from netmon.resolver.plain.each import TIMEOUT_S, Question, Reply, ask_each
from netmon.resolver.system.configuration import configuration

LOCAL = tuple(Question(name, kind) for name in ("localhost.", "x.localhost.") for kind in ("A", "AAAA"))
FAR = tuple(Question("ipv4only.arpa.", kind) for kind in ("A", "AAAA"))

MAX_SERVERS = 3
"""The C library asks no more of them (MAXNS, resolv.conf(5))."""


class Ask(StrEnum):
    """What the resolvers are asked."""

    NOTHING = "none"
    LOCALHOST = "localhost"
    """`localhost.` and `x.localhost.`, which should never leave the machine further than to them."""
    ALL = "all"
    """Also `ipv4only.arpa.` (RFC 7050), for the checks `dns-families` and `nat64`."""


class Heard(NamedTuple):
    """What the resolvers said."""

    asked: Ask
    servers: tuple[Endpoint, ...] = ()
    """Those that were asked, or would have been."""
    replies: tuple[Reply, ...] = ()
    error: str | None = None
    """Why there is nobody to ask."""

    def of(self, questions: Sequence[Question]) -> list[Reply]:
        """The replies to these questions."""
        return [reply for reply in self.replies if reply.question in questions]

    def by(self, server: Endpoint) -> list[Reply]:
        """The replies of one server."""
        return [reply for reply in self.replies if reply.server == server]


def listen_to_resolvers(
    ask: Ask, servers: Sequence[Endpoint] | None = None, timeout_s: float = TIMEOUT_S
) -> Heard:
    """Ask every configured resolver at once; blocks for about `timeout_s` at most."""
    if ask is Ask.NOTHING:
        return Heard(ask)
    if servers is None:
        system = configuration()
        if system.error is not None:
            return Heard(ask, error=system.error)
        servers = system.servers
    first = tuple(servers)[:MAX_SERVERS]
    questions = LOCAL + FAR if ask is Ask.ALL else LOCAL
    return Heard(ask, first, ask_each(questions, first, timeout_s))
