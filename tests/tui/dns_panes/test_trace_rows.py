"""A trace as rows."""

from __future__ import annotations

import pytest

from netmon.resolver.trace.steps import Outcome
from netmon.tui.dns_panes.trace_rows import end_rows, step_rows, trace_columns
from netmon.tui.widgets.column import lay_out
from tests.resolver.trace.staged import CUT, DEAD, GOOD, LAME, ROOT, SOUND, step, trace


def test_a_step_with_where_it_leads() -> None:
    rows = list(step_rows(3, step(ROOT, zone="test.", cut=CUT)))
    assert [(row.name, row.address, row.took, row.ttl, row.says) for row in rows] == [
        (" test.", "", "", "", "www.ex.test. A?"),
        ("   → a.root.", "192.0.2.1", "12.2 ms", "", "referral"),
        ("   · 2 of 3 servers not asked", "", "", "", ""),
        ("   → ex.test.", "", "", "15 min", "2 servers, glue for 1"),
    ]
    assert len({row.key for row in rows}) == 4


def test_every_fault_has_its_symbol_its_word_and_its_colour() -> None:
    rows = list(step_rows(0, step(DEAD, LAME, GOOD._replace(transport="tcp"), used=None)))
    assert [(row.name.strip(), row.says.partition(":")[0], row.kind) for row in rows[1:]] == [
        ("✕ ns3.ex.test.", "dead", "fail"),
        ("⚠ ns2.ex.test.", "lame", "warn"),
        ("● ns.ex.test.", "over TCP", "ok"),
        ("✕ dead end", "", "fail"),
    ]


def test_many_that_fail_alike_are_one_row() -> None:
    dead = [DEAD._replace(address=f"192.0.2.{n}") for n in range(20)]
    [_, row, *_] = step_rows(0, step(*dead, used=None))
    assert (row.says, len(row.servers)) == ("dead: is silent (and so 19 more)", 20)


def test_a_server_that_a_trace_began_at_is_called_by_its_address() -> None:
    [_, row, *_] = step_rows(0, step(GOOD._replace(name="192.0.2.53.")))
    assert row.name.strip() == "● 192.0.2.53"


def test_missing_glue() -> None:
    *_, row = step_rows(0, step(ROOT, cut=CUT._replace(missing=("ns2.ex.test.",))))
    assert (row.says, row.kind) == ("⚠ glue missing for 1 of 2 servers", "warn")


def test_the_answer_or_that_none_is_known() -> None:
    found, none = end_rows(2, [SOUND, trace(step(DEAD, used=None), outcome=Outcome.DEAD_END)])
    assert (found.name, found.ttl, found.says) == ("= www.ex.test.", "1 min", "A 192.0.2.1")
    assert (none.name, none.says) == ("= www.ex.test.", "A: not known")
    assert found.key != none.key


@pytest.mark.parametrize("width", [48, 78, 158])
def test_the_tree_and_what_was_said_stay_on_a_narrow_terminal(width: int) -> None:
    assert {"name", "says"} <= {column.key for column, _ in lay_out(trace_columns(), width)}


def test_all_of_it_has_room_on_80_columns() -> None:
    assert len(lay_out(trace_columns(), 78)) == len(trace_columns())
