"""One question to one server: over UDP, over TCP where that is cut short, and without EDNS where it must be.

Queries go out over sockets of our own rather than through `dns.resolver`, whose exceptions do not say which
server failed in which way.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Sequence
from enum import Enum, auto
from typing import TYPE_CHECKING

from netmon.model.endpoint import Endpoint
from netmon.model.text import clean
from netmon.resolver.answer import Answer, Transport, read, response
from netmon.resolver.edns import Wishes, make_query
from netmon.resolver.transport.exchange import Deadline, HungUpError, TransportError
from netmon.resolver.transport.streams import ask_over_tcp

if TYPE_CHECKING:
    import dns.message
    import dns.name

TRY_S = 2.0
"""How long one server may stay silent before the next is asked."""

_TCP_S = 2.0
_SLICE_S = 0.1
"""How soon a wait notices that it was cancelled."""


class Failure(Enum):
    """Why nothing was heard from a server."""

    SILENT = auto()
    GARBAGE = auto()
    """What came was no response to the question: another id, another question, or no DNS message."""
    REFUSED = auto()
    """Nothing serves that port."""
    UNREACHABLE = auto()
    HUNG_UP = auto()
    """It closed the TCP connection, or that could not be had."""


class UnheardError(Exception):
    """Nothing was heard from one server."""

    def __init__(self, failure: Failure, over: Transport = "udp", reason: str = "") -> None:
        super().__init__(reason)
        self.failure = failure
        self.over = over
        """TCP where its UDP answer was cut short, and then this came of it."""


class NoAnswerError(Exception):
    """One server gave no usable answer; the text completes a sentence that its address begins."""

    def __init__(self, what: str, *, again: bool) -> None:
        super().__init__(what)
        self.again = again
        """Whether asking it again could help."""


def exchange(name: dns.name.Name, kind: str, server: Endpoint, deadline: Deadline) -> Answer:
    """What one server says of `name`; blocks for a few times `TRY_S` at most.

    Raises:
        NoAnswerError: it says nothing that could be used.
    """
    started = time.monotonic()
    try:
        message, transport = converse(name, kind, server, deadline)
    except UnheardError as error:
        raise _no_answer(error) from None
    now = time.monotonic()
    answer = read(message, kind, clean(name.to_text()))
    ms = (now - started) * 1000
    return answer._replace(ms=ms, server=server, transport=transport, received_at=now)


def _no_answer(error: UnheardError) -> NoAnswerError:
    words = _WORDS[error.over].get(error.failure, f"cannot be reached ({error})")
    again = error.failure is Failure.SILENT or (error.failure is Failure.GARBAGE and error.over == "udp")
    return NoAnswerError(words, again=again)


_CUT = "cut its UDP answer short and then"
_WORDS: dict[Transport, dict[Failure, str]] = {
    "udp": {
        Failure.SILENT: "was silent",
        Failure.GARBAGE: "sent only garbage",
        Failure.REFUSED: "refused: nothing serves that port",
    },
    "tcp": {
        Failure.SILENT: f"{_CUT} was silent over TCP",
        Failure.GARBAGE: f"{_CUT} sent garbage over TCP",
        Failure.REFUSED: f"{_CUT} refused TCP",
        Failure.HUNG_UP: f"{_CUT} hung up over TCP",
    },
}


# The conversation itself


def converse(
    name: dns.name.Name,
    kind: str,
    server: Endpoint,
    deadline: Deadline,
    *,
    recurse: bool = True,
    tries_s: Sequence[float] = (TRY_S,),
) -> tuple[dns.message.Message, Transport]:
    """The response of a server, and over what it came.

    Args:
        name: Fully qualified.
        kind: The type that is asked for.
        server: Who is asked.
        deadline: For everything together.
        recurse: Whether it is to ask others for us (RD).
        tries_s: How long each UDP packet is waited for; a further one may be what a lost one needed.

    Raises:
        UnheardError: there is none.
    """
    import dns.rcode

    for edns in (True, False):
        query = make_query(name, kind, Wishes(recursion=recurse), encrypted=False, edns=edns)
        message, transport = _asked(query, server, deadline, tries_s)
        # Servers from before EDNS answer so (RFC 6891 section 7): ask them in their own words.
        if message.rcode() not in (dns.rcode.FORMERR, dns.rcode.NOTIMP, dns.rcode.BADVERS):
            break
    return message, transport


def _asked(
    query: dns.message.Message, server: Endpoint, deadline: Deadline, tries_s: Sequence[float]
) -> tuple[dns.message.Message, Transport]:
    import dns.flags

    try:
        message = _over_udp(query, server, deadline, tries_s)
    except ConnectionRefusedError:
        raise UnheardError(Failure.REFUSED) from None
    except OSError as error:
        reason = clean(error.strerror or str(error))
        raise UnheardError(Failure.UNREACHABLE, reason=reason) from None
    return (_over_tcp(query, server, deadline), "tcp") if message.flags & dns.flags.TC else (message, "udp")


def _over_udp(
    query: dns.message.Message, server: Endpoint, deadline: Deadline, tries_s: Sequence[float]
) -> dns.message.Message:
    """The first response to `query`; whatever else arrives is passed over, as it may be forged."""
    garbage = False
    # Connected, so that the kernel drops other senders and tells of a port that nobody serves.
    with _connected(server) as sock:
        for try_s in tries_s:
            if not deadline.seconds:
                break
            sock.send(query.to_wire())
            ends = time.monotonic() + try_s
            while (left := min(ends - time.monotonic(), deadline.seconds, _SLICE_S)) > 0:
                sock.settimeout(left)
                try:
                    wire = sock.recv(65535)
                except TimeoutError:
                    continue
                if (message := response(query, wire)) is not None:
                    return message
                garbage = True
    raise UnheardError(Failure.GARBAGE if garbage else Failure.SILENT)


def _connected(server: Endpoint) -> socket.socket:
    import dns.inet

    family = dns.inet.af_for_address(server.address)
    sock = socket.socket(family, socket.SOCK_DGRAM)
    try:
        sock.connect(dns.inet.low_level_address_tuple((server.address, server.port), family))
    except OSError:
        sock.close()
        raise
    return sock


def _over_tcp(query: dns.message.Message, server: Endpoint, deadline: Deadline) -> dns.message.Message:
    try:
        ends = min(deadline.at, time.monotonic() + _TCP_S)
        return ask_over_tcp(query, server.address, server.port, deadline._replace(at=ends))
    except TimeoutError:
        raise UnheardError(Failure.SILENT, "tcp") from None
    except ConnectionRefusedError:
        raise UnheardError(Failure.REFUSED, "tcp") from None
    except (OSError, HungUpError):
        raise UnheardError(Failure.HUNG_UP, "tcp") from None
    except TransportError:
        raise UnheardError(Failure.GARBAGE, "tcp") from None
