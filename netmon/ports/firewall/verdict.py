"""The word of a firewall on new connections to a port, and the rule that it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

from netmon.ports.firewall.ends import End, Fate
from netmon.ports.firewall.packet import Packet
from netmon.ports.firewall.passage import Walk
from netmon.ports.firewall.ruleset import Chain, Ruleset, RulesetError

_HOOKS = ("ingress", "prerouting", "input")
"""The hooks that a packet to this machine passes, in order (nft(8), address families).

Packets of this machine to itself pass `output` before, which is not asked: the word is on inbound packets."""
_NAMED = 3
"""Ends that one basis names."""


class Word(StrEnum):
    """What the firewall does with a packet."""

    ACCEPTED = "accepted"
    DROPPED = "dropped"
    """Without an answer: who connects waits until it gives up."""
    REJECTED = "rejected"
    """With an answer: who connects is refused at once."""
    DEPENDS = "depends"
    """On the source, the moment or a program; the basis says on which."""
    UNKNOWN = "unknown"
    """A rule that decides is not understood; the basis names it."""


class Verdict(NamedTuple):
    """The word of the firewall."""

    word: Word
    basis: str
    """The rules and policies that decide."""


def judge(ruleset: Ruleset, packet: Packet) -> Verdict:
    """What a ruleset does with a packet that comes in.

    Every end that the packet may come to is looked at: where all are alike, that is the word, whatever the
    conditions on the way; where they differ, it depends, or is unknown if a condition is not understood.
    """
    try:
        return _judged(ruleset, packet)
    except RulesetError as error:
        return Verdict(Word.UNKNOWN, f"the rules cannot be followed: {error}")
    except RecursionError:
        return Verdict(Word.UNKNOWN, "the rules cannot be followed: one is nested too deeply")


def _judged(ruleset: Ruleset, packet: Packet) -> Verdict:
    walk = Walk(ruleset, packet)
    stopped: list[End] = []
    last: tuple[End, ...] = (End(Fate.ACCEPTED, lambda: "no input chain"),)
    for chain in _asked(ruleset, packet):
        ends = _ends(walk, chain, packet)
        if chain.hook == "input":
            # Accepted by one chain, a packet comes to the next: only the last one accepts for good.
            stopped += [end for end in last if end.fate is not Fate.ACCEPTED]
            last = ends
        else:
            stopped += [end for end in ends if end.fate is not Fate.ACCEPTED]
        if not any(end.fate is Fate.ACCEPTED for end in ends):
            return _together([*stopped, *(ends if chain.hook == "input" else ())])
    return _together([*stopped, *last])


def _asked(ruleset: Ruleset, packet: Packet) -> Iterator[Chain]:
    """The base chains that see the packet, in order."""
    families = ("netdev", "bridge", "inet", "ip6" if packet.family == 6 else "ip")
    for hook in _HOOKS:
        for chain in ruleset.base_chains(hook):
            elsewhere = chain.devices and packet.interface not in chain.devices
            # Packets of this machine to itself cross no bridge.
            bridged = chain.family == "bridge" and packet.is_local
            if chain.family in families and not elsewhere and not bridged:
                yield chain


def _ends(walk: Walk, chain: Chain, packet: Packet) -> tuple[End, ...]:
    ends = walk.base_chain(chain)
    if (doubt := _doubt(chain, packet)) is None:
        return ends
    if all(end.fate is Fate.ACCEPTED for end in ends):
        return ends
    marked = [end._replace(strange=end.strange or doubt) for end in ends]
    return (*marked, End(Fate.ACCEPTED, lambda: doubt, doubt))


def _doubt(chain: Chain, packet: Packet) -> str | None:
    """Why the kernel may not ask this chain about the packet."""
    if chain.doubt is not None:
        return chain.doubt
    if chain.family == "bridge":
        return f"{chain.title} is asked only if {packet.interface} is a bridge"
    if chain.hook == "ingress" and not chain.devices:
        return f"nft does not say to which device {chain.title} belongs"
    return None


def _together(ends: Sequence[End]) -> Verdict:
    """One word for all the ends that there are."""
    fates = {end.fate for end in ends}
    if len(fates) == 1 and (fate := ends[0].fate) not in (Fate.ELSEWHERE, Fate.STRANGE):
        return Verdict(Word(fate.value), "; ".join(map(_words, _shown(ends))))
    if strange := list(dict.fromkeys(end.strange for end in ends if end.strange is not None)):
        known = [end for end in ends if end.fate is not Fate.STRANGE]
        either = f" ({'; else '.join(map(_clause, _shown(known)))})" if known else ""
        return Verdict(Word.UNKNOWN, f"cannot be told: {'; '.join(strange[:_NAMED])}{either}")
    return Verdict(Word.DEPENDS, "; else ".join(map(_clause, _shown(ends))))


def _shown(ends: Sequence[End]) -> list[End | str]:
    """The ends that a basis names; the last one is what becomes of all the rest, so it is among them."""
    distinct = list(dict.fromkeys(ends))
    more = len(distinct) - _NAMED
    if more <= 0:
        return list(distinct)
    return [*distinct[: _NAMED - 1], f"{more} more rules", distinct[-1]]


def _words(end: End | str) -> str:
    return end if isinstance(end, str) else end.words()


def _clause(end: End | str) -> str:
    if isinstance(end, str):
        return end
    return end.words() if end.fate is Fate.ELSEWHERE else f"{end.fate.value} by {end.words()}"
