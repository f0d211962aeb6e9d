"""The first line of a trace."""

from __future__ import annotations

from netmon.resolver.trace.typed import Wanted
from netmon.tui.dns_panes.trace_head import broken_off, done, under_way
from tests.resolver.trace.staged import GOOD, LAME, step

ASKED = Wanted("www.ex.test.", ("A", "MX"))


def test_how_far_it_is_and_for_how_long() -> None:
    assert under_way(ASKED, [], 0.4) == "www.ex.test. A MX · tracing … 0 steps, 0 servers asked · Esc ends it"
    assert "tracing, 3 s … 1 step, 2 servers asked" in under_way(ASKED, [step(LAME, GOOD)], 3.9)


def test_how_it_went() -> None:
    assert done(ASKED, [step(GOOD)], 0.09, "built-in hints", every=False) == (
        "www.ex.test. A MX · 1 step, 1 server asked in 90 ms · a asks every server · from built-in hints"
    )
    assert " · every server asked · " in done(ASKED, [], 1, "x", every=True)


def test_that_it_was_ended() -> None:
    assert broken_off(ASKED, [step(GOOD)]) == (
        "www.ex.test. A MX · ended after 1 step, 1 server asked: r traces again"
    )
