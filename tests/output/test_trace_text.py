"""A trace as text: the tree, the answer, the findings, within 80 columns."""

from __future__ import annotations

import io

from netmon.output.layout import text_width
from netmon.output.trace_text import write_ends, write_step
from netmon.resolver.trace.findings import findings_of
from netmon.resolver.trace.steps import Outcome, Trace
from tests.resolver.trace import staged
from tests.resolver.trace.staged import CUT, SOUND, step, trace


def text(subject: Trace) -> str:
    stream = io.StringIO()
    for each in subject.steps:
        write_step(stream, each)
    write_ends(stream, [subject._replace(findings=findings_of(subject))], "built-in hints")
    return stream.getvalue()


def test_a_sound_trace() -> None:
    assert text(SOUND).splitlines() == [
        ".  www.ex.test. A?",
        "  → a.root. 192.0.2.1  12.2 ms  referral",
        "  · 2 of 3 servers not asked",
        "  → delegates ex.test. to 2 servers, TTL 15 min, glue for 1",
        "    ex.test.  www.ex.test. A?",
        "      ● ns.ex.test. 192.0.2.53  400 µs  authoritative answer",
        "      · 2 of 3 servers not asked",
        "",
        "www.ex.test.  60  A  192.0.2.1",
        "",
        "✓ ok      www.ex.test. A: answered with authority by ns.ex.test. (192.0.2.53).",
        "          [trace-end]",
        "Where it began: built-in hints; the system's resolver was not asked.",
    ]


def test_every_mark_has_its_word() -> None:
    shown = text(trace(step(staged.DEAD, staged.LAME, staged.GOOD, used=2)))
    assert "✕ ns3.ex.test. 192.0.2.55  dead: is silent" in shown
    assert "⚠ ns2.ex.test. 192.0.2.54  1.0 ms  lame: refuses" in shown


def test_steps_towards_a_name_server_say_so_and_stand_apart() -> None:
    lines = text(trace(step(staged.GOOD, depth=1), step(staged.GOOD))).splitlines()
    assert lines[0].startswith(" " * 8 + "(for the address of ns.out.net.) ex.test.")


def test_many_servers_that_fail_alike_are_one_line() -> None:
    dead = [staged.DEAD._replace(address=f"192.0.2.{n}") for n in range(20)]
    shown = text(trace(step(*dead, used=None), outcome=Outcome.DEAD_END, detail="no server"))
    assert shown.count("is silent (and so 19 more)") == 1
    assert "✕ dead end" in shown


def test_it_fits_eighty_columns() -> None:
    cut = CUT._replace(ignored=("ns.bank.net.",), missing=("ns2.ex.test.",))
    servers = [staged.DEAD, staged.LAME, staged.NO_IPV6, staged.GOOD]
    deep = step(*servers, zone="a.b.c.d.e.f.g.ex.test.", used=3, cut=cut, depth=2)
    assert max(map(text_width, text(trace(deep, step(*servers, used=3))).splitlines())) <= 80
