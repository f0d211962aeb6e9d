"""Asks for records with their signatures (DO), unjudged (CD), of whichever server passes them on."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from netmon.model.text import clean
from netmon.resolver.answer import response
from netmon.resolver.ask import ENCRYPTED, OVER, UDP_SHARE
from netmon.resolver.dnssec.signed import has_signatures
from netmon.resolver.edns import Wishes, make_query, read_extras
from netmon.resolver.reach import addresses
from netmon.resolver.server import Server
from netmon.resolver.transport.exchange import Deadline, TransportError, Where, explain

if TYPE_CHECKING:
    import dns.message
    import dns.name

    from netmon.resolver.answer import Transport

MOST_QUESTIONS = 150
"""In one validation: the longest names (in ip6.arpa) need forty."""
TRY_S = 3.0
"""How long one server may take for one question."""

_WISHES = Wishes(checking_disabled=True, dnssec_ok=True)
"""CD: a resolver that validates too would keep from us what is bogus, which is what we are to explain."""
_ANSWERS = ("NOERROR", "NXDOMAIN")


class Fetched(NamedTuple):
    """What came of one question."""

    message: dns.message.Message | None
    server: str = ""
    """Who said it, or was asked last."""
    ms: float | None = None
    error: str = ""
    """Why there is no message, or one that says nothing; completes a sentence that the server begins."""

    @property
    def rcode(self) -> str:
        """In words; empty where there is no message."""
        import dns.rcode

        return "" if self.message is None else dns.rcode.to_text(self.message.rcode())

    @property
    def is_answer(self) -> bool:
        """Whether the server knew, if only that there is nothing."""
        return not self.error and self.rcode in _ANSWERS


Ask = Callable[["dns.name.Name", str], Fetched]
"""Asks for one type of one name."""


class Fetcher:
    """Asks each question once, of the servers one after the other until one passes on signatures.

    A server that was silent, or whose answers bring none, is asked after the others from then on.
    """

    def __init__(
        self,
        servers: Sequence[Server],
        deadline: Deadline,
        *,
        ca_file: str | None = None,
        most: int = MOST_QUESTIONS,
    ) -> None:
        """Make ready to ask.

        Args:
            servers: at least one; `system` must have been replaced by those of the machine.
            deadline: for everything together; its `stop` ends the questions.
            ca_file: certificates to trust instead of the system's.
            most: questions that may be asked.
        """
        self._servers = list(servers)
        self._deadline, self._ca_file = deadline, ca_file
        self._left = most
        self._known: dict[tuple[dns.name.Name, str], Fetched] = {}

    def __call__(self, name: dns.name.Name, kind: str) -> Fetched:
        """Ask for the records of type `kind` that `name` has; never raises."""
        known = self._known.get((name, kind))
        if known is None:
            known = self._known[name, kind] = self._ask(name, kind)
        return known

    def _ask(self, name: dns.name.Name, kind: str) -> Fetched:
        if self._deadline.given_up:
            return Fetched(None, error="was not asked: given up")
        if self._left <= 0:
            return Fetched(None, error="was not asked: the name needs more questions than are allowed")
        self._left -= 1
        best = Fetched(None, error="was not asked")
        for server in tuple(self._servers):
            found = _ask_server(server, name, kind, self._share(server), self._ca_file)
            if found.is_answer and found.message is not None and has_signatures(found.message):
                return found
            if len(self._servers) > 1 and not found.is_answer:
                self._servers.remove(server)
                self._servers.append(server)
            if found.is_answer or not best.is_answer:
                best = found if not best.is_answer else best
        return best

    def _share(self, server: Server) -> Deadline:
        """Until when one server may take: one that is dead must not take the time of the others."""
        share = self._deadline.share(1.0 if server == self._servers[-1] else 0.5)
        return share._replace(at=min(share.at, time.monotonic() + TRY_S))


def _ask_server(
    server: Server, name: dns.name.Name, kind: str, deadline: Deadline, ca_file: str | None
) -> Fetched:
    started = time.monotonic()
    found = Fetched(None, error="has no address")
    try:
        where = (server.host,) if server.is_address else addresses(server.host, deadline)
    except TransportError as error:
        return Fetched(None, str(server), error=clean(str(error)))
    for address in where:
        found = _ask_at(Where(server, address, ca_file), name, kind, deadline)
        if found.message is not None:
            break
    return found._replace(server=str(server), ms=(time.monotonic() - started) * 1000)


def _ask_at(where: Where, name: dns.name.Name, kind: str, deadline: Deadline) -> Fetched:
    import dns.flags

    scheme = where.server.scheme
    assert scheme != "system"
    assert scheme != "authoritative"
    first = deadline.share(UDP_SHARE) if scheme == "udp" else deadline
    try:
        message = _exchange(scheme, where, name, kind, first)
        if message.flags & dns.flags.TC and scheme == "udp":
            message = _exchange("tcp", where, name, kind, deadline)
    except (TransportError, OSError) as error:
        return Fetched(None, error=clean(explain(error)))
    return Fetched(message, error=_refusal(message))


def _exchange(
    scheme: Transport, where: Where, name: dns.name.Name, kind: str, deadline: Deadline
) -> dns.message.Message:
    query = make_query(name, kind, _WISHES, encrypted=scheme in ENCRYPTED)
    if scheme in ("https", "quic"):
        query.id = 0
    taken: list[dns.message.Message] = []

    def take(_: int, wire: bytes) -> bool:
        message = response(query, wire)
        if message is not None:
            taken.append(message)
        return message is not None

    OVER[scheme](where, {query.id: query.to_wire()}, take, deadline)
    return taken[0]


def _refusal(message: dns.message.Message) -> str:
    """What a message says that is no answer, with the server's own explanation."""
    import dns.rcode

    rcode = dns.rcode.to_text(message.rcode())
    if rcode in _ANSWERS:
        return ""
    said = "; ".join(str(each) for each in read_extras(message, message).ede)
    return f"answers {rcode} even without checking signatures (CD)" + (f": {said}" if said else "")
