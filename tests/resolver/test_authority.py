"""A zone's own servers are found and asked: nsd as the authorities, unbound as the cache in front of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import dns.name
import pytest

from netmon.resolver.authority import find_authority, has_way_to
from netmon.resolver.circle import NobodyError
from netmon.resolver.enquiry import Enquiry, enquire
from netmon.resolver.lifetimes.ttl import lifetimes
from netmon.resolver.server import Server, parse_server
from netmon.resolver.transport.exchange import Deadline
from tests.resolver.cached_tree import CACHE, CachedTree, cached_tree
from tests.resolver.server import serve
from tests.resolver.trace.tree import alone_on_a_host


@pytest.fixture(scope="module")
def cached(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CachedTree]:
    with cached_tree(tmp_path_factory.mktemp("cached")) as running:
        yield running


@pytest.mark.root
def test_by_the_resolver_each_server_is_asked_without_recursion(cached: CachedTree) -> None:
    outcome = cached.enquire("www.ex.test", "A", "AAAA")
    assert outcome.authority is not None
    assert (outcome.authority.zone, outcome.authority.basis) == ("ex.test.", "by the resolvers")
    own, cache = outcome.replies
    assert str(own.server) == "ns.ex.test (127.1.0.3)"
    assert all("AA" in said.answer.flags and "RD" not in said.answer.flags for said in own.said)
    assert str(cache.server) == CACHE
    assert [each.verdict.value in ("same", "round-robin") for each in outcome.compared] == [True] * 4
    assert outcome.waiting == ()


@pytest.mark.root
def test_the_configured_ttl_beside_what_the_cache_has_left(cached: CachedTree) -> None:
    found = lifetimes(cached.enquire("www.ex.test"))
    assert [(each.type, each.configured, each.held[0].differs) for each in found] == [("A", 300, False)]
    assert 0 < (found[0].held[0].left or 0) <= 300
    (absent,) = lifetimes(cached.enquire("www.ex.test", "MX"))
    assert (absent.data, absent.configured) == ((), 60)


@pytest.mark.root
def test_from_the_root_where_hints_are_given(cached: CachedTree) -> None:
    outcome = cached.enquire_by_hints("www.ex.test")
    assert outcome.authority is not None
    assert outcome.authority.zone == "ex.test."
    assert outcome.authority.basis.startswith("by the delegations from ")
    (own,) = outcome.replies
    assert own.server == Server("udp", "127.1.0.3", 53, name="ns.ex.test.")
    assert outcome.found


@pytest.mark.root
def test_servers_without_glue_are_found_too(cached: CachedTree) -> None:
    outcome = cached.enquire_by_hints("www.out.test")
    assert [str(each.server) for each in outcome.replies] == ["ns.out.net (127.1.0.4)"]


@pytest.mark.root
def test_a_zone_that_cannot_be_found_beside_a_resolver_is_a_note(cached: CachedTree) -> None:
    outcome = cached.enquire("www.dead.test", seconds=2)
    assert [str(each.server) for each in outcome.replies] == [CACHE]
    assert outcome.notes[-1].startswith("the zone's own servers could not be asked: ")


@pytest.mark.root
def test_alone_it_is_nobody_to_ask() -> None:
    with alone_on_a_host() as host, host.entered(), pytest.raises(NobodyError, match="No root server"):
        enquire(Enquiry("www.ex.test", ("A",), (Server("authoritative"),), timeout_s=3))


def test_a_resolver_that_leaves_out_the_soa_is_asked_further_up() -> None:
    with serve({"wide.test.": "host A 192.0.2.1\nwww CNAME host\n"}) as running:
        resolver = parse_server(str(running.endpoint))
        for name in ("host.wide.test.", "www.wide.test.", "a.b.wide.test."):
            found = find_authority(dns.name.from_text(name), (resolver,), Deadline.after(3))
            assert found.zone == "wide.test."
            assert found.servers == (Server("udp", "127.0.0.1", 53, name="ns.wide.test."),)


def test_a_way_leads_to_loopback_and_none_to_a_foreign_scope() -> None:
    assert has_way_to("127.0.0.1")
    assert not has_way_to("fe80::1%nosuch")


def test_hints_say_where_to_begin(tmp_path: Path) -> None:
    hints = tmp_path / "hints"
    hints.write_text(". NS a.root.\na.root. A 127.255.255.1\n")
    from netmon.resolver.trace.hints import load_hints

    found = find_authority(dns.name.from_text("a.test."), (), Deadline.after(1), load_hints(str(hints)))
    assert found.servers == ()
    assert found.error
