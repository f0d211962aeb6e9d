"""Asks one or several servers for several types of a name at once; each has its answers or its own error.

Imports `dns.message` and never `dns.resolver` or `dns.query`: those load whatever of HTTP and QUIC is
installed, a quarter of a second before the first packet leaves.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, NamedTuple

from netmon.model.text import clean
from netmon.resolver.answer import Answer, Record, Transport, read, response
from netmon.resolver.edns import Extras, Wishes, make_query, query_wire, read_extras
from netmon.resolver.reach import addresses
from netmon.resolver.server import Server
from netmon.resolver.transport import datagrams, https, quic, streams
from netmon.resolver.transport.exchange import Deadline, TransportError, Where, explain

if TYPE_CHECKING:
    import dns.message
    import dns.name

TIMEOUT_S = 5.0
_ALIASES = ("CNAME", "DNAME")
OVER = {
    "udp": datagrams.exchange,
    "tcp": streams.over_tcp,
    "tls": streams.over_tls,
    "https": https.exchange,
    "quic": quic.exchange,
}
"""How to exchange messages over each transport."""
UDP_SHARE = 0.75
"""Of the time, before what is cut short is asked over TCP."""
_LOOK_S = 0.05
"""How often whoever may give up looks whether to."""
ENCRYPTED = ("tls", "https", "quic")
_BY_STREAM = ("https", "quic")
"""Transports whose ids are 0 (RFC 8484 section 4.1, RFC 9250 section 4.2.1): streams tell answers apart."""


class GivenUpError(Exception):
    """Nobody waits for the answer any more."""


class Said(NamedTuple):
    """What a server said to the question for one type."""

    answer: Answer
    """Its `error` says why there is no record; its `rcode` is None when there was no answer at all."""
    extras: Extras = Extras()
    notes: tuple[str, ...] = ()
    """What had to be done to get it, such as asking over TCP."""


class Replies(NamedTuple):
    """What one server said, type by type."""

    server: Server
    address: str | None
    """The address that was asked; None where the server's name has none."""
    said: tuple[Said, ...]
    ms: float
    """Until it had answered everything, or failed."""

    @property
    def answered(self) -> bool:
        """Whether it gave any answer, if only that the name does not exist."""
        return any(said.answer.rcode is not None for said in self.said)

    def records(self) -> tuple[Record, ...]:
        """Every record once: aliases first in their order, then by the order of the types, then sorted."""
        once: dict[tuple[str, str, str], Record] = {}
        for said in self.said:
            for record in said.answer.records:
                once.setdefault((record.name.lower(), record.type, record.data), record)
        aliases = [record for record in once.values() if record.type in _ALIASES]
        order = {said.answer.type: at for at, said in enumerate(self.said)}
        others = [record for record in once.values() if record.type not in _ALIASES]
        others.sort(key=lambda each: (order.get(each.type, len(order)), each.name.lower(), each.data))
        return (*aliases, *others)


def ask_servers(
    name: dns.name.Name,
    kinds: Sequence[str],
    servers: Sequence[Server],
    wishes: Wishes,
    deadline: Deadline,
    *,
    ca_file: str | None = None,
    get: bool = False,
    on_replies: Callable[[Replies], None] | None = None,
) -> tuple[Replies, ...]:
    """Everything that each server says of `name`, in their order; all are asked at the same time.

    Args:
        name: fully qualified.
        kinds: record types.
        servers: `system` and `authoritative` must have been replaced by those they stand for.
        wishes: flags and EDNS.
        deadline: for everything together.
        ca_file: certificates to trust instead of the system's.
        get: over HTTPS: GET instead of POST.
        on_replies: called on this thread with what a server said, as soon as it has said everything.

    Raises:
        GivenUpError: the deadline was called off; what is under way ends by itself.
    """
    conversations = [_Conversation(server, name, kinds, wishes, ca_file, get) for server in servers]
    over: SimpleQueue[_Conversation] = SimpleQueue()
    if len(conversations) == 1 and deadline.stop is None:
        conversations[0].run(deadline, over)  # on this thread: most questions are to one server
    else:
        for each in conversations:
            # Daemons: whoever gives up by Ctrl+C is not kept waiting for the deadline.
            Thread(target=each.run, args=(deadline, over), name=f"ask-{each.server}", daemon=True).start()
    for _ in conversations:
        ended = _next(over, deadline)
        if on_replies is not None:
            on_replies(ended.replies())
    return tuple(each.replies() for each in conversations)


def _next(over: SimpleQueue[_Conversation], deadline: Deadline) -> _Conversation:
    """The next that has ended.

    Raises:
        GivenUpError: nobody waits for it any more.
    """
    while not deadline.given_up:
        with suppress(Empty):
            return over.get(timeout=None if deadline.stop is None else _LOOK_S)
    raise GivenUpError("nobody waits for the answer any more")


class _Conversation:
    """Everything that is asked of one server, and what has come of it so far."""

    def __init__(
        self,
        server: Server,
        name: dns.name.Name,
        kinds: Sequence[str],
        wishes: Wishes,
        ca_file: str | None,
        get: bool,
    ) -> None:
        self.server = server
        self._name, self._kinds = name, kinds
        self._text = clean(name.to_text())
        # One of the zone's own servers is asked for what it knows itself.
        self._wishes = wishes._replace(recursion=False) if server.name else wishes
        self._ca_file, self._get = ca_file, get
        self._address: str | None = None
        self._started = self._ended = time.monotonic()
        self._said: dict[str, Said] = {}
        self._notes: dict[str, list[str]] = {kind: [] for kind in kinds}
        self._queries: dict[int, tuple[str, dns.message.Message]] = {}
        self._transport: Transport = "udp"
        self._sent = self._started

    def replies(self) -> Replies:
        """What it came to."""
        said = tuple(self._said[kind] for kind in self._kinds)
        return Replies(self.server, self._address, said, (self._ended - self._started) * 1000)

    def run(self, deadline: Deadline, over: SimpleQueue[_Conversation]) -> None:
        """Ask until everything is answered or has failed; then tell so, whatever happened."""
        try:
            self._ask(deadline)
        finally:
            over.put(self)

    def _ask(self, deadline: Deadline) -> None:
        self._started = time.monotonic()
        try:
            found = (self.server.host,) if self.server.is_address else addresses(self.server.host, deadline)
        except TransportError as error:
            self._fail(self._kinds, str(error))
        else:
            self._ask_any(found, deadline)
        self._ended = time.monotonic()

    def _ask_any(self, found: Sequence[str], deadline: Deadline) -> None:
        """Ask at one address after the other until one answers; each has its share of the time."""
        for left, address in zip(range(len(found), 0, -1), found, strict=True):
            self._address = address
            self._said.clear()
            self._ask_at(address, deadline.share(1 / left))
            if any(said.answer.rcode is not None for said in self._said.values()):
                return

    def _ask_at(self, address: str, deadline: Deadline) -> None:
        scheme = self.server.scheme
        assert scheme != "system"
        assert scheme != "authoritative"
        # One type that is dropped must not take the time that others need for TCP.
        first = deadline.share(UDP_SHARE) if scheme == "udp" else deadline
        self._exchange(scheme, address, self._kinds, first)
        cut = [kind for kind in self._kinds if "TC" in self._said[kind].answer.flags]
        if scheme == "udp" and cut:
            self._note(cut, "cut short over UDP, so asked over TCP")
            self._exchange("tcp", address, cut, deadline)
        # Servers from before EDNS answer so (RFC 6891 section 7): ask them in their own words.
        old = [k for k in self._kinds if self._said[k].answer.rcode in ("FORMERR", "NOTIMP", "BADVERS")]
        if old:
            self._note(old, "does not understand EDNS, so asked without")
            self._exchange(self._transport, address, old, deadline, edns=False)

    def _exchange(
        self, scheme: Transport, address: str, kinds: Sequence[str], deadline: Deadline, *, edns: bool = True
    ) -> None:
        self._transport = scheme
        self._queries = self._make_queries(kinds, scheme, edns)
        wires = {key: query_wire(query) for key, (_, query) in self._queries.items()}
        where = Where(self.server, address, self._ca_file, self._get)
        self._sent = time.monotonic()
        try:
            OVER[scheme](where, wires, self._take, deadline)
        except (TransportError, OSError) as error:
            self._fail([kind for kind, _ in self._queries.values()], explain(error))

    def _make_queries(
        self, kinds: Sequence[str], scheme: Transport, edns: bool
    ) -> dict[int, tuple[str, dns.message.Message]]:
        queries: dict[int, tuple[str, dns.message.Message]] = {}
        for number, kind in enumerate(kinds, 1):
            query = make_query(self._name, kind, self._wishes, encrypted=scheme in ENCRYPTED, edns=edns)
            if scheme in _BY_STREAM:
                query.id = 0
            while scheme not in _BY_STREAM and query.id in queries:
                query.id = (query.id + 1) % 65536
            queries[number if scheme in _BY_STREAM else query.id] = kind, query
        return queries

    def _take(self, key: int, wire: bytes) -> bool:
        """Keep an answer if it is one to the query under `key`."""
        now = time.monotonic()
        kind, query = self._queries[key]
        message = response(query, wire)
        if message is None:
            return False
        del self._queries[key]
        answer = read(message, kind, self._text)._replace(
            ms=(now - self._sent) * 1000, transport=self._transport, received_at=now
        )
        notes = [*self._notes[kind], *_oddities(answer)]
        self._said[kind] = Said(answer, read_extras(query, message), tuple(notes))
        return True

    def _fail(self, kinds: Sequence[str], why: str) -> None:
        for kind in kinds:
            notes = tuple(self._notes[kind])
            self._said[kind] = Said(Answer(kind, error=clean(why)), notes=notes)

    def _note(self, kinds: Sequence[str], note: str) -> None:
        for kind in kinds:
            self._notes[kind].append(note)


def _oddities(answer: Answer) -> Iterator[str]:
    """What is to be told of an answer beside what it says."""
    if answer.strays:
        what = "a record" if answer.strays == 1 else f"{answer.strays} records"
        yield f"also sent {what} of other names or classes, which the question was not about: left out"
