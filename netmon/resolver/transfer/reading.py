"""One message of a transfer, read from a stranger's bytes record by record.

`dns.message` would read all of a message before it can be judged, and keep each record in a set of its own.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from netmon.resolver.answer import Record

if TYPE_CHECKING:
    import dns.name
    import dns.rdata
    import dns.wire

_MAX_TTL = 2**31 - 1
_RESPONSE, _CUT = 0x8000, 0x0200
"""QR and TC (RFC 1035 section 4.1.1)."""
_OPCODE, _RCODE = 0x7800, 0x000F


class GarbageError(Exception):
    """The bytes are no message of a zone transfer."""


class Message(NamedTuple):
    """The head of a message, and its answer section while it is being read."""

    number: int
    """The id."""
    is_answer: bool
    """Whether it answers a query."""
    is_cut: bool
    rcode: int
    question: tuple[dns.name.Name, int] | None
    """Name and type, which only the first message of a transfer has to repeat."""
    records: Iterator[tuple[dns.name.Name, Record]]
    """Raises GarbageError where the bytes are none."""


def read(wire: bytes) -> Message:
    """The message in these bytes; its records are read as they are taken.

    Raises:
        GarbageError: it is none.
    """
    import dns.exception
    import dns.wire

    parser = dns.wire.Parser(wire)
    try:
        number, flags, asked, answers, _, _ = parser.get_struct("!HHHHHH")
        question = _question(parser) if asked else None
    except (dns.exception.DNSException, ValueError, struct.error) as error:
        raise GarbageError from error
    if asked > 1:
        raise GarbageError
    is_answer = bool(flags & _RESPONSE) and not flags & _OPCODE
    records = _records(parser, answers)
    return Message(number, is_answer, bool(flags & _CUT), flags & _RCODE, question, records)


def _question(parser: dns.wire.Parser) -> tuple[dns.name.Name, int]:
    import dns.name

    name = dns.name.from_wire_parser(parser)
    kind, _ = parser.get_struct("!HH")
    return name, kind


def _records(parser: dns.wire.Parser, count: int) -> Iterator[tuple[dns.name.Name, Record]]:
    import dns.exception

    for _ in range(count):
        try:
            yield _record(parser)
        # What a parser of strangers' bytes may meet.
        except (dns.exception.DNSException, ValueError, LookupError, OverflowError, struct.error) as error:
            raise GarbageError from error


def _record(parser: dns.wire.Parser) -> tuple[dns.name.Name, Record]:
    import dns.name
    import dns.rdataclass
    import dns.rdatatype

    from netmon.resolver.opaque import rdata as read_rdata

    name = dns.name.from_wire_parser(parser)
    kind, of_class, ttl, length = parser.get_struct("!HHIH")
    number = dns.rdatatype.RdataType.make(kind)
    if of_class != dns.rdataclass.IN or dns.rdatatype.is_metatype(number):
        raise GarbageError
    rdata, _ = read_rdata(parser, of_class, number, length)
    # RFC 2181 section 8: a TTL with the top bit set means zero.
    seconds = ttl if ttl <= _MAX_TTL else 0
    return name, Record(name.to_text(), seconds, dns.rdatatype.to_text(number), _text(rdata))


def _text(rdata: dns.rdata.Rdata) -> str:
    """The data as a zone file has it, whole, and safe to print: everything else is escaped or in hex."""
    text = rdata.to_text()
    # A key or digest without a byte would be no word at all, and is none that is read back.
    if text.isascii() and text.isprintable() and text == text.strip() != "":
        return text
    return rdata.to_generic().to_text().strip()
