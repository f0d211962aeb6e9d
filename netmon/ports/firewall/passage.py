"""A packet's way through the chains of nftables: every end that it may come to."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from netmon.ports.firewall.ends import End, Fate, Passage
from netmon.ports.firewall.matching import equals, matches
from netmon.ports.firewall.packet import Packet, Tracking
from netmon.ports.firewall.ruleset import Chain, Key, Ruleset, RulesetError
from netmon.ports.firewall.step import Step
from netmon.ports.firewall.truth import Truth, truth
from netmon.ports.firewall.wording import policy_words

_CONNTRACK = -200
"""NF_IP_PRI_CONNTRACK, include/uapi/linux/netfilter_ipv4.h; the same for IPv6."""
_DEEPEST = 16
"""NFT_JUMP_STACK_SIZE, include/net/netfilter/nf_tables.h."""


class Walk:
    """The way of one packet; each chain is walked once, as nothing on the way changes what is known of it."""

    def __init__(self, ruleset: Ruleset, packet: Packet) -> None:
        self._ruleset = ruleset
        self._packet = packet
        self._walked: dict[tuple[Key, Tracking], Passage] = {}
        self._depth = 0
        self._tracking = Tracking.NEW
        self._is_untracked = False

    def base_chain(self, chain: Chain) -> tuple[End, ...]:
        """Every end in a base chain, its policy included.

        Raises:
            RulesetError: it cannot be followed: chains call each other in a circle, or one is missing.
        """
        self._tracking = Tracking.UNKNOWN if self._is_untracked else _tracking_at(chain)
        passage = self._chain(chain.key)
        if not passage.returns:
            return passage.ends
        fate = Fate.DROPPED if chain.policy == "drop" else Fate.ACCEPTED
        return (*passage.ends, End(fate, partial(policy_words, chain)))

    def _chain(self, key: Key) -> Passage:
        if (known := self._walked.get((key, self._tracking))) is not None:
            return known
        if (chain := self._ruleset.chains.get(key)) is None:
            raise RulesetError(f"no chain {' '.join(key)}, to which a rule jumps")
        if self._depth >= _DEEPEST:
            raise RulesetError(f"more than {_DEEPEST} jumps deep at {' '.join(key)}")
        self._depth += 1
        passage = self._rules(chain)
        self._walked[key, self._tracking] = passage
        self._depth -= 1
        return passage

    def _rules(self, chain: Chain) -> Passage:
        ends: dict[End, None] = {}
        returns = False
        for rule in chain.rules:
            step = Step(self, chain, rule).passage()
            ends.update(dict.fromkeys(step.ends))
            returns |= step.returns
            if not step.goes_on:
                return Passage(tuple(ends), goes_on=False, returns=returns)
        return Passage(tuple(ends), returns=True)

    # -- what a rule asks

    def matches(self, chain: Chain, body: object) -> Truth:
        """Whether a condition of a rule in `chain` holds."""
        elements = self._elements_for(chain)
        return matches(body, self._packet, elements, tracking=self._tracking)

    def equals(self, chain: Chain, left: object, right: object) -> Truth:
        """Whether a field of the packet is a value."""
        return equals(left, right, self._packet, self._elements_for(chain), tracking=self._tracking)

    def rejects(self, body: Any) -> Truth:
        """Whether a `reject` is meant for this family: nft leaves the condition out that its type implies."""
        kind = body.get("type") if isinstance(body, dict) else None
        return truth({"icmp": 4, "icmpv6": 6}.get(str(kind), self._packet.family) == self._packet.family)

    def elements(self, chain: Chain, name: str) -> Sequence[Any] | None:
        """The elements of a set or map of a chain's table."""
        return self._ruleset.sets.get((chain.family, chain.table, name))

    def called(self, chain: Chain, name: str) -> Passage:
        """The way through another chain of the same table."""
        return self._chain((chain.family, chain.table, name))

    def untrack(self) -> None:
        """From here on connection tracking does not see the packet, or may not."""
        self._is_untracked = True
        self._tracking = Tracking.UNKNOWN

    def _elements_for(self, chain: Chain) -> Any:
        return lambda name: self.elements(chain, name)


def _tracking_at(chain: Chain) -> Tracking:
    """What connection tracking knows of a new connection's first packet in a base chain."""
    if chain.hook == "ingress" or (chain.hook == "prerouting" and chain.priority < _CONNTRACK):
        return Tracking.BEFORE
    is_same = chain.hook == "prerouting" and chain.priority == _CONNTRACK
    return Tracking.UNKNOWN if is_same or chain.family == "bridge" else Tracking.NEW
