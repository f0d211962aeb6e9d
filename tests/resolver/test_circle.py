"""Whom to ask: each server once, in the order they were named, and a reason where there is nobody."""

from __future__ import annotations

import pytest

from netmon.resolver.authority import Authority
from netmon.resolver.circle import MOST_SERVERS, Circle, NobodyError, servers_for
from netmon.resolver.server import Server
from netmon.resolver.system.servers import System

ONE, TWO, OWN = (Server("udp", f"192.0.2.{last}", 53) for last in (1, 2, 3))
SYSTEM, AUTHORITATIVE = Server("system"), Server("authoritative")
MACHINE = System((ONE, TWO))


def test_what_stands_in_gives_way_to_servers_in_its_place_and_each_is_asked_once() -> None:
    authority = Authority("ex.test.", (OWN,))
    assert servers_for([TWO, SYSTEM, AUTHORITATIVE], MACHINE, authority) == (TWO, ONE, OWN)


def test_nobody_has_a_reason() -> None:
    with pytest.raises(NobodyError, match="no nameservers: none are set"):
        servers_for([SYSTEM], System(error="no nameservers: none are set"))
    with pytest.raises(NobodyError, match="no nameservers"):
        servers_for([], System())
    with pytest.raises(NobodyError, match="nobody knows the zone"):
        servers_for([AUTHORITATIVE], System(), Authority("", (), error="nobody knows the zone"))


def test_too_many_are_not_asked() -> None:
    many = [Server("udp", f"192.0.2.{last}", 53) for last in range(MOST_SERVERS + 1)]
    with pytest.raises(NobodyError, match="too many"):
        Circle(many, System())
    assert len(Circle(many[1:], System()).resolvers) == MOST_SERVERS
