"""What stands in a zone file and is no record, or none of the zone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from netmon.model.finding import Finding, FindingState
from netmon.resolver.rules.view import Problem, ZoneView

_TOLD = 20
"""Problems of one kind that are told one by one."""

_WHY = {
    "syntax": "Servers refuse the whole zone for one such line, or leave the record out.",
    "out-of-zone": "It was meant for another zone, or the origin is not what it was thought to be.",
}


def judge(view: ZoneView) -> Iterator[Finding]:
    """The lines that could not be read, the first of each kind one by one."""
    told: Counter[str] = Counter()
    for problem in view.problems:
        told[problem.check] += 1
        if told[problem.check] <= _TOLD:
            yield _finding(problem)
    for check, count in told.items():
        if count > _TOLD:
            state = _state(check)
            yield Finding(
                check, state, f"{count - _TOLD} more lines like these are not shown", why=_WHY[check]
            )


def _state(check: str) -> FindingState:
    return FindingState.FAIL if check == "syntax" else FindingState.WARN


def _finding(problem: Problem) -> Finding:
    is_syntax = problem.check == "syntax"
    summary = f"{problem.source} is no record: {problem.what}" if is_syntax else problem.what
    reference = "RFC 1035 section 5.1" if is_syntax else "RFC 1035 section 5.2"
    return Finding(
        problem.check,
        _state(problem.check),
        summary,
        problem.source,
        _WHY[problem.check],
        "",
        reference,
    )
