"""What a trace shows: its steps, the servers of each, and how it ended; every string is safe to print."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from netmon.model.finding import Finding
from netmon.resolver.answer import Record, Transport
from netmon.resolver.edns import Explanation


class Outcome(StrEnum):
    """What came of asking one server, or of a whole trace."""

    ANSWER = "answer"
    ALIAS = "alias"
    """The name is another's (CNAME); the records that were asked for are there."""
    REFERRAL = "referral"
    NO_DATA = "no_data"
    """The name exists and has no record of the type."""
    NO_SUCH_NAME = "no_such_name"
    LAME = "lame"
    """It answers, but is not authoritative for the zone that it was delegated (RFC 9499 section 7)."""
    UPWARD = "upward"
    """It refers to the zone itself or above it: towards where the question came from."""
    SIDEWAYS = "sideways"
    """It refers to a zone that the name is not in."""
    REFUSED = "refused"
    FAILED = "failed"
    """SERVFAIL, or another code that is no answer."""
    SILENT = "silent"
    UNREACHABLE = "unreachable"
    GARBAGE = "garbage"
    """What came was no response to the question: another id, another question, or no DNS message."""
    NO_GLUE = "no_glue"
    """Its name is in the zone that it serves, and the referral does not give its address."""
    NO_ADDRESS = "no_address"
    """The addresses of its name could not be found."""
    DEAD_END = "dead_end"
    """No server of a zone could be used."""
    LOOP = "loop"
    TOO_LONG = "too_long"
    OUTSIDE = "outside"
    """The name is not below where the trace began."""
    GIVEN_UP = "given_up"
    """The time or the number of questions was used up."""


USABLE = (Outcome.ANSWER, Outcome.ALIAS, Outcome.REFERRAL, Outcome.NO_DATA, Outcome.NO_SUCH_NAME)
"""What takes a trace further or ends it."""
LAME = (Outcome.LAME, Outcome.UPWARD, Outcome.SIDEWAYS, Outcome.REFUSED, Outcome.FAILED)
"""The server is there, but does not serve the zone."""
DEAD = (Outcome.SILENT, Outcome.UNREACHABLE, Outcome.GARBAGE)
"""Nothing that could be read came from its address."""


class TraceServer(NamedTuple):
    """One server of a step, at one of its addresses."""

    name: str
    address: str | None
    """None where it is not known."""
    outcome: Outcome
    detail: str = ""
    """What completes a sentence that the server begins."""
    ms: float | None = None
    """From the first packet to the answer; None without one."""
    authoritative: bool | None = None
    """Whether it says so itself (AA); None without an answer."""
    transport: Transport | None = None
    rcode: str | None = None
    records: tuple[Record, ...] = ()
    """What it answered, or the name servers that it refers to."""
    flags: tuple[str, ...] = ()
    ede: tuple[Explanation, ...] = ()
    """Why it answers so, in its own words (RFC 8914)."""


class TraceCut(NamedTuple):
    """The delegation that a step found."""

    zone: str
    ttl: int
    """Seconds that the parent lets the delegation be cached for."""
    servers: tuple[str, ...]
    glue: tuple[tuple[str, str], ...] = ()
    """Names with the addresses that the referral gave for them."""
    missing: tuple[str, ...] = ()
    """Servers inside the delegated zone whose addresses the referral does not give."""
    ignored: tuple[str, ...] = ()
    """Names whose addresses the referral gave although they are none of the parent's business."""


class TraceStep(NamedTuple):
    """One zone asked one question."""

    zone: str
    name: str
    type: str
    servers: tuple[TraceServer, ...]
    """In the order asked."""
    delegated: int
    """How many servers the delegation (or the hints) names."""
    depth: int = 0
    """0 on the way to the answer; more on the way to the address of a name server."""
    purpose: str = ""
    """The name server whose address is sought; empty on the way to the answer."""
    used: int | None = None
    """The index of the server whose word the trace went by; None at a dead end."""
    cut: TraceCut | None = None

    @property
    def result(self) -> TraceServer | None:
        """The server whose word the trace went by."""
        return None if self.used is None else self.servers[self.used]


class Trace(NamedTuple):
    """The whole way to one type of one name."""

    name: str
    type: str
    outcome: Outcome
    detail: str = ""
    """How it ended, where it ended early, in one sentence."""
    steps: tuple[TraceStep, ...] = ()
    records: tuple[Record, ...] = ()
    """The answer, the aliases on the way to it first."""
    findings: tuple[Finding, ...] = ()
    began: str = "."
    """The zone of the hints; a trace for a further type may begin at a cut below it."""

    @property
    def last(self) -> TraceServer | None:
        """The server that the end of the way comes from."""
        own = [step for step in self.steps if step.depth == 0]
        return own[-1].result if own else None

    @property
    def is_reached(self) -> bool:
        """Whether any server answered anything at all."""
        return any(server.ms is not None for step in self.steps for server in step.servers)
