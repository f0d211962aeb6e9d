"""The runtimes in the situations in which they part."""

from __future__ import annotations

import pytest

from netmon.loopback.order.candidate import Candidate
from netmon.loopback.order.profiles import PROFILES, KnownBy, rfc
from netmon.loopback.order.situation import Situation
from tests.loopback.order.staged import situation

LOCALHOST = Candidate("127.0.0.1", "127.0.0.1", 8), Candidate("::1", "::1", 128)
GLOBAL = Candidate("192.0.2.1", "10.0.0.2", 24), Candidate("2001:db8::1", "2001:db8::2", 64)
ULA = Candidate("192.0.2.1", "10.0.0.2", 24), Candidate("fd00::1", "fd00::2", 64)
ULA_ONLY = GLOBAL[0], Candidate("2001:db8::1", "fd00::2", 64)
FLIPPED = "precedence ::ffff:0:0/96 100"


def first_choices(case: Situation) -> dict[str, str]:
    return {profile.name: "v4" if ":" not in profile.order(case)[0] else "v6" for profile in PROFILES}


@pytest.mark.parametrize(
    ("case", "v4_first"),
    [
        (situation(*LOCALHOST), {"Java"}),
        (situation(*GLOBAL), {"Java"}),
        (situation(*LOCALHOST, gai_conf=FLIPPED), {"glibc", "Node.js", "Java"}),
        (situation(*GLOBAL, gai_conf=FLIPPED), {"glibc", "Node.js", "Java"}),
        (situation(*ULA), {"musl", "Go", "Windows", "Java"}),
        (situation(*ULA_ONLY), {"glibc", "musl", "Go", "Windows", "Node.js", "Java"}),
    ],
)
def test_who_tries_ipv4_first(case: Situation, v4_first: set[str]) -> None:
    assert {name for name, family in first_choices(case).items() if family == "v4"} == v4_first


def test_musl_does_not_sort_ipv4_alone() -> None:
    far, near = Candidate("192.0.2.1", None), Candidate("10.0.0.1", "10.0.0.2", 24)
    orders = {profile.name: profile.order(situation(far, near)) for profile in PROFILES}
    assert orders["musl"] == ("192.0.2.1", "10.0.0.1")
    assert orders["glibc"] == orders["Go"] == ("10.0.0.1", "192.0.2.1")


def test_java_keeps_the_order_within_a_family() -> None:
    near = Candidate("fd00::2", "fd00::2", 64)
    java = next(profile for profile in PROFILES if profile.name == "Java")
    assert java.order(situation(*GLOBAL, near)) == ("192.0.2.1", "fd00::2", "2001:db8::1")


def test_each_says_what_it_rests_on() -> None:
    assert [profile.name for profile in PROFILES if profile.known_by is KnownBy.PROVED] == ["glibc"]
    assert [profile.name for profile in PROFILES if profile.known_by is KnownBy.DOCUMENTATION] == ["Windows"]
    assert all("not observed" in profile.known_by for profile in PROFILES if profile.name != "glibc")
    assert all(profile.order.__doc__ and profile.rule for profile in PROFILES)


def test_the_rfc() -> None:
    assert rfc(situation(*ULA)) == ("192.0.2.1", "fd00::1")
