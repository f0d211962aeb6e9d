"""What a trace remembers: cuts, servers and their addresses."""

from __future__ import annotations

import dns.name

from netmon.resolver.trace.atlas import Atlas
from netmon.resolver.trace.hints import parse_hints
from netmon.resolver.trace.referral import Delegation

NAME = dns.name.from_text("www.ex.test.")
EX = dns.name.from_text("ex.test.")
SERVER = dns.name.from_text("ns.ex.test.")


def atlas(zone: str = ".") -> Atlas:
    return Atlas(parse_hints(f"{zone} NS a.\na. A 192.0.2.1", "file"))


def test_the_closest_cut_is_the_deepest_that_is_known() -> None:
    known = atlas()
    first = known.closest(NAME, "A")
    assert first is not None
    assert first.zone == dns.name.root
    cut = known.learn(Delegation(EX, (SERVER,), {SERVER: ("192.0.2.53",)}))
    assert known.closest(NAME, "A") == cut
    assert known.addresses(SERVER) == ("192.0.2.53",)


def test_a_delegation_signer_is_sought_above_its_zone() -> None:
    known = atlas()
    known.learn(Delegation(EX, (SERVER,), {}))
    parent = known.closest(EX, "DS")
    assert parent is not None
    assert parent.zone == dns.name.root
    assert known.closest(dns.name.root, "DS") == parent


def test_above_the_start_nothing_is_known() -> None:
    assert atlas("net.").closest(NAME, "A") is None


def test_a_server_without_addresses_keeps_the_reason() -> None:
    known = atlas()
    assert known.nowhere(SERVER) is None
    known.locate(SERVER, (), "does not exist")
    assert (known.addresses(SERVER), known.nowhere(SERVER)) == ((), "does not exist")
    other = dns.name.from_text("ns.net.")
    known.locate(other, ("192.0.2.2",), "")
    assert (known.addresses(other), known.nowhere(other)) == (("192.0.2.2",), None)
