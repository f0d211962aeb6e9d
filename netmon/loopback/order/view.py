"""In which order one name's addresses are tried, by whom and why: the one shape behind tab and JSON."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from typing import NamedTuple

from netmon.loopback.order.candidate import Candidate
from netmon.loopback.order.methods import RFC_METHOD, glibc_method
from netmon.loopback.order.profiles import PROFILES, Order, glibc, rfc
from netmon.loopback.order.rules import Method, compare, is_sorted, sort_destinations
from netmon.loopback.order.situation import Machine, Situation
from netmon.loopback.order.wording import explain, explain_first


class Choice(NamedTuple):
    """What a runtime would do."""

    runtime: str
    order: Order
    known_by: str
    rule: str
    """How the runtime orders, in a few words."""

    @property
    def first(self) -> str:
        """The address that it tries first; empty if there is none."""
        return self.order[0] if self.order else ""


class OrderView(NamedTuple):
    """The orders of one name's addresses."""

    name: str
    """A name, or what a made-up pair stands for."""
    observed: Order | None
    """getaddrinfo's order; None if it was not asked, as no name has these addresses."""
    glibc: Order
    """That of the model of glibc, with gai.conf."""
    rfc: Order
    choices: tuple[Choice, ...]
    """The runtimes, as they would choose on this machine."""
    decided: str
    """The rule by which glibc puts the first address before the second."""
    parts: str
    """Where glibc and RFC 6724 part and why; empty where they agree."""
    agrees: bool | None
    """Whether getaddrinfo does what the model says; None if it was not asked."""

    @property
    def first(self) -> str:
        """The address that a program here tries first; empty if there is none."""
        return (self.observed or self.glibc or ("",))[0]


def order_view(name: str, addresses: Sequence[str], machine: Machine, *, observed: bool) -> OrderView:
    """The orders of a name's addresses.

    Args:
        name: For display.
        addresses: In the order of getaddrinfo, or of the name.
        machine: Where they are to be ordered.
        observed: Whether their order is that of getaddrinfo.
    """
    spelt = tuple(map(spell, addresses))
    situation = machine.situation(spelt)
    method = glibc_method(machine.gai_conf.policy)
    return OrderView(
        name,
        spelt if observed else None,
        glibc(situation),
        rfc(situation),
        tuple(Choice(one.name, one.order(situation), one.known_by.value, one.rule) for one in PROFILES),
        explain_first(sort_destinations(situation.glibc, method), method),
        _parting(situation, method),
        is_sorted(situation.glibc, method) if observed else None,
    )


def spell(address: str) -> str:
    """An address in its one spelling: the C library and Python write `::192.0.2.5` differently."""
    return str(ipaddress.ip_address(address))


def _parting(situation: Situation, method: Method) -> str:
    """The first place where glibc's order and that of the RFC differ, and the rules that decide there."""
    ours, theirs = glibc(situation), rfc(situation)
    for one, other in zip(ours, theirs, strict=True):
        if one != other:
            here = _why(one, other, situation.glibc, method)
            there = _why(other, one, situation.true, RFC_METHOD)
            return f"glibc puts {one} before {other} ({here}); RFC 6724 puts {other} first ({there})"
    return ""


def _why(first: str, second: str, candidates: Sequence[Candidate], method: Method) -> str:
    found = {candidate.address: candidate for candidate in candidates}
    return explain(found[first], found[second], compare(found[first], found[second], method)[1], method)
