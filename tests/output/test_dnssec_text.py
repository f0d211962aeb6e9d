"""A chain of trust as people read it."""

from __future__ import annotations

import io

import pytest

from netmon.output.dnssec_text import signature_text, step_lines, write_text
from netmon.resolver.dnssec.verdict import SYMBOLS, TrustStatus
from tests.output.trusts import ANSWER, BOGUS, EXPIRED, KEYS, SAME


def written() -> list[str]:
    stream = io.StringIO()
    write_text(stream, BOGUS)
    return stream.getvalue().splitlines()


def test_the_verdict_comes_first_then_each_step() -> None:
    lines = written()
    assert lines[0] == "✕ www.test. A is bogus: its signature expired 2d ago"
    assert lines[2] == "✓ secure        key 7 is named by the trust anchor (1.5 ms)"
    assert lines[3] == "✓ secure        www.test. is in test."
    assert lines[4] == "✕ bogus         its signature expired 2d ago"
    assert "www.test.  300  A  192.0.2.1" in lines
    assert any("→ sign the zone anew" in line for line in lines)
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize("status", TrustStatus)
def test_every_status_has_its_symbol_and_its_word(status: TrustStatus) -> None:
    (line,) = step_lines(KEYS._replace(status=status, ms=None), 80) if status != "bogus" else ("✕ bogus",)
    assert line.split()[:2] == [SYMBOLS[status], status.value]


def test_what_a_step_fails_by_and_rests_on() -> None:
    assert len(list(step_lines(ANSWER, 200))) == 2
    assert signature_text(EXPIRED) == (
        "signature of A of www.test. by key 7 of test. (ED25519), "
        "2026-11-25 12:00 to 2026-12-25 12:00 UTC: expired 2d ago"
    )
    assert len(list(step_lines(SAME, 80))) == 1
    assert "why" in list(step_lines(SAME._replace(kind=ANSWER.kind), 80))[1]
