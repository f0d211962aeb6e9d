"""Delegations as their parents give them, in a tree of real servers, and the zones below judged by them."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event

import pytest

from netmon.model.finding import FindingState
from netmon.resolver.rules.judging import judge
from netmon.resolver.rules.live_parent import find_parent
from netmon.resolver.rules.live_zone import gather
from netmon.resolver.rules.view import ParentView
from netmon.resolver.trace.hints import load_hints, start_at
from tests.resolver.server import serve
from tests.resolver.trace import tree as world
from tests.resolver.trace.tree import Tree, alone_on_a_host, running_tree

pytestmark = pytest.mark.root

RESOLVED = {
    "ex.test.": f"@ NS ns\nns A {world.ZONES}\n",
    "part.test.": f"@ NS good\ngood A {world.ZONES}\n",
    "unheard.test.": f"@ NS ns\nns A {world.ZONES}\n",
}
"""What a resolver knows; it puts an SOA, `ns` and 127.0.0.1 before each."""


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tree]:
    with running_tree(tmp_path_factory.mktemp("tree")) as running:
        yield running


def parent(tree: Tree, zone: str) -> ParentView:
    with tree.host.entered():
        found = find_parent(zone, load_hints(str(tree.hints)))
    assert found is not None
    return found


def said(tree: Tree, name: str) -> dict[str, FindingState]:
    """What the rules find that look at the delegation."""
    with tree.host.entered(), serve(RESOLVED) as resolver:
        view = gather(name, [resolver.endpoint], hints=load_hints(str(tree.hints)))
    return {
        finding.check: finding.state
        for finding in judge(view)
        if finding.check in ("delegation", "parent-ns-differs", "missing-glue", "glue-differs")
    }


def test_a_delegation_with_its_glue(tree: Tree) -> None:
    assert parent(tree, "ex.test.") == ParentView(
        "test.", f"ns.test. ({world.TEST})", ("ns.ex.test.",), (("ns.ex.test.", world.ZONES),)
    )


def test_missing_glue(tree: Tree) -> None:
    assert parent(tree, "noglue.test.").missing == ("ns.noglue.test.",)


def test_a_server_outside_has_no_glue_and_none_is_missing(tree: Tree) -> None:
    found = parent(tree, "out.test.")
    assert (found.servers, found.glue, found.missing) == (("ns.out.net.",), (), ())


def test_the_root_has_no_parent(tree: Tree) -> None:
    assert find_parent(".", load_hints(str(tree.hints))) is None


def test_a_zone_that_is_not_delegated(tree: Tree) -> None:
    assert parent(tree, "unheard.test.") == ParentView("test.", f"ns.test. ({world.TEST})")


def test_a_server_that_has_both_zones_shows_no_delegation(tree: Tree) -> None:
    assert "serves it too" in parent(tree, "out.net.").unknown


def test_where_the_root_cannot_be_reached() -> None:
    with alone_on_a_host() as host, host.entered():
        found = find_parent("ex.test.", start_at(["192.0.2.1"]))
    assert found is not None
    assert found.unknown == "No root server can be reached from here"


def test_what_is_given_up(tree: Tree) -> None:
    stop = Event()
    stop.set()
    with tree.host.entered():
        found = find_parent("ex.test.", load_hints(str(tree.hints)), stop)
    assert found is not None
    assert found.unknown


def test_a_zone_that_its_parent_delegates_soundly(tree: Tree) -> None:
    assert said(tree, "www.ex.test") == {"delegation": FindingState.OK}


def test_servers_that_only_the_parent_names_are_asked_too(tree: Tree) -> None:
    with tree.host.entered(), serve(RESOLVED) as resolver:
        view = gather("www.part.test", [resolver.endpoint], hints=load_hints(str(tree.hints)))
    lame = {server.address: server.error for server in view.servers if not server.authoritative}
    assert lame[world.NET] == "answers REFUSED"
    assert lame[world.SILENT] == "was silent"
    findings = {finding.check: finding for finding in judge(view)}
    assert findings["parent-ns-differs"].state is FindingState.WARN
    assert findings["parent-ns-differs"].evidence.startswith(
        "only at the parent: dead.part.test., lame.part.test., silent.part.test. "
    )


def test_glue_that_is_not_the_address_in_the_zone(tree: Tree) -> None:
    with tree.host.entered(), serve({"six.test.": "@ NS ns\nns AAAA fd00::1\n"}) as resolver:
        view = gather("www.six.test", [resolver.endpoint], hints=load_hints(str(tree.hints)))
    (finding,) = (finding for finding in judge(view) if finding.check == "glue-differs")
    assert finding.state is FindingState.FAIL


def test_an_inner_zone(tree: Tree) -> None:
    assert said(tree, "www.unheard.test")["delegation"] is FindingState.INFO
