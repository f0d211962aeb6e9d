"""Whether the servers at the start were reached, or somebody in their place."""

from __future__ import annotations

import pytest

from netmon.model.finding import FindingState
from netmon.resolver.trace.findings import findings_of
from netmon.resolver.trace.reach import count, out_of_reach
from netmon.resolver.trace.steps import Outcome
from tests.resolver.trace import staged
from tests.resolver.trace.staged import SOUND, step, trace


def test_nobody_there_is_one_finding_with_the_reasons() -> None:
    nobody = trace(step(staged.DEAD, staged.NO_IPV6, zone=".", used=None), outcome=Outcome.DEAD_END)
    finding = out_of_reach(nobody)
    assert finding is not None
    assert findings_of(nobody) == (finding,)
    assert (finding.check, finding.state) == ("trace-reach", FindingState.FAIL)
    assert finding.summary == "No root server can be reached from here."
    assert finding.evidence == "1 address: is silent; 1 address: cannot be reached (no route)"


def test_root_servers_that_all_answer_without_authority_are_not_root_servers() -> None:
    servers = [
        staged.ROOT._replace(name=f"{a}.root.", outcome=Outcome.LAME, detail="knows nothing") for a in "abc"
    ]
    finding = out_of_reach(trace(step(*servers, staged.DEAD, zone=".", used=None), outcome=Outcome.DEAD_END))
    assert finding is not None
    assert finding.check == "trace-reach"
    assert "something on the way answers in their place" in finding.summary
    assert "3 addresses of root servers answered" in finding.evidence
    assert finding.evidence.endswith("; 1 gave no answer")


def test_a_trace_that_got_somewhere_is_not_out_of_reach() -> None:
    assert out_of_reach(SOUND) is None
    assert out_of_reach(trace(step(staged.LAME, used=None), outcome=Outcome.DEAD_END)) is None
    assert out_of_reach(trace(outcome=Outcome.OUTSIDE)) is None
    below = trace(step(staged.DEAD, used=None), outcome=Outcome.DEAD_END)
    assert out_of_reach(below) is None  # a further type, from a cut that others led to
    begun_there = out_of_reach(below._replace(began="ex.test."))
    assert begun_there is not None
    assert begun_there.summary == "No ex.test. server can be reached from here."


@pytest.mark.parametrize(
    ("number", "noun", "plural", "said"),
    [(1, "address", "", "1 address"), (2, "address", "", "2 addresses"), (0, "server", "", "0 servers"),
     (2, "alias", "es", "2 aliases")],
)  # fmt: skip
def test_counts(number: int, noun: str, plural: str, said: str) -> None:
    assert count(number, noun, plural) == said
