"""Staged outcomes: what the zone's own servers and resolvers say, for logic that asks nobody."""

from __future__ import annotations

from netmon.resolver.aliases.chain import Beyond
from netmon.resolver.answer import Answer, Record
from netmon.resolver.ask import Replies, Said
from netmon.resolver.edns import Explanation, Extras
from netmon.resolver.enquiry import Outcome
from netmon.resolver.server import Server

NAME = "www.ex.test."
SOA = Record("ex.test.", 300, "SOA", "ns.ex.test. host.ex.test. 1 7200 3600 86400 60")
OWN = Server("udp", "192.0.2.53", 53, name="ns.ex.test.")
CACHE = Server("udp", "192.0.2.8", 53)
OTHER = Server("udp", "192.0.2.9", 53)


def record(data: str, ttl: int = 300, kind: str = "A", name: str = NAME) -> Record:
    """A record of the name."""
    return Record(name, ttl, kind, data)


def alias(name: str, target: str, ttl: int = 300) -> Record:
    """A CNAME."""
    return Record(name, ttl, "CNAME", target)


def answer(*records: Record, kind: str = "A", rcode: str = "NOERROR", soa: Record | None = None) -> Answer:
    """What a server says of one type."""
    found = any(each.type == kind for each in records)
    return Answer(kind, records, rcode, 1.0, received_at=1000.0, error=None if found else "nothing", soa=soa)


def says(server: Server, *answers: Answer, stale: bool = False) -> Replies:
    """Everything that a server says; the zone's own with authority, others as resolvers."""
    flags = ("QR", "AA") if server.name else ("QR", "RD", "RA")
    extras = Extras((Explanation(3, "Stale Answer", ""),)) if stale else Extras()
    said = tuple(Said(each._replace(flags=flags), extras) for each in answers)
    return Replies(server, server.host, said, 1.0)


def outcome(*replies: Replies, name: str = NAME, beyond: tuple[Beyond, ...] = ()) -> Outcome:
    """What came of asking them."""
    return Outcome(name, name, replies, beyond=beyond)
