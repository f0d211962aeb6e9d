"""The firewall's word on one listening socket, by each address that leads to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from netmon.collectors.nftables import RulesetAnswer
from netmon.model.endpoint import Scope, scope_of
from netmon.model.socket import SocketRecord
from netmon.ports.firewall.packet import Packet
from netmon.ports.firewall.ruleset import Ruleset, RulesetError, parse_ruleset
from netmon.ports.firewall.verdict import Verdict, Word, judge
from netmon.ports.reach.own_addresses import LOOPBACK, AddressReach

CANNOT_BE_READ = "cannot be read: "


class AddressWord(NamedTuple):
    """The word on connections to one address of this machine."""

    address: str
    interface: str
    """The interface by which they come in."""
    verdict: Verdict


class FirewallWord(NamedTuple):
    """The word on a socket."""

    word: Word | None
    """On connections of other machines, or of this one where no other gets to the socket; None if unread."""
    basis: str
    """The rules and policies that decide, or why the word is not known."""
    addresses: tuple[AddressWord, ...] = ()
    """By each address that its binding lets lead to it."""


class Firewall:
    """The rules of this machine at one moment, or why there are none to be had."""

    def __init__(self, answer: RulesetAnswer) -> None:
        self.reason = answer.reason
        """Why the rules cannot be read; None if they were."""
        self._ruleset = Ruleset({}, {})
        self._verdicts: dict[Packet, Verdict] = {}
        if self.reason is None:
            try:
                self._ruleset = parse_ruleset(answer.document)
            except RulesetError as error:
                self.reason = f"nft answered what is no ruleset: {error}"

    def word_on(self, socket: SocketRecord, reached: Sequence[AddressReach]) -> FirewallWord:
        """What the firewall does with new connections to a socket.

        Args:
            socket: A listening TCP or unconnected UDP socket.
            reached: Its reach by each address, from `own_addresses`.
        """
        if self.reason is not None:
            return FirewallWord(None, CANNOT_BE_READ + self.reason)
        words = tuple(
            self._on_address(socket, one, interface)
            for one in reached
            if one.reached is not False
            for interface in _ways_in(one, socket, reached)
        )
        if not words:
            none = "no address of this machine leads to it" if reached else "the addresses could not be read"
            return FirewallWord(None, none)
        far = [one for one in words if scope_of(one.address) is not Scope.LOOPBACK]
        return FirewallWord(*_in_one(far or words), words)

    def _on_address(self, socket: SocketRecord, one: AddressReach, interface: str) -> AddressWord:
        family: Literal[4, 6] = 6 if ":" in one.address else 4
        packet = Packet(family, socket.protocol, socket.local.port, interface, one.address)
        if (verdict := self._verdicts.get(packet)) is None:
            verdict = self._verdicts[packet] = judge(self._ruleset, packet)
        return AddressWord(one.address, interface, verdict)


def _ways_in(one: AddressReach, socket: SocketRecord, reached: Sequence[AddressReach]) -> Sequence[str]:
    """The interfaces by which connections to an address come in."""
    if scope_of(one.address) is Scope.LOOPBACK:
        return [LOOPBACK]
    if socket.interface is not None:
        return [socket.interface]
    if one.interface != LOOPBACK:
        return [one.interface]
    # An address of its own that is kept on `lo` (anycast, a router's) is reached by every other interface.
    return list(dict.fromkeys(other.interface for other in reached if other.interface != LOOPBACK)) or [
        LOOPBACK
    ]


def _in_one(words: Sequence[AddressWord]) -> Verdict:
    """One word on several addresses."""
    distinct = dict.fromkeys(one.verdict for one in words)
    if len({verdict.word for verdict in distinct}) == 1:
        return Verdict(words[0].verdict.word, "; ".join(verdict.basis for verdict in distinct))
    each = (f"{one.address} {one.verdict.word} ({one.verdict.basis})" for one in words)
    return Verdict(Word.DEPENDS, "; ".join(each))
