"""Fields of a packet by nft's names."""

from __future__ import annotations

from typing import Any

import pytest

from netmon.ports.firewall.fields import Unfixed, field_of
from netmon.ports.firewall.packet import Tracking
from tests.ports.firewall.staged import PACKET, PACKET6, ct, meta, payload


@pytest.mark.parametrize(
    ("left", "four", "six"),
    [
        (payload("tcp", "dport"), 8080, 8080),
        (payload("th", "dport"), 8080, 8080),
        (payload("udp", "dport"), Unfixed.ABSENT, Unfixed.ABSENT),
        (payload("icmp", "type"), Unfixed.ABSENT, Unfixed.ABSENT),
        (payload("tcp", "sport"), Unfixed.VARIES, Unfixed.VARIES),
        (payload("tcp", "flags"), frozenset({"syn"}), frozenset({"syn"})),
        (payload("ip", "saddr"), Unfixed.SOURCE, Unfixed.ABSENT),
        (payload("ip6", "saddr"), Unfixed.ABSENT, Unfixed.SOURCE),
        (payload("ip", "daddr"), "10.0.0.5", Unfixed.ABSENT),
        (payload("ip6", "daddr"), Unfixed.ABSENT, "2001:db8::5"),
        (payload("ip", "protocol"), "tcp", Unfixed.ABSENT),
        (payload("ip6", "nexthdr"), Unfixed.ABSENT, "tcp"),
        (payload("ip", "version"), 4, Unfixed.ABSENT),
        (payload("ip", "nosuch"), Unfixed.STRANGE, Unfixed.ABSENT),
        (payload("ether", "saddr"), Unfixed.VARIES, Unfixed.VARIES),
        (payload("nosuch", "x"), Unfixed.STRANGE, Unfixed.STRANGE),
        (meta("iifname"), "eth0", "eth0"),
        (meta("l4proto"), "tcp", "tcp"),
        (meta("nfproto"), "ipv4", "ipv6"),
        (meta("protocol"), "ip", "ip6"),
        (meta("mark"), Unfixed.VARIES, Unfixed.VARIES),
        (meta("oifname"), Unfixed.STRANGE, Unfixed.STRANGE),
        (ct("state"), frozenset({"new"}), frozenset({"new"})),
        (ct("direction"), "original", "original"),
        (ct("status"), frozenset(), frozenset()),
        (ct("mark"), Unfixed.VARIES, Unfixed.VARIES),
        (ct("nosuch"), Unfixed.STRANGE, Unfixed.STRANGE),
        ({"fib": {"result": "type", "flags": ["daddr"]}}, "local", "local"),
        ({"fib": {"result": "type", "flags": ["saddr"]}}, "unicast", "unicast"),
        ({"fib": {"result": "oif", "flags": ["saddr", "iif"]}}, True, True),
        ({"fib": {"result": "oif", "flags": 5}}, Unfixed.STRANGE, Unfixed.STRANGE),
        ({"numgen": {"mode": "random", "mod": 100}}, Unfixed.VARIES, Unfixed.VARIES),
        ({"exthdr": {"name": "rt"}}, Unfixed.STRANGE, Unfixed.STRANGE),
        ("tcp dport", Unfixed.STRANGE, Unfixed.STRANGE),
        ({"meta": "iif"}, Unfixed.STRANGE, Unfixed.STRANGE),
    ],
)
def test_fields(left: Any, four: object, six: object) -> None:
    assert field_of(left, PACKET) == four
    assert field_of(left, PACKET6) == six


def test_of_a_packet_of_this_machine() -> None:
    local = PACKET._replace(interface="lo", address=None)
    assert field_of(meta("iiftype"), local) == "loopback"
    assert field_of({"fib": {"result": "type", "flags": ["saddr"]}}, local) == "local"
    assert field_of(payload("ip", "daddr"), local) is Unfixed.VARIES


def test_what_is_not_tracked_has_no_state_to_rely_on() -> None:
    assert field_of(ct("state"), PACKET, tracking=Tracking.UNKNOWN) is Unfixed.STRANGE
    assert field_of(ct("state"), PACKET, tracking=Tracking.BEFORE) == frozenset({"invalid"})
    assert field_of(ct("direction"), PACKET, tracking=Tracking.BEFORE) is Unfixed.ABSENT
