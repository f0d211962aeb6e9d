"""The model of glibc's destination order against getaddrinfo, in worlds made up in namespaces."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from netmon.collectors.host_addresses import read_host_addresses
from netmon.loopback.order.candidate import Candidate
from netmon.loopback.order.gai_conf import read_gai_conf
from netmon.loopback.order.methods import glibc_method
from netmon.loopback.order.rules import sort_destinations
from netmon.loopback.order.sources import describe, find_sources, glibc_facts
from tests.loopback.order.worlds import World, ask_getaddrinfo, inside, made_up

WORLDS, NAMES = 40, 12


def _observed_and_modelled(world: World) -> list[tuple[str, list[str], list[str], list[Candidate]]]:
    """For each name what getaddrinfo says, what the model says, and of what."""
    observed = ask_getaddrinfo(tuple(world.names))
    facts, method = glibc_facts(read_host_addresses()), glibc_method(read_gai_conf().policy)
    compared = []
    for name, addresses in world.names.items():
        candidates = describe(addresses, find_sources(addresses), facts)
        modelled = [_spelt(ranked.candidate.address) for ranked in sort_destinations(candidates, method)]
        compared.append((name, list(map(_spelt, observed[name])), modelled, candidates))
    return compared


def _spelt(address: str) -> str:
    """`::c000:205` and `::192.0.2.5` are the same."""
    return str(ip_address(address))


@pytest.mark.root
@pytest.mark.parametrize("seed", range(WORLDS))
def test_the_model_is_glibc(seed: int) -> None:
    world = made_up(seed, NAMES)
    compared = inside(world, lambda: _observed_and_modelled(world))
    assert len(compared) == NAMES
    for name, observed, modelled, candidates in compared:
        listed = "\n".join(map(str, candidates))
        assert modelled == observed, f"seed {seed}, {name}\n{world}\n{listed}"
