"""One question to one server: over UDP, over TCP where that is cut short, and without EDNS where it must be.

Queries go out over sockets of our own rather than through `dns.resolver`, whose exceptions do not say which
server failed in which way.
"""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass
from threading import Event
from typing import TYPE_CHECKING

from netmon.model.endpoint import Endpoint
from netmon.model.text import clean
from netmon.resolver.answer import Answer, Transport, read, response
from netmon.resolver.transport.exchange import Deadline, HungUpError, TransportError
from netmon.resolver.transport.streams import ask_over_tcp

if TYPE_CHECKING:
    import dns.message
    import dns.name

TRY_S = 2.0
"""How long one server may stay silent before the next is asked."""

_SLICE_S = 0.1
"""How soon a wait notices that it was cancelled."""
_PAYLOAD = 1232
"""The UDP answer we accept: what crosses every path unfragmented (DNS flag day 2020)."""


class NoAnswerError(Exception):
    """One server gave no usable answer; the text completes a sentence that its address begins."""

    def __init__(self, what: str, *, again: bool) -> None:
        super().__init__(what)
        self.again = again
        """Whether asking it again could help."""


@dataclass(frozen=True)
class Budget:
    """The time that is left for everything."""

    deadline: float
    """Monotonic."""
    stop: Event

    def left(self) -> float:
        """Seconds; none as soon as the user gives up."""
        return 0.0 if self.stop.is_set() else max(0.0, self.deadline - time.monotonic())


def exchange(name: dns.name.Name, kind: str, server: Endpoint, budget: Budget) -> Answer:
    """What one server says of `name`; blocks for a few times `TRY_S` at most.

    Raises:
        NoAnswerError: it says nothing that could be used.
    """
    import dns.flags
    import dns.message
    import dns.rcode

    started = time.monotonic()
    transport: Transport = "udp"
    for edns in (0, False):
        query = dns.message.make_query(name, kind, use_edns=edns, payload=_PAYLOAD)
        transport = "udp"
        message = _over_udp(query, server, budget)
        if message.flags & dns.flags.TC:
            transport = "tcp"
            message = _over_tcp(query, server, budget)
        # Servers from before EDNS answer so (RFC 6891 section 7): ask them in their own words.
        if message.rcode() not in (dns.rcode.FORMERR, dns.rcode.NOTIMP, dns.rcode.BADVERS):
            break
    now = time.monotonic()
    answer = read(message, kind, clean(name.to_text()))
    ms = (now - started) * 1000
    return answer._replace(ms=ms, server=server, transport=transport, received_at=now)


def _over_udp(query: dns.message.Message, server: Endpoint, budget: Budget) -> dns.message.Message:
    """The first response to `query`; whatever else arrives is passed over, as it may be forged."""
    expires = time.monotonic() + min(TRY_S, budget.left())
    garbage = False
    try:
        # Connected, so that the kernel drops other senders and tells of a port that nobody serves.
        with _connected(server) as sock:
            sock.send(query.to_wire())
            while (left := expires - time.monotonic()) > 0 and budget.left():
                sock.settimeout(min(left, _SLICE_S))
                try:
                    wire = sock.recv(65535)
                except TimeoutError:
                    continue
                if (message := response(query, wire)) is not None:
                    return message
                garbage = True
    except ConnectionRefusedError:
        raise NoAnswerError("refused: nothing serves that port", again=False) from None
    except OSError as error:
        raise NoAnswerError(
            f"cannot be reached ({clean(error.strerror or str(error))})", again=False
        ) from None
    if garbage:
        raise NoAnswerError("sent only garbage", again=True)
    raise NoAnswerError("was silent", again=True)


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


def _over_tcp(query: dns.message.Message, server: Endpoint, budget: Budget) -> dns.message.Message:
    begun = "cut its UDP answer short and then"
    try:
        deadline = Deadline.after(min(TRY_S, budget.left()))
        return ask_over_tcp(query, server.address, server.port, deadline)
    except TimeoutError:
        raise NoAnswerError(f"{begun} was silent over TCP", again=True) from None
    except ConnectionRefusedError:
        raise NoAnswerError(f"{begun} refused TCP", again=False) from None
    except (OSError, HungUpError):
        raise NoAnswerError(f"{begun} hung up over TCP", again=False) from None
    except TransportError:
        raise NoAnswerError(f"{begun} sent garbage over TCP", again=False) from None
