"""What a trace has to tell; that of real trees is in test_tracing."""

from __future__ import annotations

import pytest

from netmon.model.finding import Finding, FindingState
from netmon.resolver.trace.findings import findings_of
from netmon.resolver.trace.steps import Outcome, Trace
from tests.resolver.trace import staged
from tests.resolver.trace.staged import CUT, SOUND, step, trace


def found(subject: Trace) -> dict[str, Finding]:
    return {finding.check: finding for finding in findings_of(subject)}


def test_a_sound_trace_has_one_finding() -> None:
    (finding,) = findings_of(SOUND)
    assert finding.state is FindingState.OK
    assert finding.summary == "www.ex.test. A: answered with authority by ns.ex.test. (192.0.2.53)."


def test_one_lame_root_of_a_hints_file_is_only_lame() -> None:
    lame = staged.ROOT._replace(outcome=Outcome.LAME, detail="knows nothing")
    checks = found(trace(step(lame, zone=".", used=None), outcome=Outcome.DEAD_END, detail="no server"))
    assert set(checks) == {"trace-end", "trace-lame"}


def test_lame_and_dead_servers_are_told_apart() -> None:
    checks = found(trace(step(staged.DEAD, staged.LAME, staged.GOOD, used=2)))
    assert checks["trace-lame"].evidence == "ns2.ex.test. (192.0.2.54) refuses to answer (REFUSED)"
    assert checks["trace-dead"].evidence == "ns3.ex.test. (192.0.2.55) is silent"
    assert {checks[check].state for check in ("trace-lame", "trace-dead")} == {FindingState.WARN}


def test_a_machine_without_ipv6_is_no_fault_of_the_servers() -> None:
    checks = found(trace(step(staged.NO_IPV6, staged.GOOD, used=1)))
    assert set(checks) == {"trace-end", "trace-ipv6"}
    assert checks["trace-ipv6"].state is FindingState.INFO


def test_one_ipv6_server_among_others_that_work_is_dead() -> None:
    other = staged.GOOD._replace(address="2001:db8::54")
    checks = found(trace(step(staged.NO_IPV6, other, used=1)))
    assert set(checks) == {"trace-end", "trace-dead"}


@pytest.mark.parametrize(("servers", "state"), [(2, FindingState.WARN), (1, FindingState.FAIL)])
def test_missing_glue_is_worse_where_nobody_else_is_left(servers: int, state: FindingState) -> None:
    cut = CUT._replace(servers=CUT.servers[-servers:], missing=("ns2.ex.test.",))
    glue = found(trace(step(staged.ROOT, zone="test.", cut=cut), step(staged.GOOD)))["trace-glue"]
    assert glue.state is state
    assert glue.fix == "Register the address of ns2.ex.test. with test."


def test_glue_that_is_not_believed_is_told() -> None:
    cut = CUT._replace(ignored=("ns.bank.net.",))
    checks = found(trace(step(staged.ROOT, zone="test.", cut=cut), step(staged.GOOD)))
    assert checks["trace-bailiwick"].evidence == "ns.bank.net."


@pytest.mark.parametrize("outcome", [o for o in Outcome if o in (
    Outcome.NO_DATA, Outcome.NO_SUCH_NAME, Outcome.LOOP, Outcome.TOO_LONG, Outcome.DEAD_END, Outcome.GIVEN_UP,
    Outcome.OUTSIDE,
)])  # fmt: skip
def test_every_end_is_told_in_a_sentence(outcome: Outcome) -> None:
    end = found(trace(step(staged.GOOD._replace(outcome=outcome)), outcome=outcome, detail="so it ended"))
    assert end["trace-end"].summary.startswith("www.ex.test. A: ")
    assert end["trace-end"].summary.endswith(".")
    assert end["trace-end"].state is not FindingState.OK
