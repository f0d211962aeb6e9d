"""A race as a judgement, like those of the checks: the check `race`."""

from __future__ import annotations

from netmon.engine.connect import Outcome
from netmon.loopback.race.result import RaceResult
from netmon.loopback.race.verdict import seen, sentence
from netmon.model.finding import Finding, FindingState

_REFERENCE = "RFC 8305 section 5, RFC 6724 section 2"


def race_finding(result: RaceResult) -> Finding:
    """What a race says of its target: do programs get there, and at the first try?"""
    evidence = "; ".join(seen(alone) for alone in result.alone if alone.attempts)
    state, why, fix = _judge(result)
    return Finding("race", state, sentence(result), evidence, why, fix, _REFERENCE)


def _judge(result: RaceResult) -> tuple[FindingState, str, str]:
    tried = [alone for alone in result.alone if alone.attempts]
    if not tried or result.error:
        return FindingState.UNKNOWN, "", ""
    if not result.live:
        return FindingState.FAIL, "No program gets there, by whichever address.", ""
    first, live = tried[0], result.live[0].destination
    if first.outcome is not Outcome.CARRIES:
        why = "Programs that try only the first address fail; the others lose what falling back costs."
        where = first.destination.endpoint.address
        return FindingState.WARN, why, f"Let the server answer on {where} too, or call it as {live}."
    if len(result.live) < len(tried):
        return FindingState.INFO, "Programs get there at the first try; nothing stands in for it.", ""
    return FindingState.OK, "", ""
