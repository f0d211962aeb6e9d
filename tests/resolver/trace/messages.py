"""DNS responses for tests, in the words of zone files."""

from __future__ import annotations

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rrset

from netmon.resolver.trace.referral import Reading, read_response

ZONE = dns.name.from_text("test.")
NAME = dns.name.from_text("www.ex.test.")
SOA = "test. 300 IN SOA ns.test. hostmaster.test. 1 2 3 4 60"


def response(
    answer: str = "",
    authority: str = "",
    additional: str = "",
    *,
    aa: bool = False,
    rcode: str = "NOERROR",
    name: dns.name.Name = NAME,
    kind: str = "A",
) -> dns.message.Message:
    """A response with these records, one a line: `name ttl IN type data`."""
    reply = dns.message.make_response(dns.message.make_query(name, kind))
    for section, text in (
        (reply.answer, answer),
        (reply.authority, authority),
        (reply.additional, additional),
    ):
        for line in filter(None, map(str.strip, text.splitlines())):
            _add(section, line)
    if aa:
        reply.flags |= dns.flags.AA
    reply.set_rcode(dns.rcode.from_text(rcode))
    return reply


def _add(section: list[dns.rrset.RRset], line: str) -> None:
    owner, ttl, _, kind, data = line.split(maxsplit=4)
    new = dns.rrset.from_text(owner, int(ttl), "IN", kind, data)
    for rrset in section:
        if (rrset.name, rrset.rdtype) == (new.name, new.rdtype):
            rrset.update(new)  # type: ignore[no-untyped-call]
            return
    section.append(new)


def read(message: dns.message.Message, kind: str = "A") -> Reading:
    """What a response to the question for NAME means to one who asked a server of ZONE."""
    return read_response(message, ZONE, NAME, kind)
