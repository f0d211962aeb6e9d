"""Records whose data is not as their type says: kept byte for byte, as servers keep and pass them on.

A TLSA whose digest is too short stands in zones, and BIND, nsd and unbound give it like any other. dnspython
refuses the whole message for it, and with it every record that is sound.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import dns.message
    import dns.name
    import dns.rdata
    import dns.wire

_PARTS = frozenset((*range(1, 10), *range(12, 18), 18, 21, 24, 25, 26, 28, 30, 33, 35, 36, 39, 41, 43))
_PARTS |= frozenset((46, 47, 48, 50, 51, *range(249, 256)))
"""Types with names that may be compressed, and those of which netmon reads the parts: they have to be right
(A to MR, PTR to RP, AFSDB, RT, SIG, KEY, PX, AAAA, NXT, SRV, NAPTR, KX, DNAME, OPT, DS, RRSIG, NSEC,
DNSKEY, NSEC3, NSEC3PARAM, and what is no data)."""


def rdata(parser: dns.wire.Parser, of_class: int, kind: int, length: int) -> tuple[dns.rdata.Rdata, bool]:
    """The data at the parser's place, and whether it is opaque: in the form of RFC 3597.

    Raises:
        dns.exception.DNSException, ValueError, LookupError, OverflowError, struct.error: it cannot be kept.
    """
    import dns.exception
    import dns.rdata
    import dns.rdataclass
    import dns.rdatatype

    rdclass, rdtype = dns.rdataclass.RdataClass.make(of_class), dns.rdatatype.RdataType.make(kind)
    start = parser.current
    try:
        with parser.restrict_to(length):
            return dns.rdata.from_wire_parser(rdclass, rdtype, parser), False
    except (dns.exception.DNSException, ValueError, LookupError, OverflowError, struct.error):
        if rdtype in _PARTS:
            raise
        parser.seek(start)
        return dns.rdata.GenericRdata(rdclass, rdtype, parser.get_bytes(length)), True


def reread(wire: bytes) -> dns.message.Message | None:
    """The message with its opaque records; None where anything else is wrong with it."""
    import dns.exception
    import dns.message

    message: dns.message.Message
    try:
        message = dns.message.from_wire(wire, continue_on_error=True)
        return message if _add_opaque(message, wire) == len(message.errors) else None
    except (dns.exception.DNSException, ValueError, LookupError, OverflowError, struct.error):
        return None


def _add_opaque(message: dns.message.Message, wire: bytes) -> int:
    """Put in what was left out; how many records that were."""
    import dns.wire

    parser = dns.wire.Parser(wire)
    _, _, asked, *counts = parser.get_struct("!HHHHHH")
    for _ in range(asked):
        parser.get_name(decompress=True)
        parser.get_struct("!HH")
    added = 0
    for section, count in zip(message.sections[1:], counts, strict=True):
        for _ in range(count):
            name: dns.name.Name = parser.get_name(decompress=True)
            kind, of_class, ttl, length = parser.get_struct("!HHIH")
            data, is_opaque = rdata(parser, of_class, kind, length)
            if is_opaque:
                message.find_rrset(section, name, data.rdclass, data.rdtype, create=True).add(data, ttl)
                added += 1
    return added
