"""The model of glibc's destination order against getaddrinfo, in worlds made up in namespaces."""

from __future__ import annotations

from functools import cache
from ipaddress import ip_address
from itertools import pairwise
from typing import NamedTuple

import pytest

from netmon.collectors.host_addresses import read_host_addresses
from netmon.loopback.order.candidate import Candidate
from netmon.loopback.order.gai_conf import read_gai_conf
from netmon.loopback.order.methods import RFC_METHOD, glibc_method
from netmon.loopback.order.policy import Policy
from netmon.loopback.order.rules import Method, Ranked, Rule, is_sorted, sort_destinations
from netmon.loopback.order.sources import describe, find_sources, glibc_facts
from tests.loopback.order.worlds import World, ask_getaddrinfo, inside, made_up

WORLDS, NAMES = 40, 12

pytestmark = pytest.mark.root


class Combination(NamedTuple):
    """A name in a world: its addresses as the kernel and gai.conf see them, and getaddrinfo's order."""

    seed: int
    name: str
    candidates: tuple[Candidate, ...]
    policy: Policy
    observed: tuple[str, ...]

    def modelled(self, method: Method | None = None) -> list[Ranked]:
        """The order of the model, or of another method."""
        return sort_destinations(self.candidates, method or glibc_method(self.policy))

    def agrees(self, method: Method | None = None) -> bool:
        """Whether the whole order is getaddrinfo's."""
        modelled = [one.candidate.address for one in self.modelled(method)]
        # `::c000:205` and `::192.0.2.5` are the same.
        return [*map(ip_address, modelled)] == [*map(ip_address, self.observed)]

    def __str__(self) -> str:
        """How to see it again, with the shortest part of the order that goes wrong."""
        world = made_up(self.seed, NAMES)
        modelled = "\n".join(f"{one.candidate} rule {one.rule}" for one in self.modelled())
        observed = ", ".join(self.observed)
        where = f"seed {self.seed}, {self.name}\n{world}"
        return f"{where}\nobserved {observed}\nmodelled\n{modelled}\n{self._wrong()}"

    def _wrong(self) -> str:
        places = {ip_address(one.candidate.address): n for n, one in enumerate(self.modelled())}
        pairs = pairwise(self.observed)
        return "wrong: " + "; ".join(
            f"{a} before {b}" for a, b in pairs if places[ip_address(a)] > places[ip_address(b)]
        )


@cache
def combinations(seed: int) -> tuple[Combination, ...]:
    """What getaddrinfo does with the names of a made-up world, and all that it goes by."""
    world = made_up(seed, NAMES)
    return inside(world, lambda: _look(seed, world))


def _look(seed: int, world: World) -> tuple[Combination, ...]:
    observed = ask_getaddrinfo(tuple(world.names))
    facts, policy = glibc_facts(read_host_addresses()), read_gai_conf().policy
    return tuple(
        Combination(
            seed,
            name,
            tuple(describe(addresses, find_sources(addresses), facts)),
            policy,
            tuple(observed[name]),
        )
        for name, addresses in world.names.items()
    )


@pytest.mark.parametrize("seed", range(WORLDS))
def test_the_model_is_glibc(seed: int) -> None:
    assert len(combinations(seed)) == NAMES
    for combination in combinations(seed):
        assert combination.agrees(), str(combination)
        assert is_sorted([one.candidate for one in combination.modelled()], glibc_method(combination.policy))


def test_the_worlds_try_everything() -> None:
    """Every rule decides somewhere, and a model that is less than exact would be found out."""
    every = [combination for seed in range(WORLDS) for combination in combinations(seed)]
    decided = [one.rule for combination in every for one in combination.modelled()]
    assert all(decided.count(rule) >= 10 for rule in Rule)
    assert len({combination[2:4] for combination in every}) >= 300
    for rule in set(Rule) - {Rule.UNCHANGED}:
        lacking = glibc_method()._replace(rules=frozenset(Rule) - {rule})
        worse = [c for c in every if not c.agrees(lacking._replace(policy=c.policy))]
        assert len(worse) >= 5, rule
    assert sum(not combination.agrees(RFC_METHOD) for combination in every) > 50
    assert sum(not combination.agrees(glibc_method()) for combination in every) > 20
