"""Made-up answers of servers."""

from __future__ import annotations

from netmon.resolver.answer import Answer, Record
from netmon.resolver.ask import Replies, Said
from netmon.resolver.compare import compare
from netmon.resolver.edns import Extras
from netmon.resolver.enquiry import Outcome
from netmon.resolver.server import Server

ONE, TWO, THREE = (Server("udp", f"192.0.2.{n}", 53) for n in (1, 2, 3))
NAME = "host.example.test."
_NOTHING = Extras()


def record(data: str, ttl: int = 60, kind: str = "A", name: str = NAME) -> Record:
    """A record."""
    return Record(name, ttl, kind, data)


def said(
    *records: Record, kind: str = "A", at: float = 0.0, ms: float = 5.0, extras: Extras = _NOTHING
) -> Said:
    """An answer with these records."""
    error = None if records else f"{NAME} has no {kind} record"
    return Said(Answer(kind, records, "NOERROR", ms, None, "udp", ("QR", "RD"), (), at, error), extras)


def silence(kind: str = "A") -> Said:
    """No answer."""
    return Said(Answer(kind, error="was silent until the time was up"))


def failure(kind: str = "A") -> Said:
    """An answer that is none."""
    return Said(Answer(kind, (), "SERVFAIL", 9.0, None, "udp", error="could not find the answer (SERVFAIL)"))


def replies(server: Server, *all_said: Said) -> Replies:
    """What a server said."""
    return Replies(server, server.host, all_said, 7.0)


def outcome(*answers: Replies) -> Outcome:
    """What came of asking them."""
    return Outcome(NAME.rstrip("."), NAME, answers, compared=compare(answers))
