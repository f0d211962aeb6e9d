"""Findings as lines of 80 columns and as rows."""

from __future__ import annotations

from netmon.model.finding import Finding, FindingState
from netmon.output.finding_text import SYMBOLS, finding_lines, finding_row, wrapped
from netmon.output.layout import text_width

BAD = Finding(
    "listener-family",
    FindingState.WARN,
    "node (4711) listens on [::1]:5173 only",
    "127.0.0.1:5173 is refused",
    "Programs that try only the first address fail. " * 3,
    "Let it listen on 127.0.0.1 too.",
    "RFC 6724 section 6",
)
FINE = Finding("lo-v4", FindingState.OK, "127.0.0.1 carries a connection (60 µs)", "bound it", reference="x")


def test_every_state_has_a_symbol() -> None:
    assert set(SYMBOLS) == set(FindingState)


def test_all_of_what_is_wrong_and_one_line_of_what_is_fine() -> None:
    lines = list(finding_lines([BAD, FINE], 80))
    assert lines[0] == "⚠ warn    node (4711) listens on [::1]:5173 only [listener-family]"
    assert lines[1] == "          127.0.0.1:5173 is refused"
    assert lines[-3:] == [
        "          → Let it listen on 127.0.0.1 too.",
        "          (RFC 6724 section 6)",
        "✓ ok      127.0.0.1 carries a connection (60 µs) [lo-v4]",
    ]
    assert max(map(text_width, lines)) <= 80


def test_a_word_without_spaces_is_broken() -> None:
    assert all(len(line) <= 40 for line in wrapped("x" * 200, 40, "→ ", "  "))


def test_a_finding_as_a_row() -> None:
    assert finding_row(FINE) == {
        "check": "lo-v4", "state": "ok", "summary": FINE.summary, "evidence": "bound it", "why": "",
        "fix": "",
        "reference": "x",
    }  # fmt: skip
