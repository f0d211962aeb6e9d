"""A DNS change does not show yet: nsd has the new zone, and unbound in front of it still the old answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from netmon.resolver.aliases.chain import End, chain_of
from netmon.resolver.enquiry import Enquiry, Outcome, enquire
from netmon.resolver.judgement import findings
from netmon.resolver.lifetimes.ttl import lifetimes
from netmon.resolver.server import Server, parse_server
from tests.program import netmon
from tests.resolver.cached_tree import CACHE, cache
from tests.resolver.rules.nsd import free_port, nsd
from tests.resolver.trace.tree import ZONES, alone_on_a_host, served
from tests.sockets import wait_for

ZONE = f"@ NS ns.ex.test.\nns A {ZONES}\nwww A 192.0.2.%d\n"
STUB = f'stub-zone:\n  name: "ex.test."\n  stub-addr: {ZONES}\n'


def asked(*servers: str) -> Outcome:
    """What they say of the name."""
    return enquire(Enquiry("www.ex.test", ("A", "MX"), tuple(map(parse_server, servers)), timeout_s=5))


def has(data: str, server: str) -> bool:
    """Whether a server says so."""
    return any(r.data == data for each in asked(server).replies for r in each.records())


@pytest.mark.root
def test_the_cache_has_the_old_answer_and_until_when(tmp_path: Path) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    before.mkdir()
    after.mkdir()
    with alone_on_a_host() as host, host.entered(), cache(tmp_path, rest=STUB):
        with served(before, ZONES, {"ex.test.": ZONE % 1}):
            wait_for(lambda: has("192.0.2.1", CACHE))
        with served(after, ZONES, {"ex.test.": ZONE % 2}):
            wait_for(lambda: has("192.0.2.2", ZONES))
            outcome = asked("authoritative", CACHE)
            text = netmon("dns", "www.ex.test", "A", "--server", "authoritative", "--server", CACHE)
            body = netmon("dns", "www.ex.test", "--server", "authoritative", "--server", CACHE, "--json").body
    assert (text.code, text.err) == (0, "")
    assert f"ns.ex.test ({ZONES})" in text.out
    assert "TTL 300" in text.out
    assert max(map(len, text.out.splitlines())) <= 80
    assert body["authority"]["zone"] == "ex.test."
    row = next(each for each in body["lifetimes"] if each["type"] == "A")
    assert (row["configured_ttl"], row["data"], row["held"][0]["differs"]) == (300, ["192.0.2.2"], True)
    assert row["worst_until"] > body["taken_at"]
    address = next(each for each in lifetimes(outcome) if each.type == "A")
    assert (address.data, address.configured) == (("192.0.2.2",), 300)
    (held,) = address.held
    assert (held.data, held.differs) == (("192.0.2.1",), True)
    verdicts = {str(each.server): each.verdict.value for each in outcome.compared if each.type == "A"}
    assert verdicts == {f"ns.ex.test ({ZONES})": "same", CACHE: "different"}
    told = next(each for each in findings(outcome) if each.check == "dns-ttl-left")
    assert "192.0.2.2" in told.evidence
    assert "192.0.2.1" in told.evidence


def test_a_dname_of_a_real_server_is_a_link_of_its_own(tmp_path: Path) -> None:
    port = free_port()
    zone = (
        "$TTL 300\n@ SOA ns host 1 2 3 4 5\n@ NS ns\nns A 192.0.2.53\nold 70 DNAME new\nwww.new A 192.0.2.1\n"
    )
    with nsd(tmp_path, "127.0.0.1", port, {"ex.test.": zone}):
        server = Server("udp", "127.0.0.1", port)
        outcome = enquire(Enquiry("www.old.ex.test", ("A", "MX"), (server,), timeout_s=3))
    found = chain_of(outcome)
    assert [(each.type, each.data, each.left) for each in found.links] == [("DNAME", "www.new.ex.test.", 70)]
    assert (found.end, found.effective) == (End.ANSWER, 70)
