"""A zone as one named server shows it, over each transport that it has."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from netmon.model.finding import FindingState
from netmon.resolver.rules.judging import judge
from netmon.resolver.rules.live_zone import GatherError
from netmon.resolver.rules.named_server import gather_from
from netmon.resolver.rules.view import ZoneView
from netmon.resolver.server import Server as Named
from netmon.resolver.server import parse_server
from tests.resolver.rules.nsd import free_port, nsd
from tests.resolver.server import serve

ZONE = """$TTL 300
@ SOA ns hostmaster 7 7200 900 1209600 300
@ NS ns
ns A 192.0.2.1
www CNAME 192.0.2.9
in CNAME away
away CNAME gone.example.net.
"""


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Where `given.test` is given to anybody, and `kept.test` to nobody."""
    directory: Path = tmp_path_factory.mktemp("nsd")
    port = free_port()
    with (
        nsd(directory, "127.0.0.1", port, {"given.test": ZONE}, gives=True),
        nsd(directory, "127.0.0.2", port, {"kept.test": ZONE}),
    ):
        yield port


def said(view: ZoneView) -> set[tuple[str, FindingState]]:
    return {(f.check, f.state) for f in judge(view) if f.state is not FindingState.OK}


@pytest.mark.parametrize("scheme", ["", "tcp://"])
def test_all_of_a_zone_that_it_gives(port: int, scheme: str) -> None:
    server = parse_server(f"{scheme}127.0.0.1:{port}")
    with serve({"example.net.": ""}) as resolver:
        view = gather_from(server, "ns.given.test", resolvers=[resolver.endpoint])
    assert view.seen == f"whole zone, 6 records, by transfer from {server}"
    assert said(view) == {("target-is-address", FindingState.FAIL), ("dangling", FindingState.FAIL)}


@pytest.mark.parametrize("scheme", ["", "tcp://"])
def test_what_bears_on_a_name_of_one_that_it_keeps(port: int, scheme: str) -> None:
    """The names of the zone are asked of the server, which no resolver might know."""
    server = parse_server(f"{scheme}127.0.0.2:{port}")
    with serve({"example.net.": ""}) as resolver:
        views = [
            gather_from(server, f"{name}.kept.test", resolvers=[resolver.endpoint])
            for name in ("ns", "www", "in")
        ]
    assert views[0].seen == "only the apex and ns.kept.test.: no server allows a transfer"
    assert [said(view) for view in views] == [
        set(),
        {("target-is-address", FindingState.FAIL)},
        {("dangling", FindingState.FAIL)},
    ]
    assert views[0].servers[0].serial == 7


def test_nobody_is_asked_about_other_zones_where_there_is_nobody(port: int) -> None:
    view = gather_from(parse_server(f"127.0.0.1:{port}"), "given.test", resolvers=[])
    assert ("dangling", FindingState.UNKNOWN) in said(view)


@pytest.mark.parametrize(
    ("name", "why"),
    [("other.example", "serves no zone that other.example. is in: it answers REFUSED"),
     ("a..b", "bad name"), ("192.0.2.1", "is an address")],
)  # fmt: skip
def test_what_is_no_zone_of_it(port: int, name: str, why: str) -> None:
    with pytest.raises(GatherError, match=why):
        gather_from(parse_server(f"127.0.0.1:{port}"), name, resolvers=[])


def test_a_server_that_is_none(port: int) -> None:
    with pytest.raises(GatherError, match=r"no answer: tcp://127.0.0.3.*refused: nothing serves that port"):
        gather_from(Named("tcp", "127.0.0.3", port), "given.test", resolvers=[], timeout_s=2)


def test_a_resolver_has_no_zone() -> None:
    with serve({"example.test.": ""}) as resolver, pytest.raises(GatherError, match="without authority"):
        gather_from(Named("udp", *resolver.endpoint[:2]), "example.test", resolvers=[])
