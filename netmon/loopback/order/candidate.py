"""A destination that a name has, with what is known of the source address for it."""

from __future__ import annotations

from typing import NamedTuple

from netmon.loopback.order.policy import bits_of


class Candidate(NamedTuple):
    """One destination and the source that the kernel would give a packet to it."""

    address: str
    """With its zone, where it has one."""
    source: str | None
    """None: the kernel has no route, or no address, for it."""
    prefix_length: int | None = None
    """Of the source's network; None if unknown."""
    deprecated: bool = False
    """The source is (linux/if_addr.h IFA_F_DEPRECATED), or is not yet confirmed."""
    home: bool = False
    """The source is a mobile node's home address (RFC 6275)."""
    native: bool = True
    """The source is on an interface that is no tunnel."""
    interface: int | None = None
    """Index of the source's interface; None if unknown."""

    @property
    def is_v4(self) -> bool:
        """Whether the destination is IPv4."""
        return ":" not in self.address

    @property
    def common_bits(self) -> int:
        """How many leading bits source and destination share, of 128 or 32; 0 without a source."""
        if self.source is None:
            return 0
        differing = (bits_of(self.address) ^ bits_of(self.source)).bit_length()
        return (32 if self.is_v4 else 128) - differing
