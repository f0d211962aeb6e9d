"""The messages of a transfer put together to a zone: from its SOA to its SOA (RFC 5936 section 2.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netmon.resolver.answer import Record
from netmon.resolver.transfer.reading import GarbageError, Message, read
from netmon.resolver.transfer.result import NotGivenError, TransferError, Zone
from netmon.resolver.transport.exchange import Deadline

if TYPE_CHECKING:
    import dns.name

AXFR = 252

WIRE_LIMIT = 64 * 1024 * 1024
"""Bytes of all messages: what a zone of a million records takes, and a second on a fast line."""
TEXT_LIMIT = 128 * 1024 * 1024
"""Characters of all records: compression makes hundreds of bytes of two, and this is what stays in memory."""
RECORD_LIMIT = 500_000
"""Records: some 300 MB of memory. Zones of more are those of top-level domains."""

_REFUSALS = {
    "REFUSED": "refuses the transfer (REFUSED): it gives the whole zone only to those that it is told to, by "
    "address or key",
    "NOTAUTH": "does not serve the zone, or gives it only to keys and addresses it knows (NOTAUTH)",
    "NOTIMP": "does no transfers (NOTIMP)",
    "FORMERR": "does not understand the question for a whole zone (FORMERR)",
    "NXDOMAIN": "knows of no such zone (NXDOMAIN)",
}
"""Answers by which a server says that it gives none (RFC 5936 section 2.2.1)."""


class Collector:
    """What has come of a zone so far."""

    def __init__(self, zone: dns.name.Name, number: int, deadline: Deadline) -> None:
        """Begin with nothing.

        Args:
            zone: what was asked for.
            number: the id that it was asked with.
            deadline: past which nothing more is read, though it be there.
        """
        self._zone, self._number, self._deadline = zone, number, deadline
        self._records: list[Record] = []
        self._messages = self._octets = self._characters = 0
        self._is_whole = False

    @property
    def count(self) -> int:
        """Records so far."""
        return len(self._records)

    def take(self, wire: bytes) -> bool:
        """Take in the next message; whether the zone is whole with it.

        Raises:
            TransferError: it is none of this transfer, or there is too much.
            TimeoutError: the deadline is past.
        """
        self._messages += 1
        self._octets += len(wire)
        if self._octets > WIRE_LIMIT:
            raise TransferError(f"sends too much: {WIRE_LIMIT >> 20} MiB, and no end{self._so_far()}")
        try:
            message = read(wire)
            self._check(message)
            for name, record in message.records:
                self._deadline.left()
                self._add(name, record)
        except GarbageError:
            raise TransferError(f"sent garbage{self._so_far()}") from None
        if not self._records:
            raise NotGivenError("answered without any record: it does not give the zone", "NOERROR")
        return self._is_whole

    def zone(self) -> Zone:
        """What was put together."""
        return Zone(self._zone.to_text(), tuple(self._records), self._messages, self._octets)

    def _check(self, message: Message) -> None:
        """See that the message is one of this transfer.

        Raises:
            TransferError: it is none.
        """
        if message.number != self._number:
            raise TransferError(f"answered with an id that was not asked with{self._so_far()}")
        is_first = self._messages == 1
        if not message.is_answer or (message.question is None and is_first and not message.rcode):
            raise TransferError(f"sent what is no answer{self._so_far()}")
        if message.question not in (None, (self._zone, AXFR)):
            raise TransferError(f"answered another question{self._so_far()}")
        if message.rcode:
            raise self._refusal(message.rcode)
        if message.is_cut:
            raise TransferError(f"says that it cut the zone short (TC){self._so_far()}")

    def _refusal(self, number: int) -> TransferError:
        import dns.rcode

        rcode = dns.rcode.to_text(dns.rcode.Rcode.make(number))
        if self._records:
            return TransferError(f"broke off with {rcode}{self._so_far()}", rcode)
        if rcode in _REFUSALS:
            return NotGivenError(_REFUSALS[rcode], rcode)
        return TransferError(f"could not give the zone ({rcode})", rcode)

    def _add(self, name: dns.name.Name, record: Record) -> None:
        """Take in one record; the SOA that closes the zone is not kept.

        Raises:
            TransferError: it does not belong here.
        """
        if self._is_whole:
            raise TransferError("sent records behind the end of the zone")
        is_soa = record.type == "SOA" and name == self._zone
        if not self._records and not is_soa:
            raise TransferError(
                f"began with the {record.type} of {record.name[:300]}, not with the zone's SOA"
            )
        if is_soa and self._records:
            self._close(record)
            return
        self._characters += len(record.name) + len(record.data)
        if self._characters > TEXT_LIMIT or len(self._records) >= RECORD_LIMIT:
            raise TransferError(
                f"has a larger zone than is taken: more than {RECORD_LIMIT} records, or {TEXT_LIMIT >> 20} "
                "million characters"
            )
        self._records.append(record)

    def _close(self, record: Record) -> None:
        if record.data.lower() != self._records[0].data.lower():
            serials = [each.data.split()[2] for each in (self._records[0], record)]
            raise TransferError(
                f"ended with another SOA than it began with (serial {serials[1]} for {serials[0]}): the zone "
                "changed under way"
            )
        self._is_whole = True

    def _so_far(self) -> str:
        return f" after {len(self._records)} records" if self._records else ""
