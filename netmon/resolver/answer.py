"""What a lookup yields, and how it is read from a server's bytes; every string is safe to print.

Cheap to import: only the functions that read messages import dnspython.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from netmon.model.endpoint import Endpoint
from netmon.model.text import clean
from netmon.resolver.weight import too_heavy

if TYPE_CHECKING:
    import dns.message
    import dns.rrset

Transport = Literal["udp", "tcp", "tls", "https", "quic"]

_MAX_TTL = 2**31 - 1

_SHOWN = 6
"""Names of a circle of aliases that are told."""

_RCODES = {
    "SERVFAIL": "the server could not find the answer (SERVFAIL)",
    "REFUSED": "the server refuses to answer (REFUSED)",
    "FORMERR": "the server did not understand the question (FORMERR)",
    "NOTIMP": "the server does not support the question (NOTIMP)",
}


class Configuration(NamedTuple):
    """How this machine is told to resolve names."""

    servers: tuple[Endpoint, ...] = ()
    """In the order they are asked. A link-local server keeps its zone: it cannot be asked without."""
    search: tuple[str, ...] = ()
    """The suffixes tried on short names, fully qualified."""
    ndots: int = 1
    """A name with at least this many dots is tried as it stands first."""
    source: str = "/etc/resolv.conf"
    error: str | None = None
    """Why it could not be read, in one sentence; `servers` is then empty."""
    ignored: tuple[str, ...] = ()
    """Lines that make no sense and were passed over, as the C library does."""


class Record(NamedTuple):
    """One resource record as a server gave it."""

    name: str
    """The owner, fully qualified."""
    ttl: int
    """Seconds that it could still be cached for when it arrived."""
    type: str
    data: str
    """In the presentation format of zone files."""


class Answer(NamedTuple):
    """What came of asking for one type: records, or the reason why there are none."""

    type: str
    records: tuple[Record, ...] = ()
    """The answer section, aliases on the way to the name that holds the type included."""
    rcode: str | None = None
    """None when no server answered."""
    ms: float | None = None
    """From the first packet to the answer of the server that gave it."""
    server: Endpoint | None = None
    """Who answered; None when nobody did."""
    transport: Transport | None = None
    flags: tuple[str, ...] = ()
    ede: tuple[str, ...] = ()
    """The server's own explanations (RFC 8914)."""
    received_at: float | None = None
    """Monotonic time of the answer: its TTLs count from here."""
    error: str | None = None
    """Why there is no record of the type, in one sentence."""
    strays: int = 0
    """Records of other names or classes that the server put in: they answer nothing and are left out."""
    soa: Record | None = None
    """Of an answer without such a record: what says for how long that may be remembered (RFC 2308)."""
    referral: str = ""
    """The zone whose servers it names instead of saying anything (RFC 1034 section 4.3.2, 3b)."""

    @property
    def has_alias(self) -> bool:
        """Whether the name, or what it leads to, is another name for something else."""
        return any(record.type in ("CNAME", "DNAME") for record in self.records)


def follow(name: str, records: Iterable[Record]) -> tuple[str, ...]:
    """`name` and the aliases that it leads to by the CNAMEs among `records`; ends at a loop."""
    targets = {record.name.lower(): record.data for record in records if record.type == "CNAME"}
    names = [name]
    seen = {name.lower()}
    while (target := targets.get(names[-1].lower())) is not None and target.lower() not in seen:
        names.append(target)
        seen.add(target.lower())
    return tuple(names)


def response(query: dns.message.Message, wire: bytes) -> dns.message.Message | None:
    """`wire` as a response to `query`, with TC set if it was cut short; None when it is anything else.

    What is not of the class that was asked for counts in the answer section only: as a stray.
    """
    import dns.exception
    import dns.message

    if too_heavy(wire):
        return None
    message: dns.message.Message
    try:
        message = dns.message.from_wire(wire, raise_on_truncation=True)
    except dns.message.Truncated as error:
        message = error.kwargs["message"]
    # What a parser of strangers' bytes may meet.
    except (dns.exception.DNSException, ValueError, LookupError, OverflowError, struct.error):
        from netmon.resolver.opaque import reread

        reread_message = reread(wire)
        if reread_message is None:
            return None
        message = reread_message
    if not query.is_response(message):
        return None
    asked = query.question[0].rdclass
    for section in (message.authority, message.additional):
        if section:
            section[:] = [rrset for rrset in section if rrset.rdclass == asked]
    return message


def read(message: dns.message.Message, kind: str, name: str) -> Answer:
    """What `message` answers to the question for type `kind` of `name`; the exchange is not filled in."""
    import dns.edns

    given = _records(message, message.answer)
    records = _along(name, given)
    rcode, flags = _head(int(message.rcode()), int(message.flags))
    ede = tuple(clean(str(o.to_text())) for o in message.options if isinstance(o, dns.edns.EDEOption))
    error = _explain(rcode, kind, name, records)
    if error is not None and ede:
        error += f": {', '.join(ede)}"
    strays = sum(map(len, message.answer)) - len(records)
    # Where there is a record, nobody remembers that there is none.
    authority = () if error is None else _records(message, message.authority)
    soa = next((record for record in authority if record.type == "SOA"), None)
    is_final = "AA" in flags or {"RD", "RA"} <= set(flags) or rcode != "NOERROR" or records or soa
    cut = "" if is_final else _referred(authority)
    if cut:
        error = f"the server says nothing of {name}: it refers to the name servers of {cut}"
    return Answer(
        kind, records, rcode, flags=flags, ede=ede, error=error, strays=strays, soa=soa, referral=cut
    )


def _referred(authority: Sequence[Record]) -> str:
    """The zone of the name servers in an authority section; empty without any."""
    return next((record.name for record in authority if record.type == "NS"), "")


@lru_cache(256)
def _head(rcode: int, flags: int) -> tuple[str, tuple[str, ...]]:
    """A result and flags in words: few of them occur, and dnspython takes a while over each."""
    import dns.flags
    import dns.rcode

    return dns.rcode.to_text(dns.rcode.Rcode(rcode)), tuple(dns.flags.to_text(flags).split())


def _records(message: dns.message.Message, section: Iterable[dns.rrset.RRset]) -> list[Record]:
    """The records of a section without what is of another class than the question."""
    import dns.rdataclass
    import dns.rdatatype

    asked = message.question[0].rdclass if message.question else dns.rdataclass.IN
    return [
        Record(
            name=clean(rrset.name.to_text()),
            # RFC 2181 section 8: a TTL with the top bit set means zero.
            ttl=rrset.ttl if rrset.ttl <= _MAX_TTL else 0,
            type=dns.rdatatype.to_text(rrset.rdtype),
            data=clean(rdata.to_text()),
        )
        for rrset in section
        if rrset.rdclass == asked
        for rdata in rrset
    ]


def _along(name: str, given: Sequence[Record]) -> tuple[Record, ...]:
    """Those of `given` that belong to `name` or to what it is an alias of, along the way there.

    Whatever else a server puts into its answer is of names that were not asked about: nobody may believe it
    (RFC 2181 section 5.4.1).
    """
    if all(record.name == name and record.type != "CNAME" for record in given):
        return tuple(given)  # as nearly always
    of: dict[str, list[Record]] = {}
    for record in given:
        of.setdefault(record.name.lower(), []).append(record)
    dnames = {owner for owner, records in of.items() if any(record.type == "DNAME" for record in records)}
    places = {name.lower(): None}
    kept: list[Record] = []
    todo = [name.lower()]
    for owner in todo:  # grows with every alias
        above = [each for each in dnames if owner.endswith(f".{each.lstrip('.')}") and each not in places]
        places.update(dict.fromkeys(above))
        kept += [record for each in above for record in of[each] if record.type in ("DNAME", "RRSIG")]
        own = of.get(owner, [])
        kept += own
        targets = dict.fromkeys(record.data.lower() for record in own if record.type == "CNAME")
        new = [target for target in targets if target not in places]
        places.update(dict.fromkeys(new))
        todo += new
    return tuple(kept)


def _explain(rcode: str, kind: str, name: str, records: Sequence[Record]) -> str | None:
    """Why there is no record of the type at the end of the chain, or None when there is one."""
    chain = follow(name, records)
    end = chain[-1]
    if rcode == "NXDOMAIN":
        return f"{end} does not exist (NXDOMAIN)"
    if rcode != "NOERROR":
        return _RCODES.get(rcode, f"the server answers {rcode}")
    if kind == "ANY" or any(record.type == kind for record in records):
        return None
    if back := next((r.data for r in records if r.type == "CNAME" and r.name.lower() == end.lower()), None):
        return f"its aliases lead in a circle ({' → '.join((*chain[:_SHOWN], back))})"
    return f"{end} has no {kind} record"
