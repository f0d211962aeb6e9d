"""Whether a listener answers by each of this machine's own addresses, found out by connecting.

Packets of a machine to its own addresses never leave it, whichever interface the address is on: this proves
the binding of the socket, and says nothing of what a firewall does with packets from elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from netmon.engine.connect import CONNECT_S, Attempt, Outcome, connect_once
from netmon.model.snapshot import Source
from netmon.model.socket import SocketRecord
from netmon.ports.reach.own_addresses import AddressReach

MOST = 64
"""Addresses that are tried; a machine of containers may have thousands."""
_AT_ONCE = 16


class Proof(NamedTuple):
    """What one address answered."""

    reach: AddressReach
    attempt: Attempt | None
    """None if it was not tried, being one more than MOST."""

    @property
    def answered(self) -> bool | None:
        """Whether it took the connection; None where that did not come out."""
        if self.attempt is None:
            return None
        return {Outcome.CARRIES: True, Outcome.REFUSED: False}.get(self.attempt.outcome)

    @property
    def agrees(self) -> bool | None:
        """Whether the answer is what the binding lets one expect; None where either is unknown."""
        expected = self.reach.reached
        return None if expected is None or self.answered is None else self.answered == expected


def why_not(socket: SocketRecord, source: Source) -> str | None:
    """Why a listener cannot be proved by connecting to it, or None if it can.

    Args:
        socket: The listener.
        source: Where it was read.
    """
    if source == "replay":
        return "a recording: its addresses may be another machine's"
    return None if socket.protocol == "tcp" else "UDP takes no connections, so that nothing answers a trial"


def prove(port: int, reached: Sequence[AddressReach], timeout_s: float = CONNECT_S) -> tuple[Proof, ...]:
    """Connect once to each address of this machine, hanging up with a reset.

    Each connection is opened from the address that it goes to, so that none leaves the machine. It takes
    at most MOST / 16 times the deadline, and far less where anything answers. Its program accepts
    connections that are over already; one that accepts nothing keeps them in its accept queue.

    Args:
        port: A TCP port.
        reached: This machine's addresses, as `own_addresses` gives them.
        timeout_s: The deadline of each connection.
    """
    tried, left = reached[:MOST], reached[MOST:]

    def attempt(one: AddressReach) -> Proof:
        made = connect_once(one.address, port, timeout_s, interface=one.interface, to_itself=True)
        return Proof(one, made)

    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="proof") as pool:
        return (*pool.map(attempt, tried), *(Proof(one, None) for one in left))
