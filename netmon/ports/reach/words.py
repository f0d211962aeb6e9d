"""Who gets to a listener, in words: facts and sentences for its explanation."""

from __future__ import annotations

from collections.abc import Sequence

from netmon.engine.connect import Outcome
from netmon.engine.explain.words import UNKNOWN, Fact, source_of
from netmon.engine.state import State
from netmon.model.endpoint import Scope, scope_of
from netmon.model.units import format_rtt
from netmon.ports.firewall.verdict import Word
from netmon.ports.firewall.word import CANNOT_BE_READ, Firewall, FirewallWord
from netmon.ports.listeners import Listening
from netmon.ports.reach.own_addresses import AddressReach, addresses_of
from netmon.ports.reach.proof import Proof

NFT = "nft --json list ruleset"
PROVED = "netmon connected from the address to itself: proves the binding, not the firewall"

_YES_OR_NO = {True: "yes: ", False: "no: ", None: UNKNOWN}
_DOES = {
    Word.ACCEPTED: "lets new connections from other machines through",
    Word.DROPPED: "drops new connections from other machines: they time out",
    Word.REJECTED: "rejects new connections from other machines: they are refused",
}


def reach_facts(listening: Listening, state: State, firewall: Firewall | None) -> tuple[Fact, ...]:
    """A fact for each own address of this machine, and the firewall's word.

    Args:
        listening: The listener.
        state: Gives the addresses.
        firewall: The rules; None where they were not asked for yet.
    """
    reached = addresses_of(state).reach(listening.listener.socket)
    origin = source_of(state, "kernel: inet_diag, rtnetlink")
    facts = [
        Fact(f"reach {one.address} ({one.interface})", _YES_OR_NO[one.reached] + one.why, origin)
        for one in reached
    ]
    facts += _missing(state, origin)
    return (*facts, *_firewall_facts(listening, reached, firewall))


def reach_sentences(listening: Listening, state: State, firewall: Firewall | None) -> tuple[str, ...]:
    """Who gets to a listener in a sentence or two."""
    socket = listening.listener.socket
    reached = addresses_of(state).reach(socket)
    if not reached:
        return ("Who gets to it is unknown: this machine's addresses could not be read.",)
    near, far = _near_and_far(reached)
    here = (
        f"Programs on this machine get to it by {_and(near)}" if near else "No loopback address leads to it"
    )
    there = f"other machines by {_and(far)}" if far else "nothing else does"
    sentences = [f"{here}; {there}, as far as its binding goes."]
    if firewall is not None and far:
        sentences.append(_firewall_sentence(firewall.word_on(socket, reached)))
    return tuple(sentences)


def proof_facts(proofs: Sequence[Proof]) -> tuple[Fact, ...]:
    """A fact for each address that was tried."""
    return tuple(Fact(f"tried {one.reach.address}", _proved(one), PROVED) for one in proofs)


def proof_sentence(proofs: Sequence[Proof]) -> str:
    """What came of trying all addresses, in a sentence."""
    took = [one.reach.address for one in proofs if one.answered]
    refused = [one.reach.address for one in proofs if one.answered is False]
    silent = [one.reach.address for one in proofs if one.answered is None]
    parts = [f"{_and(took)} answered" if took else "no address answered"]
    parts += [f"{_and(refused)} refused"] if refused else []
    parts += [f"{_and(silent)} gave no answer"] if silent else []
    surprising = any(one.agrees is False for one in proofs)
    return f"Tried by connecting: {', '.join(parts)}{', not as its binding says' if surprising else ''}."


def _near_and_far(reached: Sequence[AddressReach]) -> tuple[list[str], list[str]]:
    """The addresses that lead to it: for programs here, and for other machines with their interfaces."""
    near, far = [], []
    for one in reached:
        if one.reached and scope_of(one.address) is Scope.LOOPBACK:
            near.append(one.address)
        elif one.reached:
            far.append(f"{one.address} ({one.interface})")
    return near, far


def _firewall_sentence(said: FirewallWord) -> str:
    if said.word is None:
        return f"The firewall's rules {said.basis}."
    if said.word in _DOES:
        return f"The firewall {_DOES[said.word]} ({said.basis})."
    return f"What the firewall does {'is ' if said.word is Word.UNKNOWN else ''}{said.word}: {said.basis}."


def _missing(state: State, origin: str) -> list[Fact]:
    """Families without an address, by which nobody gets anywhere."""
    if not state.addresses:
        return [Fact("reach", f"{UNKNOWN}this machine's addresses could not be read", origin)]
    far = {":" in address for address in state.addresses if scope_of(address) is not Scope.LOOPBACK}
    facts = [] if "::1" in state.addresses else [Fact("reach ::1", "no: no ::1 here", origin)]
    for is_six, name in ((False, "IPv4"), (True, "IPv6")):
        if is_six not in far:
            facts.append(Fact(f"reach over {name}", f"no: no {name} address here", origin))
    return facts


def _firewall_facts(
    listening: Listening, reached: Sequence[AddressReach], firewall: Firewall | None
) -> list[Fact]:
    if firewall is None:
        return [Fact("firewall", f"{UNKNOWN}not asked yet", NFT)]
    said = firewall.word_on(listening.listener.socket, reached)
    if said.word is None:
        # What cannot be read is unknown; that no address leads there is known.
        return [
            Fact("firewall", (UNKNOWN if said.basis.startswith(CANNOT_BE_READ) else "") + said.basis, NFT)
        ]
    return [
        Fact(f"firewall {one.address} ({one.interface})", f"{one.verdict.word}: {one.verdict.basis}", NFT)
        for one in said.addresses
    ]


def _proved(proof: Proof) -> str:
    if proof.attempt is None:
        return "not tried: too many addresses"
    said: str = proof.attempt.outcome
    if proof.attempt.outcome is Outcome.CARRIES:
        said = f"connected in {format_rtt(proof.attempt.connect_us)}"
    elif proof.attempt.outcome is Outcome.FAILED:
        said = f"failed: {proof.attempt.detail}"
    judged = {True: ", as its binding says", False: f", although {_although(proof)}", None: ""}
    return said + judged[proof.agrees]


def _although(proof: Proof) -> str:
    if proof.answered:
        return "its binding says no: another socket may have answered"
    return "its binding says yes: a firewall, or another socket that is bound more closely"


def _and(words: Sequence[str]) -> str:
    return " and ".join(words) if len(words) < 3 else f"{', '.join(words[:-1])} and {words[-1]}"
