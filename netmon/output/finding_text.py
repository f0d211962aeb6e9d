"""Findings as every command gives them: as lines for people, and as rows for other programs."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

from netmon.model.finding import Finding, FindingState

SYMBOLS = {
    FindingState.OK: "✓",
    FindingState.INFO: "i",
    FindingState.WARN: "⚠",
    FindingState.FAIL: "✕",
    FindingState.UNKNOWN: "?",
}
"""Each state's symbol; its word always stands beside it."""

WIDTH = 80
_INDENT = " " * 10


def finding_lines(findings: Sequence[Finding], width: int) -> Iterator[str]:
    """Each finding: its state, the sentence, and unless all is well what was seen, why and what to do."""
    for finding in findings:
        head = f"{SYMBOLS[finding.state]} {finding.state:<7} "
        yield from wrapped(f"{finding.summary} [{finding.check}]", width, head, _INDENT)
        if finding.state is FindingState.OK:
            continue
        reference = finding.reference and finding.evidence and f"({finding.reference})"
        for text in (finding.evidence, finding.why, finding.fix and f"→ {finding.fix}", reference):
            if text and text != finding.summary:
                yield from wrapped(text, width, _INDENT, _INDENT)


def wrapped(text: str, width: int, first: str, rest: str) -> list[str]:
    """`text` in lines of at most `width` columns that begin with `first` and then with `rest`."""
    return textwrap.wrap(text, width, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False)


def finding_row(finding: Finding) -> dict[str, Any]:
    """A finding as every command gives it in JSON."""
    return {**finding._asdict(), "state": finding.state.value}
