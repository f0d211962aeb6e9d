"""What the details of a port say of who gets to it: by address, past the firewall, and as it was tried."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from netmon.engine.explain import Fact
from netmon.engine.state import State
from netmon.ports.firewall.word import Firewall
from netmon.ports.listeners import Listening
from netmon.ports.reach.own_addresses import AddressReach, addresses_of
from netmon.ports.reach.proof import Proof, prove, why_not
from netmon.ports.reach.words import proof_facts, proof_sentence, reach_facts, reach_sentences
from netmon.ports.view import PortRow
from netmon.ports.words import Telling


class ReachTelling(NamedTuple):
    """Tells of the reach of ports, with what has been found out about the firewall and by trying."""

    firewall: Firewall | None = None
    """The rules; None where they were not asked for yet."""
    tried: object = None
    """The key of the row that was tried last."""
    proofs: tuple[Proof, ...] = ()
    """What came of that."""

    def tell(self, row: PortRow, state: State) -> Telling:
        """Sentences and facts: of a port that is gone none, of several sockets what was tried."""
        if row.group.is_gone:
            return (), ()
        said: tuple[str, ...] = ()
        facts: tuple[Fact, ...] = ()
        if self.tried == row.key:
            said, facts = (proof_sentence(self.proofs),), proof_facts(self.proofs)
        if len(row.sockets) == 1:  # of several each has a row of its own
            (socket,) = row.sockets
            said += reach_sentences(socket, state, self.firewall)
            facts += reach_facts(socket, state, self.firewall)
        return said, facts


def cannot_be_tried(row: PortRow, state: State) -> str | None:
    """Why a port cannot be tried by connecting to it, or None if it can."""
    if row.group.is_gone:
        return f"nothing is bound to port {row.group.port}/{row.group.protocol} any more"
    return why_not(row.sockets[0].listener.socket, state.source)


def try_port(row: PortRow, state: State) -> tuple[Proof, ...]:
    """Connect to a port by each of this machine's addresses; takes seconds at worst: call it in a thread."""
    return prove(row.group.port, _reach_of(row.sockets, state))


def _reach_of(sockets: Sequence[Listening], state: State) -> list[AddressReach]:
    """By each address, what it is of the socket that is reached most surely."""
    addresses = addresses_of(state)
    widest: dict[str, AddressReach] = {}
    for one in sockets:
        for found in addresses.reach(one.listener.socket):
            known = widest.setdefault(found.address, found)
            widest[found.address] = max(known, found, key=_sureness)
    return list(widest.values())


def _sureness(found: AddressReach) -> int:
    return (False, None, True).index(found.reached)
