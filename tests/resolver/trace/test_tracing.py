"""Traces through a tree of real servers, sound and broken in every way."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest

from netmon.model.finding import FindingState
from netmon.resolver.trace.steps import Outcome, Trace, TraceStep
from tests.resolver.daemon import find
from tests.resolver.trace import tree as world
from tests.resolver.trace.tree import MANY, Tree, running_tree

pytestmark = pytest.mark.root


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tree]:
    with running_tree(tmp_path_factory.mktemp("tree")) as running:
        yield running


def zones(trace: Trace) -> list[str]:
    """The zones on the way to the answer."""
    return [step.zone for step in trace.steps if step.depth == 0]


def data(trace: Trace) -> list[str]:
    return sorted(record.data for record in trace.records)


def checks(trace: Trace) -> dict[str, FindingState]:
    return {finding.check: finding.state for finding in trace.findings}


def outcomes(step: TraceStep) -> dict[str | None, Outcome]:
    return {server.address: server.outcome for server in step.servers}


def test_from_the_root_to_the_zone(tree: Tree) -> None:
    trace = tree.trace("www.ex.test")
    assert trace.outcome is Outcome.ANSWER
    assert zones(trace) == [".", "test.", "ex.test."]
    assert data(trace) == ["192.0.2.1", "192.0.2.2"]
    assert [step.cut.ttl for step in trace.steps if step.cut] == [3600, 900]
    assert [(server.address, server.authoritative) for step in trace.steps for server in step.servers] == [
        (world.ROOT, False), (world.TEST, False), (world.ZONES, True),
    ]  # fmt: skip
    assert all(0 < (server.ms or 0) < 2000 for step in trace.steps for server in step.servers)
    assert checks(trace) == {"trace-end": FindingState.OK}


def test_a_second_type_begins_at_the_closest_known_cut(tree: Tree) -> None:
    first, second = tree.traces("www.ex.test", "A", "AAAA")
    assert len(first.steps) == 3
    assert zones(second) == ["ex.test."]
    assert data(second) == ["2001:db8::1"]


def test_the_delegation_signer_is_asked_of_the_parent(tree: Tree) -> None:
    trace = tree.trace("ex.test", "DS")
    assert zones(trace) == [".", "test."]
    assert trace.outcome is Outcome.NO_DATA


def test_absence_is_told_with_its_authority(tree: Tree) -> None:
    missing, empty = tree.trace("nothing.ex.test"), tree.trace("www.ex.test", "MX")
    assert (missing.outcome, empty.outcome) == (Outcome.NO_SUCH_NAME, Outcome.NO_DATA)
    assert missing.findings[0].summary == (
        "nothing.ex.test. A: nothing.ex.test. does not exist (NXDOMAIN), "
        f"says ns.ex.test. ({world.ZONES}) with authority."
    )
    assert "www.ex.test. has no MX record" in empty.findings[0].summary
    assert missing.findings[0].evidence == "ns.ex.test. says that the absence may be cached for 60 s"
    assert missing.last is not None
    assert [record.type for record in missing.last.records] == ["SOA"]


def test_a_name_that_its_top_level_domain_does_not_delegate(tree: Tree) -> None:
    trace = tree.trace("www.unheard.test")
    assert (trace.outcome, zones(trace)) == (Outcome.NO_SUCH_NAME, [".", "test."])


def test_an_alias_is_followed_in_its_own_zone(tree: Tree) -> None:
    trace = tree.trace("alias.ex.test")
    assert trace.outcome is Outcome.ANSWER
    assert zones(trace) == [".", "test.", "ex.test.", ".", "net.", "other.net."]
    assert [(record.type, record.data) for record in trace.records] == [
        ("CNAME", "www.other.net."), ("A", "192.0.2.7"),
    ]  # fmt: skip
    assert "behind 1 alias" in trace.findings[0].summary


def test_an_alias_asked_for_itself_is_an_answer(tree: Tree) -> None:
    trace = tree.trace("alias.ex.test", "CNAME")
    assert (trace.outcome, data(trace)) == (Outcome.ANSWER, ["www.other.net."])


@pytest.mark.parametrize(
    ("name", "chain"),
    [
        ("one.ex.test", "one.ex.test. → two.ex.test. → one.ex.test."),
        ("away.ex.test", "away.ex.test. → back.other.net. → away.ex.test."),
    ],
)
def test_aliases_that_go_round(tree: Tree, name: str, chain: str) -> None:
    trace = tree.trace(name)
    assert trace.outcome is Outcome.LOOP
    assert chain in trace.detail
    assert checks(trace)["trace-end"] is FindingState.FAIL


def test_a_chain_that_is_too_long(tree: Tree) -> None:
    trace = tree.trace("long0.ex.test")
    assert trace.outcome is Outcome.TOO_LONG
    assert len(trace.records) == 16


def test_an_alias_that_dangles(tree: Tree) -> None:
    trace = tree.trace("nowhere.ex.test")
    assert trace.outcome is Outcome.NO_SUCH_NAME
    assert "nothing.other.net. does not exist" in trace.findings[0].summary
    assert data(trace) == ["nothing.other.net."]


def test_a_name_server_outside_is_sought_from_the_root(tree: Tree) -> None:
    trace = tree.trace("www.out.test")
    assert (trace.outcome, data(trace)) == (Outcome.ANSWER, ["192.0.2.6"])
    assert zones(trace) == [".", "test.", "out.test."]
    sought = [(step.zone, step.purpose) for step in trace.steps if step.depth == 1]
    # The server of net. serves out.net. too, and so answers at once.
    assert sought == [(".", "ns.out.net."), ("net.", "ns.out.net.")]


def test_a_name_server_that_does_not_exist(tree: Tree) -> None:
    trace = tree.trace("www.gone.test")
    assert trace.outcome is Outcome.DEAD_END
    assert trace.steps[-1].servers[0].outcome is Outcome.NO_ADDRESS
    assert trace.steps[-1].servers[0].detail == "has no address: no such name"
    assert checks(trace)["trace-address"] is FindingState.FAIL


def test_missing_glue(tree: Tree) -> None:
    trace = tree.trace("www.noglue.test")
    assert trace.outcome is Outcome.DEAD_END
    assert trace.steps[-1].servers[0].outcome is Outcome.NO_GLUE
    assert checks(trace)["trace-glue"] is FindingState.FAIL
    glue = next(finding for finding in trace.findings if finding.check == "trace-glue")
    assert "lacks the address of ns.noglue.test." in glue.summary


def test_delegations_that_go_round(tree: Tree) -> None:
    trace = tree.trace("www.ring1.test")
    assert trace.outcome is Outcome.DEAD_END
    loops = [server for step in trace.steps for server in step.servers if server.outcome is Outcome.LOOP]
    assert "ns.ring2.test. → ns.ring1.test. → ns.ring2.test." in loops[0].detail
    assert checks(trace)["trace-loop"] is FindingState.FAIL


@pytest.mark.parametrize(
    ("zone", "outcome", "check", "said"),
    [
        ("lame.test", Outcome.REFUSED, "trace-lame", "REFUSED"),
        ("up.test", Outcome.UPWARD, "trace-lame", "refers back to ., above the zone"),
        ("dead.test", Outcome.UNREACHABLE, "trace-dead", "nothing serves DNS there"),
        ("forged.test", Outcome.GARBAGE, "trace-dead", "no response to the question"),
        ("odd.test", Outcome.GARBAGE, "trace-dead", "no response to the question"),
    ],
)
def test_a_zone_whose_only_server_is_of_no_use(
    tree: Tree, zone: str, outcome: Outcome, check: str, said: str
) -> None:
    trace = tree.trace(f"www.{zone}")
    assert trace.outcome is Outcome.DEAD_END
    assert trace.records == ()
    assert trace.steps[-1].servers[0].outcome is outcome
    assert said in trace.steps[-1].servers[0].detail
    assert checks(trace)[check] is FindingState.FAIL
    assert trace.is_reached


def test_one_good_server_among_bad_ones(tree: Tree) -> None:
    trace = tree.trace("www.part.test")
    assert (trace.outcome, data(trace)) == (Outcome.ANSWER, ["192.0.2.3"])


def test_every_server_of_each_step(tree: Tree) -> None:
    trace = tree.trace("www.part.test", every=True)
    assert (trace.outcome, data(trace)) == (Outcome.ANSWER, ["192.0.2.3"])
    assert outcomes(trace.steps[-1]) == {
        world.NOBODY: Outcome.UNREACHABLE,
        world.SILENT: Outcome.SILENT,
        world.NET: Outcome.REFUSED,
        world.ZONES: Outcome.ANSWER,
    }
    assert checks(trace) == {
        "trace-end": FindingState.OK, "trace-lame": FindingState.WARN, "trace-dead": FindingState.WARN,
    }  # fmt: skip


def test_servers_that_contradict_each_other(tree: Tree) -> None:
    trace = tree.trace("www.differ.test", every=True)
    assert checks(trace)["trace-differ"] is FindingState.WARN
    differ = next(finding for finding in trace.findings if finding.check == "trace-differ")
    assert "192.0.2.5" in differ.evidence
    assert "192.0.2.99" in differ.evidence


def test_a_server_with_ipv6_alone(tree: Tree) -> None:
    trace = tree.trace("www.six.test")
    assert (trace.outcome, data(trace)) == (Outcome.ANSWER, ["192.0.2.8"])
    assert outcomes(trace.steps[-1]) == {world.SIX: Outcome.ANSWER}


def test_a_referral_that_is_cut_short_is_read_over_tcp(tree: Tree) -> None:
    trace = tree.trace("www.big.test")
    assert (trace.outcome, data(trace)) == (Outcome.ANSWER, ["192.0.2.4"])
    (referral,) = [step for step in trace.steps if step.zone == "test."]
    assert referral.servers[0].transport == "tcp"
    assert referral.cut is not None
    assert sorted(referral.cut.servers) == sorted(MANY)
    assert len(referral.cut.glue) == len(MANY)


def test_the_tree_grows_a_step_at_a_time(tree: Tree) -> None:
    seen: list[TraceStep] = []
    (trace,) = tree.traces("www.out.test", on_step=seen.append)
    assert tuple(seen) == trace.steps


def test_no_time_left_is_told_as_such(tree: Tree) -> None:
    (trace,) = tree.traces("www.ex.test", seconds=0)
    assert trace.outcome is Outcome.GIVEN_UP


def test_the_walk_needs_no_resolver(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object) -> None:
        raise AssertionError(f"the system's resolver was asked for {arguments}")

    for name in ("getaddrinfo", "gethostbyname"):
        monkeypatch.setattr(f"socket.{name}", refuse)
    assert tree.trace("www.out.test").outcome is Outcome.ANSWER


@pytest.mark.parametrize("name", ["www.ex.test", "alias.ex.test", "nothing.ex.test", "www.big.test"])
def test_the_cuts_are_those_that_drill_finds(tree: Tree, name: str) -> None:
    """ldns' own walk by glue; dig +trace asks the system's resolver for the names of servers."""
    drill = find("drill", "ldnsutils")
    with tree.host.entered():
        done = subprocess.run(
            [drill, "-T", "-r", str(tree.hints), name], capture_output=True, text=True, timeout=20, check=True
        )
    rows = [line.split() for line in done.stdout.splitlines()]
    cuts = [row[0] for row in rows if len(row) > 4 and row[3] == "NS"]
    assert set(zones(tree.trace(name))) == set(cuts)
