"""The whole zone where a server gives it, and how much is seen where none does."""

from __future__ import annotations

from pathlib import Path

import pytest

from netmon.model.finding import FindingState
from netmon.resolver.rules.judging import judge
from netmon.resolver.rules.live_transfer import only
from netmon.resolver.rules.live_zone import gather, name_servers
from netmon.resolver.rules.view import Existence, ZoneView
from netmon.resolver.server import Server
from netmon.resolver.transfer.result import Attempt
from tests.kernel.hosts import apart
from tests.resolver.rules.nsd import free_port, nsd, program
from tests.resolver.server import serve

ZONE = """$TTL 300
@ SOA ns hostmaster 7 7200 900 1209600 300
@ NS ns
@ NS ns2
ns A 127.0.0.1
ns2 A 127.0.0.2
www A 192.0.2.1
far.away CNAME 192.0.2.9
lost CNAME nowhere
gone CNAME x.example.net.
fine CNAME host.example.net.
sub NS ns.sub
ns.sub A 192.0.2.5
child CNAME x.sub
"""
RESOLVED = "ns2 A 127.0.0.2\n@ NS ns2\nx.sub A 192.0.2.7\n"


def said(view: ZoneView) -> set[tuple[str, FindingState]]:
    return {(f.check, f.state) for f in judge(view) if f.state is not FindingState.OK}


@pytest.fixture
def nsd_is_here() -> None:
    """Skips a test before it goes to a host of its own, from where it could not."""
    program()


@pytest.mark.usefixtures("nsd_is_here")
@apart
def test_a_name_shows_what_is_wrong_anywhere_in_its_zone(tmp_path: Path) -> None:
    port = free_port()
    served = {"example.test": ZONE}
    with (
        nsd(tmp_path, "127.0.0.1", port, served),
        nsd(tmp_path, "127.0.0.2", port, served, gives=True),
        serve({"example.test.": RESOLVED, "example.net.": "host A 192.0.2.1\n"}) as resolver,
    ):
        view = gather("www.example.test", [resolver.endpoint], port)
        assert name_servers("example.test.", [resolver.endpoint]) == {
            "ns.example.test.": ("127.0.0.1",),
            "ns2.example.test.": ("127.0.0.2",),
        }
    assert view.seen == "whole zone, 13 records, by transfer from ns2.example.test. (127.0.0.2)"
    assert view.complete
    assert len(view.servers) == 2
    assert said(view) == {("target-is-address", FindingState.FAIL), ("dangling", FindingState.FAIL)}
    gone = [finding for finding in judge(view) if finding.check == "dangling"]
    assert sorted(finding.evidence.split()[2] for finding in gone) == [
        "gone.example.test.",
        "lost.example.test.",
    ]
    assert view.standing("x.sub.example.test.").existence is Existence.EXISTS, "asked of the resolver"


@pytest.mark.usefixtures("nsd_is_here")
@apart
def test_where_no_server_gives_it_that_is_said(tmp_path: Path) -> None:
    port = free_port()
    with (
        nsd(tmp_path, "127.0.0.1", port, {"example.test": ZONE}),
        serve({"example.test.": RESOLVED.replace("@ NS ns2\n", "")}) as resolver,
    ):
        view = gather("www.example.test", [resolver.endpoint], port)
        apex = gather("example.test", [resolver.endpoint], port)
    assert view.seen == "only the apex and www.example.test.: no server allows a transfer"
    assert apex.seen == "only the apex: no server allows a transfer"
    assert not view.complete


def test_why_there_is_no_more() -> None:
    server = Server("tcp", "192.0.2.1", 53)
    refused = Attempt("a", server, "192.0.2.1", 1.0, error="refuses", rcode="REFUSED", is_refusal=True)
    broken = Attempt("b", server, "192.0.2.1", 1.0, error="was silent for 3 s")
    assert only("the apex", []) == "only the apex: no server of the zone could be asked for a transfer"
    assert only("the apex", [refused]) == "only the apex: no server allows a transfer"
    assert only("the apex", [refused, broken]) == (
        "only the apex: no transfer: b (192.0.2.1) was silent for 3 s"
    )
