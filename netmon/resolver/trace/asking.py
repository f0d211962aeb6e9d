"""One iterative question to one address: over UDP, twice, and over TCP where the answer was cut short."""

from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING, NamedTuple

from netmon.model.text import clean
from netmon.resolver.answer import Transport, response
from netmon.resolver.exchange import Budget
from netmon.resolver.trace.steps import Outcome
from netmon.resolver.transport.exchange import Deadline, HungUpError, TransportError
from netmon.resolver.transport.streams import ask_over_tcp

if TYPE_CHECKING:
    import dns.message
    import dns.name

PORT = 53
TRIES_S = (0.8, 1.2)
"""How long each UDP packet is waited for; the second may be what a lost one needed."""
_TCP_S = 2.0
_SLICE_S = 0.1
"""How soon a wait notices that it was cancelled."""
_PAYLOAD = 1232
"""The UDP answer we accept: what crosses every path unfragmented (DNS flag day 2020)."""


class Heard(NamedTuple):
    """What came from one address."""

    message: dns.message.Message | None
    """A response with the question's id and question; None when there was none."""
    ms: float | None = None
    """From the first packet to the response; None without one."""
    transport: Transport | None = None
    failure: Outcome = Outcome.SILENT
    """Why there is no message: silent, unreachable or garbage."""
    detail: str = ""


class _NothingHeardError(Exception):
    def __init__(self, failure: Outcome, detail: str) -> None:
        super().__init__(detail)
        self.failure = failure


class Network:
    """Asks real servers, within one budget for all; may be called from several threads at once."""

    def __init__(self, budget: Budget, port: int = PORT) -> None:
        """Open nothing yet: each question has a socket, and so a source port, of its own."""
        self._budget = budget
        self._port = port

    def __call__(self, address: str, name: dns.name.Name, kind: str) -> Heard:
        """Ask the server at `address`, and do not ask it to ask others (RD is not set)."""
        import dns.rcode

        started = time.monotonic()
        try:
            message, transport = self._exchange(address, name, kind, edns=True)
            # Servers from before EDNS answer so (RFC 6891 section 7): ask them in their own words.
            if message.rcode() in (dns.rcode.FORMERR, dns.rcode.NOTIMP, dns.rcode.BADVERS):
                message, transport = self._exchange(address, name, kind, edns=False)
        except _NothingHeardError as error:
            return Heard(None, failure=error.failure, detail=str(error))
        except OSError as error:
            what = "refuses the packet: nothing serves DNS there"
            if not isinstance(error, ConnectionRefusedError):
                what = f"cannot be reached ({clean(error.strerror or str(error))})"
            return Heard(None, failure=Outcome.UNREACHABLE, detail=what)
        return Heard(message, (time.monotonic() - started) * 1000, transport)

    def _exchange(
        self, address: str, name: dns.name.Name, kind: str, *, edns: bool
    ) -> tuple[dns.message.Message, Transport]:
        import dns.flags
        import dns.message

        query = dns.message.make_query(
            name, kind, use_edns=0 if edns else False, payload=_PAYLOAD, flags=dns.flags.Flag(0)
        )
        message = self._over_udp(query, address)
        if message.flags & dns.flags.TC:
            return self._over_tcp(query, address), "tcp"
        return message, "udp"

    def _over_udp(self, query: dns.message.Message, address: str) -> dns.message.Message:
        """The first response to `query`; whatever else arrives is passed over, as it may be forged.

        Raises:
            _NothingHeardError: none came in time.
            OSError: the address cannot be reached.
        """
        garbage = False
        # Connected, so that the kernel drops other senders and tells of a port that nobody serves.
        with _connected(address, self._port) as sock:
            for try_s in TRIES_S:
                sock.send(query.to_wire())
                ends = time.monotonic() + try_s
                while (left := min(ends - time.monotonic(), self._budget.left(), _SLICE_S)) > 0:
                    sock.settimeout(left)
                    try:
                        wire = sock.recv(65535)
                    except TimeoutError:
                        continue
                    if (message := response(query, wire)) is not None:
                        return message
                    garbage = True
        if garbage:
            raise _NothingHeardError(Outcome.GARBAGE, "sends only what is no response to the question")
        raise _NothingHeardError(Outcome.SILENT, "is silent")

    def _over_tcp(self, query: dns.message.Message, address: str) -> dns.message.Message:
        begun = "cuts its UDP answer short and then"
        try:
            deadline = Deadline.after(min(_TCP_S, self._budget.left()))
            return ask_over_tcp(query, address, self._port, deadline)
        except TimeoutError:
            raise _NothingHeardError(Outcome.SILENT, f"{begun} is silent over TCP") from None
        except (OSError, HungUpError):
            raise _NothingHeardError(Outcome.UNREACHABLE, f"{begun} does not answer over TCP") from None
        except TransportError:
            raise _NothingHeardError(Outcome.GARBAGE, f"{begun} sends garbage over TCP") from None


def _connected(address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_DGRAM)
    try:
        sock.connect((address, port))
    except OSError:
        sock.close()
        raise
    return sock
