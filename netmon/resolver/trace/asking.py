"""One iterative question to one address: over UDP, twice, and over TCP where the answer was cut short."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from netmon.model.endpoint import Endpoint
from netmon.resolver.answer import Transport
from netmon.resolver.plain.exchange import Failure, UnheardError, converse
from netmon.resolver.trace.steps import Outcome
from netmon.resolver.transport.exchange import Deadline

if TYPE_CHECKING:
    import dns.message
    import dns.name

PORT = 53
TRIES_S = (0.8, 1.2)
"""How long each UDP packet is waited for; the second may be what a lost one needed."""


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


class Network:
    """Asks real servers, within one deadline for all; may be called from several threads at once."""

    def __init__(self, deadline: Deadline, port: int = PORT) -> None:
        """Open nothing yet: each question has a socket, and so a source port, of its own."""
        self._deadline = deadline
        self._port = port

    def __call__(self, address: str, name: dns.name.Name, kind: str) -> Heard:
        """Ask the server at `address`, and do not ask it to ask others (RD is not set)."""
        started = time.monotonic()
        server = Endpoint(address, self._port)
        try:
            message, transport = converse(name, kind, server, self._deadline, recurse=False, tries_s=TRIES_S)
        except UnheardError as error:
            return _unheard(error)
        return Heard(message, (time.monotonic() - started) * 1000, transport)


def _unheard(error: UnheardError) -> Heard:
    outcome, detail = _WORDS[error.failure]
    if error.over == "tcp":
        detail = f"cuts its UDP answer short and then {_OVER_TCP[outcome]}"
    return Heard(None, failure=outcome, detail=f"{detail} ({error})" if str(error) else detail)


_WORDS = {
    Failure.SILENT: (Outcome.SILENT, "is silent"),
    Failure.GARBAGE: (Outcome.GARBAGE, "sends only what is no response to the question"),
    Failure.REFUSED: (Outcome.UNREACHABLE, "refuses the packet: nothing serves DNS there"),
    Failure.UNREACHABLE: (Outcome.UNREACHABLE, "cannot be reached"),
    Failure.HUNG_UP: (Outcome.UNREACHABLE, ""),
}
_OVER_TCP = {
    Outcome.SILENT: "is silent over TCP",
    Outcome.GARBAGE: "sends garbage over TCP",
    Outcome.UNREACHABLE: "does not answer over TCP",
}
