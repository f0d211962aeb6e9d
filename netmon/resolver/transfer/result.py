"""What comes of asking a server for a whole zone: its records, or why there are none.

TransferError           there is no whole zone
└── NotGivenError       the server said that it gives none
"""

from __future__ import annotations

from typing import NamedTuple

from netmon.resolver.answer import Record
from netmon.resolver.server import Server


class TransferError(Exception):
    """There is no whole zone; the text completes a sentence that the server's name begins."""

    def __init__(self, what: str, rcode: str | None = None, *, is_broken: bool = True) -> None:
        super().__init__(what)
        self.is_broken = is_broken
        """Whether the server said something, and that was neither the zone nor a refusal."""
        self.rcode = rcode
        """What the server answered; None where it did not say."""


class NotGivenError(TransferError):
    """The server answered, and does not give the zone to us, or has none of that name."""

    def __init__(self, what: str, rcode: str) -> None:
        super().__init__(what, rcode, is_broken=False)


class Zone(NamedTuple):
    """A whole zone, as a server gave it."""

    name: str
    """The apex, as it was asked for."""
    records: tuple[Record, ...]
    """In the order in which they came, the SOA first and once."""
    messages: int
    octets: int
    """Of all messages, as they came (inside TLS)."""

    @property
    def serial(self) -> int:
        """Which version of the zone it is."""
        return int(self.records[0].data.split()[2])


class Attempt(NamedTuple):
    """One server that was asked for the zone."""

    name: str
    """What it is called: as an NS record or the user names it."""
    server: Server
    address: str | None
    """Where it was asked; None where its name has no address."""
    ms: float
    """Until the zone was there, or it failed."""
    zone: Zone | None = None
    error: str = ""
    """Completes a sentence that the server's name begins; empty exactly if `zone` is there."""
    rcode: str | None = None
    is_refusal: bool = False
    """Whether the server said itself that it does not give the zone."""
    is_broken: bool = False
    """Whether it said something, and that was neither the zone nor a refusal."""

    def __str__(self) -> str:
        """Who it is, for people."""
        if self.address is None or self.address in self.name:
            return self.name
        return f"{self.name} ({self.address})"
