"""Findings as the rows of a table, and what Enter tells of one."""

from __future__ import annotations

from netmon.engine.explain import Explanation, Fact
from netmon.model.finding import Finding, FindingState
from netmon.model.text import clean
from netmon.tui.widgets.column import Column
from netmon.tui.widgets.finding_list import SYMBOLS

_KINDS = {
    FindingState.OK: "ok",
    FindingState.WARN: "warn",
    FindingState.FAIL: "fail",
    FindingState.UNKNOWN: "dim",
}


def finding_columns(check_width: int = 15) -> list[Column[Finding]]:
    """Symbol and word, the check, the sentence.

    Args:
        check_width: Cells that the longest name of a check takes.
    """
    return [
        Column("state", "STATE", 9, 0, state_word, kind=lambda row: _KINDS.get(row.state, "")),
        Column("check", "CHECK", check_width, 2, lambda row: row.check),
        Column("summary", "FINDING", 20, 1, lambda row: row.summary, flexible=True),
    ]


def state_word(finding: Finding) -> str:
    """A state as symbol and word."""
    return f"{SYMBOLS[finding.state][0]} {finding.state}"


def explain_finding(finding: Finding, *more: Fact) -> Explanation:
    """A finding: what it says, what that means, what to do; then what was seen and where it is written.

    Args:
        finding: The finding.
        more: Values that belong to it.
    """
    step = f"→ {finding.fix}" if finding.fix else ""
    sentences = (f"{state_word(finding)}: {finding.summary}", finding.why, step)
    facts = (
        Fact("seen", finding.evidence, "this check"),
        Fact("check", finding.check, "netmon"),
        Fact("reference", finding.reference, ""),
        *more,
    )
    return Explanation(
        tuple(clean(sentence) for sentence in sentences if sentence),
        tuple(fact._replace(value=clean(fact.value)) for fact in facts if fact.value),
        ("check", finding.check),
    )
