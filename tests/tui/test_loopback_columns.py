"""What the tables of the Loopback tab show."""

from __future__ import annotations

import pytest

from netmon.loopback.listeners import judge_listeners
from netmon.tui.loopback_columns import (
    answers_word,
    gravity,
    holders,
    listener_columns,
    listens_on,
)
from netmon.tui.widgets.column import lay_out
from tests.loopback.staged import BOTH, listener

PORTS = judge_listeners(
    BOTH, [listener("::1", v6only=True), listener("::1", v6only=True), listener("0.0.0.0", 80)]
)


def test_a_listener() -> None:
    web, vite = PORTS
    assert [column.text(vite) for column in listener_columns()] == [
        "5173",
        "node (4711)",
        "::1",
        "⚠ refused, then works",
    ]
    assert (holders(web), listens_on(web), answers_word(web)) == ("node (4711)", "0.0.0.0", "✓ covered")


@pytest.mark.parametrize("width", [38, 60, 100])
def test_what_matters_stays_on_a_narrow_terminal(width: int) -> None:
    assert {"port", "answers"} <= {column.key for column, _ in lay_out(listener_columns(), width)}


def test_those_that_localhost_misses_come_first() -> None:
    lost = judge_listeners(("127.0.0.1",), [listener("::1", 9000, v6only=True)])
    assert [row.port for row in sorted((*PORTS, *lost), key=gravity)] == [9000, 5173, 80]
