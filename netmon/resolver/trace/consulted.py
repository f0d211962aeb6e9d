"""One server consulted on the way: what it said, as the walk needs it and as it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from netmon.model.text import clean
from netmon.resolver.edns import read_extras
from netmon.resolver.trace.referral import Delegation, Reading, read_response
from netmon.resolver.trace.steps import USABLE, Outcome, TraceCut, TraceServer

if TYPE_CHECKING:
    import dns.name

    from netmon.resolver.trace.asking import Heard
    from netmon.resolver.trace.atlas import Cut


class Consulted(NamedTuple):
    """One server at one address, and what it said."""

    server: TraceServer
    reading: Reading


def consulted(
    server: dns.name.Name, address: str, heard: Heard, zone: dns.name.Name, name: dns.name.Name, kind: str
) -> Consulted:
    """What was heard from the server of `zone` at an address, asked for `kind` of `name`."""
    import dns.flags
    import dns.rcode

    if heard.message is None:
        failed = TraceServer(text(server), address, heard.failure, heard.detail)
        return Consulted(failed, Reading(heard.failure))
    reading = read_response(heard.message, zone, name, kind)
    said = TraceServer(
        name=text(server),
        address=address,
        outcome=reading.outcome,
        detail=reading.detail,
        ms=heard.ms,
        authoritative=bool(heard.message.flags & dns.flags.AA),
        transport=heard.transport,
        rcode=clean(dns.rcode.to_text(heard.message.rcode())),
        flags=tuple(dns.flags.to_text(heard.message.flags).split()),
        ede=read_extras(heard.message, heard.message).ede,
        records=reading.records,
    )
    return Consulted(said, reading)


def not_asked(server: dns.name.Name, outcome: Outcome, detail: str) -> Consulted:
    """A server that could not be asked, as its address is not known."""
    return Consulted(TraceServer(text(server), None, outcome, detail), Reading(outcome))


def best(asked: Sequence[Consulted]) -> int | None:
    """The first whose word takes the trace further."""
    return next((at for at, each in enumerate(asked) if each.server.outcome in USABLE), None)


def dead_end(cut: Cut, asked: Sequence[Consulted]) -> Reading:
    """What it comes to when none of them takes the trace further."""
    who = "no server" if len(asked) != 1 else "the only server"
    verb = "could be used" if len(asked) != 1 else "could not be used"
    return Reading(Outcome.DEAD_END, f"{who} of {text(cut.zone)} {verb}")


def trace_cut(delegation: Delegation) -> TraceCut:
    """A delegation as it is shown."""
    glue = [(text(name), address) for name, found in delegation.glue.items() for address in found]
    return TraceCut(
        zone=text(delegation.zone),
        ttl=delegation.ttl,
        servers=tuple(map(text, delegation.servers)),
        glue=tuple(glue),
        missing=tuple(map(text, delegation.missing)),
        ignored=tuple(map(text, delegation.ignored)),
    )


def text(name: dns.name.Name) -> str:
    """A name, safe to print."""
    return clean(name.to_text())
