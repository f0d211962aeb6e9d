"""Sources from the kernel, and what is known of them, by truth and by glibc."""

from __future__ import annotations

import pytest

from netmon.loopback.order.candidate import Candidate
from netmon.loopback.order.sources import Facts, describe, find_sources, glibc_facts, true_facts
from tests.loopback.order.staged import host, own
from tests.loopback.order.worlds import World, inside
from tests.sockets import CLONE_NEWNET, in_child

LO = own("127.0.0.1", 1, 8), own("::1", 1, 128)


def test_loopback_leaves_from_itself() -> None:
    assert find_sources(["127.0.0.1", "127.0.0.1"]) == {"127.0.0.1": "127.0.0.1"}


@pytest.mark.root
def test_without_interfaces_nothing_can_be_reached() -> None:
    wanted = ["127.0.0.1", "::1", "192.0.2.1", "fe80::1", "fe80::1%lo"]
    assert in_child(lambda: find_sources(wanted), namespaces=CLONE_NEWNET) == dict.fromkeys(wanted)


@pytest.mark.root
def test_a_stale_default_route_makes_loopback_the_source() -> None:
    setup = ("route add ::/0 dev lo", "address flush dev v0", "address flush dev w0")
    sources = inside(World(setup), lambda: find_sources(["2001:db8::1", "192.0.2.1"]))
    assert sources == {"2001:db8::1": "::1", "192.0.2.1": None}


@pytest.mark.root
def test_a_zone_says_which_interface() -> None:
    world = World(("address add fe80::7/64 dev v0 nodad", "address del ::1/128 dev lo"))
    sources = inside(world, lambda: find_sources(["fe80::99%v0", "fe80::99"]))
    assert sources["fe80::99"] is None
    assert str(sources["fe80::99%v0"]).startswith("fe80::")


def test_true_facts() -> None:
    facts = true_facts(
        host(*LO, own("2002::1", 7, flags=0x20), own("10.0.0.1", 2, 24, peer="10.0.0.9"), tunnels=(7,))
    )
    assert facts["2002::1"] == Facts(64, deprecated=True, native=False, interface=7)
    assert facts["10.0.0.1"] == Facts(24, interface=2)


def test_glibc_knows_nothing_on_a_machine_without_ipv6() -> None:
    assert glibc_facts(host(*LO, own("10.0.0.1", 2, 24))) == {}


def test_glibc_takes_the_peer_for_ours() -> None:
    facts = glibc_facts(host(*LO, own("fd00::1"), own("10.0.0.1", 2, 24, peer="10.0.0.9")))
    assert "10.0.0.1" not in facts
    assert facts["10.0.0.9"].prefix_length == 24


@pytest.mark.parametrize(
    ("before", "found"), [((), 5), ((own("::2"),), 4), ((own("::2"), own("::3"), own("::4")), 5)]
)
def test_of_an_address_on_two_interfaces_glibc_finds_one(before: tuple[object, ...], found: int) -> None:
    both = own("fe80::1", 4), own("fe80::1", 5)
    assert glibc_facts(host(*before, *both))["fe80::1"].interface == found  # type: ignore[arg-type]


def test_candidates() -> None:
    facts = {"127.0.0.1": Facts(8, interface=1), "fd00::2": Facts(64, True, True, True, 2)}
    sources = {"127.0.0.9": "127.0.0.5", "fd00::1": "fd00::2", "8.8.8.8": None, "9.9.9.9": "1.1.1.1"}
    assert describe(list(sources), sources, facts) == [
        Candidate("127.0.0.9", "127.0.0.5", 8, interface=1),
        Candidate("fd00::1", "fd00::2", 64, True, True, True, 2),
        Candidate("8.8.8.8", None, native=False),
        Candidate("9.9.9.9", "1.1.1.1", native=False),
    ]
